"""Room for the frames of a deep call, so that a loop far up the stack does not map and unmap memory at each turn."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

HALF_A_MEBIBYTE = 70_000  # in words of eight bytes, and a little more: the block is the next power of two, 1 MiB


def with_room(function: Callable[P, R]) -> Callable[P, R]:
    """`function`, and all it calls, on a block of frames of its own.

    CPython 3.11 and later keep the frames of Python calls in blocks of 16 KiB. Where a block is full, the next call maps a new
    one and its return unmaps it: a loop that happens to stand at that depth pays two system calls and a page fault per turn,
    which took a fifth of the time of our pages. A frame that declares more than half a mebibyte makes the interpreter map
    1 MiB; what it leaves over (460 KiB, above a thousand frames) serves every call above it. Untouched pages cost nothing.
    """

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    called.__code__ = called.__code__.replace(co_stacksize=HALF_A_MEBIBYTE)
    return called
