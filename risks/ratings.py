"""What the offices say of a risk: ask, rate, reveal.

One office rates; both do, blind until both have, from band High, for safety, above tolerance in money or on request. Elsewhere the
other office may object for ten working days; until they are over the office that rated may correct itself, and the days begin
anew, for what is to be answered is what counts now. While the offices differ the last agreed levels count; a risk that never had
any takes the more cautious ones.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people import organisations, working_days
from portal.record import audit
from risks import effect, offices, rounds
from risks.errors import AlreadyRated, NothingToAnswer, NotYourOffice
from risks.models import BlindRating, Office, Rating, RatingRound, Risk
from risks.offices import Voice
from risks.rounds import FIELDS, Judgement
from risks.signals import risk_changed

OBJECTION_WORKING_DAYS = 10
State, Outcome, Kind = RatingRound.State, RatingRound.Outcome, Rating.Kind


@transaction.atomic
def ask(risk: Risk, *, actor: Any) -> RatingRound:
    """Let both offices rate `risk`, blind until both have. Raises RiskClosed, NotYourOffice, AlreadyRated while a round is on."""
    risk = rounds.locked(risk)
    voice = rounds.voice_of(actor, risk)
    if rounds.under_way(risk) is not None:
        raise AlreadyRated(risk)
    return rounds.open_round(risk, actor, voice, needs_both=True)


@transaction.atomic
def rate(risk: Risk, said: Judgement, *, actor: Any, both: bool = False) -> RatingRound:
    """Say for the actor's office how likely and how bad `risk` is now; `both` asks the other office to rate as well.

    Raises RiskClosed, NotYourOffice, AlreadyRated once it is revealed (move then), NothingToAnswer where it would object after the
    ten days, Invalid by field.
    """
    risk = rounds.locked(risk)
    voice = rounds.voice_of(actor, risk)
    said = rounds.checked(said)
    found = rounds.under_way(risk)
    if found is not None and found.state == State.OBJECTABLE and voice.office not in found.rated_offices:
        return _object(found, risk, said, actor, voice)
    if found is not None and found.state != State.OPEN:
        raise AlreadyRated(risk)
    needs_both = both or (found is not None and found.needs_both) or effect.calls_for_both(risk, said)
    if needs_both and not voice.is_leader:
        raise NotYourOffice(risk, offices.SEAT[voice.office])
    if found is None:
        found = rounds.open_round(risk, actor, voice, needs_both=needs_both)
    if not needs_both:
        return _rate_alone(found, risk, said, actor, voice)
    _keep_blind(found, risk, said, actor, voice)
    return _reveal(found, risk) if len(found.rated_offices) == len(Office) else found


def correct(found: RatingRound, risk: Risk, said: Judgement, *, actor: Any, voice: Voice) -> RatingRound:
    """Say otherwise what one's office rated alone. It counts at once, the first rating stays on record, and the other office has
    its ten working days anew. Where the new levels call for both offices it is blind until the other one has rated as well, and
    the first counts until then.

    The caller holds the risk and has checked the round. Raises NotYourOffice, Invalid where nothing differs.
    """
    mine = rounds.newest_by_office(found)[voice.office]
    if all(getattr(mine, name) == value for name, value in said.columns().items() if name != "reason"):
        sentence = _("This is what your office has said already. Change a level, or how sure you are.")
        raise Invalid(sentence, {"likelihood_level": [sentence]})
    if effect.calls_for_both(risk, said):
        if not voice.is_leader:
            raise NotYourOffice(risk, offices.SEAT[voice.office])
        found.state, found.needs_both, found.rated_offices, found.objection_until = State.OPEN, True, [], None
        rounds.save(found, "state", "needs_both", "rated_offices", "objection_until")
        _keep_blind(found, risk, said, actor, voice)
        risk_changed.send(RatingRound, risk_ids=[risk.pk], cause="rating.asked")
        return found
    found.objection_until = _objection_until()
    rounds.save(found, "objection_until")
    rating = rounds.write(found, risk, Kind.MOVED, said.columns(), actor, voice)
    told = {"objection_until": found.objection_until.isoformat(), **rounds.levels_of(said.columns())}
    audit.record(actor, "rating.moved", risk, {"round": found.pk, "office": voice.office, **told})
    rounds.let_count(risk, rating, actor, cause="rating.moved")
    return found


def end(risk: Risk, *, actor: Any) -> None:
    """A closed risk waits for no rating; what was blind goes unread."""
    found = rounds.under_way(risk)
    if found is not None:
        rounds.end_as(found, risk, Outcome.ENDED, actor)


def _objection_until() -> date:
    return working_days.after(organisations.today(), OBJECTION_WORKING_DAYS)


def _keep_blind(found: RatingRound, risk: Risk, said: Judgement, actor: Any, voice: Voice) -> None:
    BlindRating.objects.update_or_create(
        round=found,
        office=voice.office,
        defaults={
            **said.columns(),
            "rated_by": actor,
            "as_substitute": voice.as_substitute,
            "given_at": clock.now(),
        },
    )
    if voice.office not in found.rated_offices:
        found.rated_offices = [*found.rated_offices, voice.office]
        rounds.save(found, "rated_offices")
    audit.record(actor, "rating.given", risk, {"round": found.pk, "office": voice.office, "blind": True})


def _object(found: RatingRound, risk: Risk, said: Judgement, actor: Any, voice: Voice) -> RatingRound:
    """The other office rates otherwise: what was agreed before counts again until they meet."""
    if rounds.days_are_over(found):
        raise NothingToAnswer(risk)
    theirs = rounds.newest_by_office(found)[offices.other(voice.office)]
    rounds.write(found, risk, Kind.FIRST, said.columns(), actor, voice)
    found.rated_offices = [*found.rated_offices, voice.office]
    found.needs_both, found.objection_until = True, None
    rounds.save(found, "rated_offices", "needs_both", "objection_until")
    audit.record(actor, "rating.objected", risk, {"round": found.pk, "office": voice.office, **rounds.levels_of(said.columns())})
    return _compare(found, risk, actor, {theirs.office: theirs, voice.office: rounds.newest_by_office(found)[voice.office]})


def _rate_alone(found: RatingRound, risk: Risk, said: Judgement, actor: Any, voice: Voice) -> RatingRound:
    """It counts at once; the other office may object."""
    found.state = State.OBJECTABLE
    found.rated_offices = [voice.office]
    found.revealed_at = clock.now()
    found.objection_until = _objection_until()
    found.levels_before = rounds.agreed_before(risk)
    rounds.save(found, "state", "rated_offices", "revealed_at", "objection_until", "levels_before")
    rating = rounds.write(found, risk, Kind.FIRST, said.columns(), actor, voice)
    audit.record(
        actor, "rating.given", risk, {"round": found.pk, "office": voice.office, "blind": False, **rounds.levels_of(said.columns())}
    )
    rounds.let_count(risk, rating, actor, cause="rating.given")
    return found


def _reveal(found: RatingRound, risk: Risk) -> RatingRound:
    """Both have rated: what was blind becomes two ratings that both can read; of an office that had rated alone before, a move."""
    moment, before = clock.now(), set(found.ratings.values_list("office", flat=True))
    blind = list(BlindRating.objects.filter(round=found).select_related("rated_by").order_by("given_at", "pk"))
    shown = {}
    for one in blind:
        columns = {name: getattr(one, name) for name in (*FIELDS, "reason", "confidence")}
        voice = Voice(Office(one.office), is_leader=True, stood_in=one.as_substitute)
        kind = Kind.MOVED if one.office in before else Kind.FIRST
        shown[one.office] = rounds.write(found, risk, kind, columns, one.rated_by, voice, given_at=one.given_at, known_at=moment)
    BlindRating.objects.filter(round=found).delete()
    found.revealed_at = moment
    if not before:  # where one office had rated alone, its levels count since, and what was agreed before them is noted already
        found.levels_before = rounds.agreed_before(risk)
    rounds.save(found, "revealed_at", "levels_before")
    told = {office: rounds.levels_of({name: getattr(one, name) for name in FIELDS})["levels"] for office, one in shown.items()}
    audit.record(None, "rating.revealed", risk, {"round": found.pk, "ratings": told})
    return _compare(found, risk, blind[-1].rated_by, shown)


def _compare(found: RatingRound, risk: Risk, actor: Any, shown: Mapping[str, Rating]) -> RatingRound:
    """Settle what is the same; else note the difference, and let the agreed or the more cautious levels count."""
    it, security = shown[Office.IT], shown[Office.SECURITY]
    if rounds.same(it, security):
        return rounds.settle(found, risk, Outcome.AGREED, actor, it)
    found.state = State.DIFFERENT
    rounds.save(found, "state")
    if found.levels_before:
        before = Rating(**found.levels_before["levels"], reason=found.levels_before["reason"])
        rounds.let_count(risk, before, actor, cause="rating.differs")
    else:
        rounds.let_count(risk, effect.more_cautious(it, security), actor, cause="rating.differs")
    return found
