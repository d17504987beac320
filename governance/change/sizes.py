"""How much a gate asks and how soon it is answered: by data, exposure, safety and money. (calculation)"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

SMALL, MIDDLE, LARGE = "S", "M", "L"
ORDER = (SMALL, MIDDLE, LARGE)
PROMISE = {SMALL: 1, MIDDLE: 5, LARGE: 10}  # working days within which security answers
LARGE_BUDGET, SMALL_BUDGET = Decimal(1_000_000), Decimal(50_000)  # organisation currency
CLASSES = ("PUBLIC", "INTERNAL", "CONFIDENTIAL", "STRICTLY_CONFIDENTIAL")
FROM_OUTSIDE = frozenset({"REMOTE", "INTERNET"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What an initiative says of itself; `classes` of all data it declares."""

    classes: Iterable[str]
    reachability: str
    touches_safety: bool
    budget: Decimal | None


def size_of(facts: Facts) -> str:
    """L where people could be hurt, the most secret data is touched, secret data can be reached from outside, or a million is
    spent. S where nothing but everyday data is touched, nobody comes from outside, and little is spent. M else, also where nobody
    has said yet what it costs."""
    worst = max((CLASSES.index(one) for one in facts.classes), default=0)
    outside = facts.reachability in FROM_OUTSIDE
    secret = worst >= CLASSES.index("CONFIDENTIAL")
    if facts.touches_safety or CLASSES[worst] == "STRICTLY_CONFIDENTIAL" or (secret and facts.reachability == "INTERNET"):
        return LARGE
    if facts.budget is not None and facts.budget >= LARGE_BUDGET:
        return LARGE
    if secret or outside or facts.budget is None or facts.budget >= SMALL_BUDGET:
        return MIDDLE
    return SMALL


def larger(one: str, other: str) -> str:
    return max(one, other, key=ORDER.index)
