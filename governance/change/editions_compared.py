"""What one edition of a set of criteria asks otherwise than another, and where it asks less. (calculation)"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ADDED, CHANGED, WITHDRAWN = "ADDED", "CHANGED", "WITHDRAWN"
SIZES = ("S", "M", "L")
Asked = Mapping[str, Any]  # one criterion: key, opens, office, from_size, is_mandatory, question, evidence


@dataclass(frozen=True, slots=True)
class Difference:
    """One criterion that differs; `before` is None where it is new, `after` where it is asked no more."""

    key: str
    before: Asked | None
    after: Asked | None

    @property
    def kind(self) -> str:
        if self.before is None:
            return ADDED
        return WITHDRAWN if self.after is None else CHANGED

    @property
    def fields(self) -> list[str]:
        """What is said otherwise of one that stays."""
        if self.before is None or self.after is None:
            return []
        return [name for name in self.after if self.after[name] != self.before.get(name)]

    @property
    def asks_less(self) -> bool:
        """It goes, stands in nobody's way any more, or is asked of larger initiatives alone. What is worded otherwise is for the
        two who sign to judge."""
        if self.before is None:
            return False
        if self.after is None:
            return True
        looser = self.before["is_mandatory"] and not self.after["is_mandatory"]
        return looser or SIZES.index(self.after["from_size"]) > SIZES.index(self.before["from_size"])


def differences(before: Sequence[Asked], after: Sequence[Asked]) -> list[Difference]:
    """In the order of `after`, and what is gone below. Their order alone makes none."""
    old, new = {one["key"]: one for one in before}, {one["key"]: one for one in after}
    changed = [Difference(key, old.get(key), one) for key, one in new.items() if old.get(key) != one]
    return [*changed, *(Difference(key, one, None) for key, one in old.items() if key not in new)]
