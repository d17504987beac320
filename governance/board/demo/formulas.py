"""The formula that Verrow's analyst drafted: what it would change is known, the CIO has signed, the CISO has not yet."""

from typing import Any

from governance.board.demo.events import Event
from governance.board.demo.times import acting
from portal import clock
from portal.people.models import User
from portal.signing import signatures
from risks import formula_versions

AFTER_ALL_ELSE = 4500
DRAFTED_DAYS_AGO, PROPOSED_DAYS_AGO, SIGNED_DAYS_AGO = 4, 3, 2
CHANGES = {
    "reachability_points": ["0.0", "0.5", "7.0", "11.0"],
    "treatment_late_steps": [[1, "1.0"], [31, "2.5"], [91, "4.0"]],
}
REASON = (
    "What can be reached from outside was behind each of our three incidents this year, what only colleagues reach behind none. "
    "Late plans weigh more after a month."
)


def happenings(people: dict[str, User]) -> list[Event]:
    """Drafted, put to both leaders, signed by one of them."""
    dana, marta = people["dana"], people["marta"]
    return [
        Event(DRAFTED_DAYS_AGO, AFTER_ALL_ELSE, lambda: _draft(dana)),
        Event(PROPOSED_DAYS_AGO, AFTER_ALL_ELSE, lambda: _propose(dana)),
        Event(SIGNED_DAYS_AGO, AFTER_ALL_ELSE, lambda: _sign(marta)),
    ]


def _draft(actor: User) -> None:
    with acting(actor):
        formula_versions.draft(CHANGES, REASON, actor=actor)


def _propose(actor: User) -> None:
    with acting(actor):
        formula_versions.propose(_open(), actor=actor)


def _sign(actor: User) -> None:
    signatures.sign(_open(), actor=actor, factor_at=clock.now())


def _open() -> Any:
    return formula_versions.newest_open()
