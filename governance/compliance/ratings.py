"""How well a requirement is practised, as each office says it: rate, reveal, object, move.

Where both offices own a practice they rate it blind until both have. Where one does its level counts at once, and the other office
may object for ten working days; until they are over whoever rated may correct it, and the days begin anew. While the offices
differ the level that counted before counts; a practice that never had any takes the lower one, provisionally.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.compliance import rounds
from governance.compliance.errors import NotYourOffice
from governance.compliance.models import BlindPracticeRating, Owner, Practice, PracticeRating, PracticeRound
from governance.compliance.rounds import Kind, Outcome, State
from portal import clock
from portal.errors import Invalid
from portal.people import organisations, working_days
from portal.record import audit
from risks.models import Office
from risks.ratings import OBJECTION_WORKING_DAYS
from risks.rounds import days_are_over


@transaction.atomic
def rate(practice: Practice, office: str, level: int, *, actor: Any, reason: str = "", version: int | None = None) -> Practice:
    """Say for `office` how well it is done, 0 to 4. What that does follows from where the practice stands: it is kept blind until
    the other office has rated, or counts at once; it corrects what one's office rated alone, objects to what the other one did, or
    moves within a difference, and these three need a reason.

    Only the leader of an office, or whoever stands in for them, speaks for it. Raises OldEdition, SavedOver, NotYourOffice,
    Invalid by field.
    """
    practice = rounds.locked(practice, version)
    rounds.checked(office, level, reason)
    if actor is not None and office not in rounds.spoken_for(actor):
        raise NotYourOffice(practice.owner)
    found = rounds.under_way(practice)
    if found is not None and found.state == State.OBJECTABLE and days_are_over(found):
        rounds.settle(found, practice, Outcome.NOT_OBJECTED, practice.current_level, None)
        found = None
    answers = found is not None and (found.state == State.DIFFERENT or _is_objection(found, office))
    if not answers and not rounds.owns(practice, office):
        raise NotYourOffice(practice.owner)
    said = (practice, office, level, rounds.checked(office, level, reason, needs_reason=_is_answer(found)), actor)
    if found is None:
        found = rounds.begin(practice, needs_both=practice.owner == Owner.BOTH)
        return _keep_blind(found, *said) if found.needs_both else _rate_alone(found, *said)
    if found.state == State.OPEN:
        return _keep_blind(found, *said)
    if found.state == State.DIFFERENT:
        return _move(found, *said)
    return _object(found, *said) if _is_objection(found, office) else _correct(found, *said)


def _is_objection(found: PracticeRound, office: str) -> bool:
    return found.state == State.OBJECTABLE and office not in found.rated_offices


def _is_answer(found: PracticeRound | None) -> bool:
    """Whether the other office has read something already, so that it is told why this is said."""
    return found is not None and found.state != State.OPEN


def _keep_blind(found: PracticeRound, practice: Practice, office: str, level: int, reason: str, actor: Any) -> Practice:
    mine = BlindPracticeRating.objects.filter(round=found, office=office).first()
    if mine is not None and (mine.level, mine.reason) == (level, reason):
        return practice
    said = {"level": level, "reason": reason, "rated_by": rounds.person(actor), "given_at": clock.now()}
    BlindPracticeRating.objects.update_or_create(round=found, office=office, defaults=said)
    if office not in found.rated_offices:
        found.rated_offices = [*found.rated_offices, office]
        found.save(update_fields=["rated_offices"])
    audit.record(actor, "practice.rated", practice, {"round": found.pk, "office": office, "blind": True})
    if len(found.rated_offices) == len(Office):
        return _reveal(found, practice)
    rounds.save(practice)
    return practice


def _reveal(found: PracticeRound, practice: Practice) -> Practice:
    """Both have rated: what was blind becomes two ratings that both can read."""
    blind = list(BlindPracticeRating.objects.filter(round=found).select_related("rated_by").order_by("given_at", "pk"))
    shown = {
        one.office: rounds.write(found, Kind.FIRST, one.office, one.level, one.reason, one.rated_by, one.given_at) for one in blind
    }
    BlindPracticeRating.objects.filter(round=found).delete()
    found.revealed_at, found.level_before = clock.now(), practice.current_level
    found.save(update_fields=["revealed_at", "level_before"])
    audit.record(None, "practice.revealed", practice, {"round": found.pk, "levels": rounds.levels_of(shown)})
    return _compare(found, practice, blind[-1].rated_by, shown)


def _rate_alone(found: PracticeRound, practice: Practice, office: str, level: int, reason: str, actor: Any) -> Practice:
    """It counts at once; the other office may object."""
    found.state, found.rated_offices, found.revealed_at = State.OBJECTABLE, [office], clock.now()
    found.objection_until, found.level_before = _objection_until(), practice.current_level
    found.save(update_fields=["state", "rated_offices", "revealed_at", "objection_until", "level_before"])
    rounds.write(found, Kind.FIRST, office, level, reason, actor)
    told = {"round": found.pk, "office": office, "level": level, "objection_until": found.objection_until.isoformat()}
    audit.record(actor, "practice.rated", practice, told, text=reason)
    rounds.let_count(practice, level)
    return practice


def _correct(found: PracticeRound, practice: Practice, office: str, level: int, reason: str, actor: Any) -> Practice:
    """It counts at once, the first rating stays on record, and the other office has its ten working days anew."""
    if rounds.newest_by_office(found)[office].level == level:
        sentence = _("This is what your office has said already. Choose another level.")
        raise Invalid(sentence, {"level": [sentence]})
    found.objection_until = _objection_until()
    found.save(update_fields=["objection_until"])
    rounds.write(found, Kind.MOVED, office, level, reason, actor)
    told = {"round": found.pk, "office": office, "level": level, "objection_until": found.objection_until.isoformat()}
    audit.record(actor, "practice.moved", practice, told, text=reason)
    rounds.let_count(practice, level)
    return practice


def _object(found: PracticeRound, practice: Practice, office: str, level: int, reason: str, actor: Any) -> Practice:
    """The other office says otherwise: what counted before counts again until they meet."""
    rounds.write(found, Kind.FIRST, office, level, reason, actor)
    found.rated_offices = [*found.rated_offices, office]
    found.needs_both, found.objection_until = True, None
    found.save(update_fields=["rated_offices", "needs_both", "objection_until"])
    audit.record(actor, "practice.objected", practice, {"round": found.pk, "office": office, "level": level}, text=reason)
    return _compare(found, practice, actor, rounds.newest_by_office(found))


def _move(found: PracticeRound, practice: Practice, office: str, level: int, reason: str, actor: Any) -> Practice:
    """A revealed rating changes; the first stays. The difference ends where both now say the same."""
    if rounds.newest_by_office(found)[office].level == level:
        sentence = _("This is what your office has said already. Choose another level, or keep yours.")
        raise Invalid(sentence, {"level": [sentence]})
    rounds.write(found, Kind.MOVED, office, level, reason, actor)
    audit.record(actor, "practice.moved", practice, {"round": found.pk, "office": office, "level": level}, text=reason)
    return _compare(found, practice, actor, rounds.newest_by_office(found))


def _compare(found: PracticeRound, practice: Practice, actor: Any, shown: dict[str, PracticeRating]) -> Practice:
    """Settle what is the same; else note the difference, and let the level before it count, or the lower one."""
    levels = rounds.levels_of(shown)
    if len(set(levels.values())) == 1:
        rounds.settle(found, practice, Outcome.AGREED, shown[Office.IT].level, actor)
        return practice
    if found.state != State.DIFFERENT:
        found.state = State.DIFFERENT
        found.save(update_fields=["state"])
    rounds.let_count(practice, min(levels.values()) if found.level_before is None else found.level_before, differ=True)
    return practice


def _objection_until() -> Any:
    return working_days.after(organisations.today(), OBJECTION_WORKING_DAYS)
