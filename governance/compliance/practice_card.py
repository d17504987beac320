"""Where the rating of one practice stands, as one reader may know it: what is blind stays with the office that said it."""

from dataclasses import dataclass
from typing import Any

from governance.compliance import rounds
from governance.compliance.models import BlindPracticeRating, Framework, Practice, PracticeRating, PracticeRound
from governance.compliance.rounds import State
from risks import offices
from risks.models import Office
from risks.rounds import days_are_over

# What the reader can do, by name: the template draws one of these.
RATE, CHANGE, OBJECT, CORRECT, DIFFER, REST = "rate", "change", "object", "correct", "differ", "rest"
MOST_OF_LOG = 40


@dataclass(frozen=True)
class Side:
    """An office with what it says now: the newest rating that was revealed, None where there is none."""

    office: Office
    seat: str
    rating: PracticeRating | None


@dataclass(frozen=True)
class Card:
    """Everything the page of a practice shows of its rating."""

    practice: Practice
    round: PracticeRound | None
    office: Office | None  # for which the reader speaks here
    mode: str
    blind: BlindPracticeRating | None  # of the reader's own office
    sides: tuple[Side, ...]
    log: tuple[PracticeRating, ...]

    @property
    def mine(self) -> PracticeRating | None:
        return next((side.rating for side in self.sides if side.office == self.office), None)

    @property
    def asks_why(self) -> bool:
        """Whether the other office has read something already, so that a rating needs a reason."""
        return self.mode in (OBJECT, CORRECT, DIFFER)

    @property
    def theirs(self) -> PracticeRating | None:
        return next((side.rating for side in self.sides if self.office and side.office != self.office), None)


def read(practice: Practice, user: Any) -> Card:
    """The card of `practice`, read with its round, for `user`. Two queries."""
    found = practice.round
    log = tuple(practice.ratings.select_related("rated_by").order_by("-pk")[:MOST_OF_LOG])
    now = {one.office: one for one in reversed(log)}
    sides = tuple(Side(office, seat, now.get(office)) for office, seat in offices.SEAT.items() if _speaks(practice, found, office))
    office = next((side.office for side in sides if side.office in rounds.spoken_for(user)), None)
    may_object = _objector(found) if found is not None else None
    if office is None and may_object in rounds.spoken_for(user):
        office = may_object
    blind = _blind(found, office)
    return Card(practice, found, office, _mode(practice, found, office, blind), blind, sides, log)


def _speaks(practice: Practice, found: PracticeRound | None, office: Office) -> bool:
    """Whether an office owns the practice, or has said something in the round that stands."""
    return rounds.owns(practice, office) or (found is not None and office in found.rated_offices)


def _objector(found: PracticeRound) -> Office | None:
    """Who may object now."""
    if found.state != State.OBJECTABLE or days_are_over(found):
        return None
    return offices.other(found.rated_offices[0])


def _blind(found: PracticeRound | None, office: Office | None) -> BlindPracticeRating | None:
    if found is None or office is None or found.state != State.OPEN:
        return None
    return BlindPracticeRating.objects.filter(round=found, office=office).select_related("rated_by").first()


def _mode(practice: Practice, found: PracticeRound | None, office: Office | None, blind: Any) -> str:
    if office is None or practice.profile.framework.state != Framework.State.CURRENT:
        return REST
    if found is not None and found.state == State.DIFFERENT:
        return DIFFER
    if found is not None and found.state == State.OBJECTABLE and not days_are_over(found):
        if office not in found.rated_offices:
            return OBJECT
        return CORRECT if rounds.owns(practice, office) else REST
    if not rounds.owns(practice, office):
        return REST
    return CHANGE if blind is not None else RATE


def initial(card: Card) -> dict[str, Any]:
    """What the picker starts with: what the office said blind; for a first rating nothing, so that nobody is led."""
    if card.blind is not None:
        return {"level": card.blind.level, "reason": card.blind.reason}
    return {"level": card.mine.level} if card.asks_why and card.mine is not None else {}
