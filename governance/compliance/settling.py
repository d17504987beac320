"""How a rating of a practice is answered and a difference ends: agree, take theirs, keep mine, talk, or time."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.compliance import rounds
from governance.compliance.errors import NothingLeftToAnswer, NotYourOffice, OldEdition
from governance.compliance.models import Framework, Practice, PracticeRound
from governance.compliance.rounds import Kind, Outcome, State
from portal import clock
from portal.people import organisations
from portal.record import audit
from risks import offices
from risks.models import Office
from risks.rounds import days_are_over


@transaction.atomic
def agree(practice: Practice, *, actor: Any, version: int | None = None) -> Practice:
    """Accept what the other office rated alone, while its ten days last. Raises as `take_theirs`."""
    practice, found = _answerable(practice, State.OBJECTABLE, version)
    office = offices.other(found.rated_offices[0])
    if office not in rounds.spoken_for(actor):
        raise NotYourOffice(practice.owner)
    if days_are_over(found):
        raise NothingLeftToAnswer(practice)
    return _take(found, practice, office, actor, _("Agreed."))


@transaction.atomic
def take_theirs(practice: Practice, *, actor: Any, version: int | None = None) -> Practice:
    """End a difference with the other office's level; `version` is the one of the practice that the actor read.
    Raises OldEdition, SavedOver, NotYourOffice, NothingLeftToAnswer."""
    practice, found = _answerable(practice, State.DIFFERENT, version)
    return _take(found, practice, rounds.office_of(actor), actor, _("Took the other office's level."))


@transaction.atomic
def keep_mine(practice: Practice, reason: str, *, actor: Any, version: int | None = None) -> Practice:
    """Hold on to one's level, for a reason that the other can read. Raises as `take_theirs`, and Invalid without a reason."""
    practice, found = _answerable(practice, State.DIFFERENT, version)
    office = rounds.office_of(actor)
    mine = rounds.newest_by_office(found)[office]
    reason = rounds.checked(office, mine.level, reason, needs_reason=True)
    rounds.write(found, Kind.KEPT, office, mine.level, reason, actor)
    audit.record(actor, "practice.kept", practice, {"round": found.pk, "office": office}, text=reason)
    rounds.save(practice)
    return practice


@transaction.atomic
def talk(practice: Practice, *, actor: Any, version: int | None = None) -> Practice:
    """Put the difference on the agenda of the two; asking twice changes nothing. Raises as `take_theirs`."""
    practice, found = _answerable(practice, State.DIFFERENT, version)
    rounds.office_of(actor)
    if found.talk_asked_at is None:
        found.talk_asked_by, found.talk_asked_at = actor, clock.now()
        found.save(update_fields=["talk_asked_by", "talk_asked_at"])
        audit.record(actor, "practice.talk_asked", practice, {"round": found.pk})
        rounds.save(practice)
    return practice


def lapse_objections() -> int:
    """Settle as *not objected* what nobody objected to in its ten working days; returns how many."""
    count, alive = 0, {"practice__profile__framework__state": Framework.State.CURRENT}
    due = PracticeRound.objects.filter(state=State.OBJECTABLE, objection_until__lt=organisations.today(), **alive)
    for waiting in due.select_related("practice__profile").order_by("pk"):
        try:
            with transaction.atomic():
                practice = rounds.locked(waiting.practice)
                found = rounds.under_way(practice)
                if found is not None and found.state == State.OBJECTABLE and days_are_over(found):
                    rounds.settle(found, practice, Outcome.NOT_OBJECTED, practice.current_level, None)
                    count += 1
        except OldEdition:  # a newer one has taken it along meanwhile
            continue
    return count


def _take(found: PracticeRound, practice: Practice, office: Office, actor: Any, words: str) -> Practice:
    theirs = rounds.newest_by_office(found)[offices.other(office)]
    rounds.write(found, Kind.TOOK_THEIRS, office, theirs.level, words, actor)
    rounds.settle(found, practice, Outcome.AGREED, theirs.level, actor)
    return practice


def _answerable(practice: Practice, state: str, version: int | None) -> tuple[Practice, PracticeRound]:
    practice = rounds.locked(practice, version)
    found = rounds.under_way(practice)
    if found is None or found.state != state:
        raise NothingLeftToAnswer(practice)
    return practice, found
