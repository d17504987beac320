"""How a rating is answered and a difference ends: agree, take theirs, keep mine, move, talk, the arbiter, or time."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people import appointments, organisations, seating
from portal.people.reach import grants
from portal.record import audit
from risks import effect, offices, ratings, rounds
from risks.errors import NothingToAnswer, NotTheArbiter, NotYourOffice, SavedMeanwhile, StillBetweenTheTwo
from risks.models import Office, Rating, RatingRound, Risk
from risks.offices import Voice
from risks.rounds import Judgement
from risks.signals import risk_changed

State, Outcome, Kind = RatingRound.State, RatingRound.Outcome, Rating.Kind


@transaction.atomic
def agree(
    risk: Risk, *, actor: Any, version: int | None = None, read: int | None = None, of: RatingRound | None = None
) -> RatingRound:
    """Accept what the other office rated alone, while its ten days last. Raises as `take_theirs`."""
    risk = rounds.locked(risk)
    found, voice = _answerable(risk, actor, State.OBJECTABLE, version, of)
    if voice.office in found.rated_offices or rounds.days_are_over(found):
        raise NothingToAnswer(risk)
    theirs = _theirs(found, voice, read)
    rounds.repeat(found, Kind.TOOK_THEIRS, theirs, actor, voice, _("Agreed."))
    return rounds.settle(found, risk, Outcome.AGREED, actor, theirs)


@transaction.atomic
def take_theirs(
    risk: Risk, *, actor: Any, version: int | None = None, read: int | None = None, of: RatingRound | None = None
) -> RatingRound:
    """End a difference with the other office's rating; `read` is the id of the rating the actor saw, `of` the round they answer.
    Raises RiskClosed, NotYourOffice, NothingToAnswer, SavedMeanwhile."""
    risk = rounds.locked(risk)
    found, voice = _answerable(risk, actor, State.DIFFERENT, version, of)
    theirs = _theirs(found, voice, read)
    rounds.repeat(found, Kind.TOOK_THEIRS, theirs, actor, voice, _("Took the other office's rating."))
    return rounds.settle(found, risk, Outcome.AGREED, actor, theirs)


@transaction.atomic
def keep_mine(risk: Risk, reason: str, *, actor: Any, version: int | None = None, of: RatingRound | None = None) -> RatingRound:
    """Hold on to one's rating, for a reason the other can read. Raises as `take_theirs`, and Invalid without a reason."""
    risk = rounds.locked(risk)
    found, voice = _answerable(risk, actor, State.DIFFERENT, version, of)
    if not reason.strip():
        raise Invalid(_("Keeping a rating needs a reason."), {"reason": [_("Say what the other office should know.")]})
    rounds.repeat(found, Kind.KEPT, rounds.newest_by_office(found)[voice.office], actor, voice, reason.strip())
    rounds.save(found)
    audit.record(actor, "rating.kept", risk, {"round": found.pk, "office": voice.office}, text=reason.strip())
    return found


@transaction.atomic
def move(risk: Risk, said: Judgement, *, actor: Any, version: int | None = None, of: RatingRound | None = None) -> RatingRound:
    """Change one's revealed rating, for a reason; the first stays visible. Ends the difference where both now say the same; what
    one's office rated alone is corrected (`ratings.correct`) while the other one may still object. Of a risk whose levels were
    never agreed the more cautious rating counts at once.

    Raises as `take_theirs`, and Invalid by field. A move that meets an objection on its way is a move within the difference; who
    names the `version` they read is told instead."""
    risk = rounds.locked(risk)
    found = rounds.under_way(risk)
    alone = found is not None and found.state == State.OBJECTABLE
    found, voice = _answerable(risk, actor, State.OBJECTABLE if alone else State.DIFFERENT, version, of)
    said = rounds.checked(said)
    if alone:
        if voice.office not in found.rated_offices or rounds.days_are_over(found):
            raise NothingToAnswer(risk)
        return ratings.correct(found, risk, said, actor=actor, voice=voice)
    rounds.write(found, risk, Kind.MOVED, said.columns(), actor, voice)
    audit.record(actor, "rating.moved", risk, {"round": found.pk, "office": voice.office, **rounds.levels_of(said.columns())})
    now = rounds.newest_by_office(found)
    if rounds.same(now[Office.IT], now[Office.SECURITY]):
        return rounds.settle(found, risk, Outcome.AGREED, actor, now[voice.office])
    rounds.save(found)
    if found.levels_before:
        risk_changed.send(RatingRound, risk_ids=[risk.pk], cause="rating.moved")
    else:
        rounds.let_count(risk, effect.more_cautious(now[Office.IT], now[Office.SECURITY]), actor, cause="rating.moved")
    return found


