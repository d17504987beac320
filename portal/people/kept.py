"""What follows from somebody's grants alone, and is dear to put together: kept in the process under these grants."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """At most `most` of them. When they are all taken it begins anew: who asks most is back at once."""

    def __init__(self, most: int):
        self._most = most
        self._known: dict[Hashable, Value] = {}

    def under(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """What is kept under `key`, which holds the grants, or is made now. Two threads may make the same twice."""
        found = self._known.get(key)
        if found is None:
            found = make()
            if len(self._known) >= self._most:
                self._known.clear()
            self._known[key] = found
        return found