@transaction.atomic
def talk(risk: Risk, *, actor: Any) -> RatingRound:
    """Put the difference on the pair's agenda; asking twice changes nothing. Raises as `take_theirs`."""
    risk = rounds.locked(risk)
    found, _voice_of = _answerable(risk, actor, State.DIFFERENT)
    if found.talk_asked_at is None:
        found.talk_asked_by, found.talk_asked_at = actor, clock.now()
        rounds.save(found, "talk_asked_by", "talk_asked_at")
        audit.record(actor, "rating.talk_asked", risk, {"round": found.pk})
    return found


@transaction.atomic
def arbitrate(risk: Risk, said: Judgement, *, actor: Any) -> RatingRound:
    """Let the arbiter end a difference that the two did not settle in their five working days; both ratings stay on record.

    Raises RiskClosed, NotTheArbiter, NothingToAnswer, StillBetweenTheTwo, Invalid by field.
    """
    risk = rounds.locked(risk)
    if seating.ARBITER not in grants(actor).seats:
        raise NotTheArbiter(risk)
    found = rounds.under_way(risk)
    if found is None or found.state != State.DIFFERENT:
        raise NothingToAnswer(risk)
    last_day = rounds.settled_between_until(found)
    if organisations.today() <= last_day:
        raise StillBetweenTheTwo(risk, last_day)
    said = rounds.checked(said)
    rating = Rating.objects.create(
        round=found, risk=risk, office="", kind=Kind.ARBITER, rated_by=actor, as_substitute=_stands_in(actor), **said.columns()
    )
    audit.record(actor, "rating.arbitrated", risk, {"round": found.pk, **rounds.levels_of(said.columns())}, text=said.reason)
    return rounds.settle(found, risk, Outcome.ARBITRATED, actor, rating)


def _stands_in(actor: Any) -> bool:
    filled = appointments.seat_holder(seating.ARBITER)
    return filled is not None and filled.as_substitute


def lapse_objections() -> int:
    """Settle as *not objected* what nobody objected to in its ten working days; returns how many rounds."""
    today, count = organisations.today(), 0
    for pk in RatingRound.objects.filter(state=State.OBJECTABLE, objection_until__lt=today).values_list("risk_id", flat=True):
        with transaction.atomic():
            risk = Risk.objects.select_for_update().get(pk=pk)
            found = rounds.under_way(risk)
            if found is not None and found.state == State.OBJECTABLE and found.objection_until < today:
                rounds.end_as(found, risk, Outcome.NOT_OBJECTED, None)
                count += 1
    return count


def _theirs(found: RatingRound, voice: Voice, read: int | None) -> Rating:
    """What the other office says now; SavedMeanwhile where that is not the rating that was `read`."""
    theirs = rounds.newest_by_office(found)[offices.other(voice.office)]
    if read is not None and read != theirs.pk:
        raise SavedMeanwhile(theirs={}, version=found.version, by=theirs.rated_by)
    return theirs


def _answerable(
    risk: Risk, actor: Any, state: str, version: int | None = None, of: RatingRound | None = None
) -> tuple[RatingRound, Voice]:
    """The round under way in `state`, and for whom the actor answers it. Where both rate, leaders alone do."""
    voice, found = rounds.voice_of(actor, risk), rounds.under_way(risk)
    if found is None or found.state != state or (of is not None and of.pk != found.pk):
        raise NothingToAnswer(risk)
    if found.needs_both and not voice.is_leader:
        raise NotYourOffice(risk, offices.SEAT[voice.office])
    if version is not None and version != found.version:
        last = found.ratings.select_related("rated_by").order_by("pk").last()
        raise SavedMeanwhile(theirs={}, version=found.version, by=last.rated_by if last else None)
    return found, voice
