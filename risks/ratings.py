"""How the offices come to one number: rate, reveal, agree, object, move, take theirs, keep mine, talk.

One office rates; both do, blind until both have, from band High, for safety, above a money line or on request. Elsewhere the
other office may object for ten working days. While the offices differ the last agreed levels count; a risk that never had any
takes the more cautious ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people import appointments, organisations, seating, working_days
from portal.people.reach import grants
from portal.record import audit
from risks import effect, levels, offices, scales
from risks.errors import (
    AlreadyRated,
    NothingToAnswer,
    NotTheArbiter,
    NotYourOffice,
    RiskClosed,
    SavedMeanwhile,
    StillBetweenTheTwo,
)
from risks.models import BlindRating, Confidence, Levels, Office, Rating, RatingRound, Risk
from risks.offices import Voice
from risks.signals import risk_changed

OBJECTION_WORKING_DAYS = 10
SETTLE_WORKING_DAYS = 5  # then the arbiter may
FIELDS = ("likelihood_level", *(f"{area}_level" for area in scales.IMPACT_AREAS))
State, Outcome, Kind = RatingRound.State, RatingRound.Outcome, Rating.Kind


@dataclass(frozen=True)
class Judgement:
    """What somebody says of a risk: levels 1–5, impact by area (None: not judged), how sure, and why."""

    likelihood_level: int
    impact: Mapping[str, int | None]
    reason: str
    confidence: str = Confidence.MEDIUM

    def columns(self) -> dict[str, Any]:
        areas = {f"{area}_level": self.impact.get(area) for area in scales.IMPACT_AREAS}
        return {"likelihood_level": self.likelihood_level, **areas, "reason": self.reason, "confidence": self.confidence}


def under_way(risk: Risk) -> RatingRound | None:
    """The round that is not settled yet."""
    return risk.rating_rounds.exclude(state=State.SETTLED).first()


def newest_by_office(found: RatingRound) -> dict[str, Rating]:
    """What each office says now in this round, as far as it was revealed."""
    return {rating.office: rating for rating in found.ratings.select_related("rated_by").order_by("pk")}


@transaction.atomic
def ask(risk: Risk, *, actor: Any) -> RatingRound:
    """Let both offices rate `risk`, blind until both have. Raises RiskClosed, NotYourOffice, AlreadyRated while a round is on."""
    risk = _locked(risk)
    voice = _voice(actor, risk)
    if under_way(risk) is not None:
        raise AlreadyRated(risk)
    return _open(risk, actor, voice, needs_both=True)


@transaction.atomic
def rate(risk: Risk, said: Judgement, *, actor: Any, both: bool = False) -> RatingRound:
    """Say for the actor's office how likely and how bad `risk` is now; `both` asks the other office to rate as well.

    Raises RiskClosed, NotYourOffice, AlreadyRated once it is revealed (move then), Invalid by field.
    """
    risk = _locked(risk)
    voice = _voice(actor, risk)
    said = _checked(said)
    found = under_way(risk)
    if found is not None and found.state == State.OBJECTABLE and voice.office not in found.rated_offices:
        return _object(found, risk, said, actor, voice)
    if found is not None and found.state != State.OPEN:
        raise AlreadyRated(risk)
    needs_both = both or (found is not None and found.needs_both) or effect.calls_for_both(risk, said)
    if needs_both and not voice.is_leader:
        raise NotYourOffice(risk, offices.SEAT[voice.office])
    if found is None:
        found = _open(risk, actor, voice, needs_both=needs_both)
    if not needs_both:
        return _rate_alone(found, risk, said, actor, voice)
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
        _save(found, "rated_offices")
    audit.record(actor, "rating.given", risk, {"round": found.pk, "office": voice.office, "blind": True})
    return _reveal(found, risk) if len(found.rated_offices) == len(Office) else found


@transaction.atomic
def agree(risk: Risk, *, actor: Any) -> RatingRound:
    """Accept what the other office rated alone. Raises RiskClosed, NotYourOffice, NothingToAnswer."""
    risk = _locked(risk)
    found, voice = _answerable(risk, actor, State.OBJECTABLE)
    if voice.office in found.rated_offices:
        raise NothingToAnswer(risk)
    theirs = newest_by_office(found)[offices.other(voice.office)]
    _keep(found, Kind.TOOK_THEIRS, theirs, actor, voice, _("Agreed."))
    return _settle(found, risk, Outcome.AGREED, actor, theirs)


@transaction.atomic
def take_theirs(risk: Risk, *, actor: Any, version: int | None = None) -> RatingRound:
    """End a difference with the other office's rating. Raises RiskClosed, NotYourOffice, NothingToAnswer, SavedMeanwhile."""
    risk = _locked(risk)
    found, voice = _answerable(risk, actor, State.DIFFERENT, version)
    theirs = newest_by_office(found)[offices.other(voice.office)]
    _keep(found, Kind.TOOK_THEIRS, theirs, actor, voice, _("Took the other office's rating."))
    return _settle(found, risk, Outcome.AGREED, actor, theirs)


@transaction.atomic
def keep_mine(risk: Risk, reason: str, *, actor: Any, version: int | None = None) -> RatingRound:
    """Hold on to one's rating, for a reason the other can read. Raises as `take_theirs`, and Invalid without a reason."""
    risk = _locked(risk)
    found, voice = _answerable(risk, actor, State.DIFFERENT, version)
    if not reason.strip():
        raise Invalid(_("Keeping a rating needs a reason."), {"reason": [_("Say what the other office should know.")]})
    _keep(found, Kind.KEPT, newest_by_office(found)[voice.office], actor, voice, reason.strip())
    _save(found)
    audit.record(actor, "rating.kept", risk, {"round": found.pk, "office": voice.office}, text=reason.strip())
    return found


@transaction.atomic
def move(risk: Risk, said: Judgement, *, actor: Any, version: int | None = None) -> RatingRound:
    """Change one's revealed rating, for a reason; the first stays visible. Ends the difference where both now say the same."""
    risk = _locked(risk)
    found, voice = _answerable(risk, actor, State.DIFFERENT, version)
    said = _checked(said)
    _write(found, risk, Kind.MOVED, said.columns(), actor, voice)
    audit.record(actor, "rating.moved", risk, {"round": found.pk, "office": voice.office, **_levels_of(said.columns())})
    now = newest_by_office(found)
    if _same(now[Office.IT], now[Office.SECURITY]):
        return _settle(found, risk, Outcome.AGREED, actor, now[voice.office])
    _save(found)
    risk_changed.send(RatingRound, risk_ids=[risk.pk], cause="rating.moved")
    return found


@transaction.atomic
def talk(risk: Risk, *, actor: Any) -> RatingRound:
    """Put the difference on the pair's agenda; asking twice changes nothing. Raises as `take_theirs`."""
    risk = _locked(risk)
    found, _voice_of = _answerable(risk, actor, State.DIFFERENT)
    if found.talk_asked_at is None:
        found.talk_asked_by, found.talk_asked_at = actor, clock.now()
        _save(found, "talk_asked_by", "talk_asked_at")
        audit.record(actor, "rating.talk_asked", risk, {"round": found.pk})
    return found


@transaction.atomic
def arbitrate(risk: Risk, said: Judgement, *, actor: Any) -> RatingRound:
    """Let the arbiter end a difference that the two did not settle in their five working days; both ratings stay on record.

    Raises RiskClosed, NotTheArbiter, NothingToAnswer, StillBetweenTheTwo, Invalid by field.
    """
    risk = _locked(risk)
    if seating.ARBITER not in grants(actor).seats:
        raise NotTheArbiter(risk)
    found = under_way(risk)
    if found is None or found.state != State.DIFFERENT:
        raise NothingToAnswer(risk)
    last_day = settled_between_until(found)
    if organisations.today() <= last_day:
        raise StillBetweenTheTwo(risk, last_day)
    said = _checked(said)
    rating = Rating.objects.create(
        round=found, risk=risk, office="", kind=Kind.ARBITER, rated_by=actor, as_substitute=_stands_in(actor), **said.columns()
    )
    audit.record(actor, "rating.arbitrated", risk, {"round": found.pk, **_levels_of(said.columns())}, text=said.reason)
    return _settle(found, risk, Outcome.ARBITRATED, actor, rating)


def settled_between_until(found: RatingRound) -> date:
    """The last day on which the two alone can settle a revealed difference."""
    return working_days.after(organisations.day_of(found.revealed_at), SETTLE_WORKING_DAYS)


def _stands_in(actor: Any) -> bool:
    filled = appointments.seat_holder(seating.ARBITER)
    return filled is not None and filled.as_substitute


def lapse_objections() -> int:
    """Settle as *not objected* what nobody objected to in its ten working days; returns how many rounds."""
    today, count = organisations.today(), 0
    for pk in RatingRound.objects.filter(state=State.OBJECTABLE, objection_until__lt=today).values_list("risk_id", flat=True):
        with transaction.atomic():
            risk = Risk.objects.select_for_update().get(pk=pk)
            found = under_way(risk)
            if found is not None and found.state == State.OBJECTABLE and found.objection_until < today:
                _end(found, risk, Outcome.NOT_OBJECTED, None)
                count += 1
    return count


def end(risk: Risk, *, actor: Any) -> None:
    """A closed risk waits for no rating; what was blind goes unread."""
    found = under_way(risk)
    if found is not None:
        _end(found, risk, Outcome.ENDED, actor)


def _object(found: RatingRound, risk: Risk, said: Judgement, actor: Any, voice: Voice) -> RatingRound:
    """The other office rates otherwise: what was agreed before counts again until they meet."""
    theirs = newest_by_office(found)[offices.other(voice.office)]
    _write(found, risk, Kind.FIRST, said.columns(), actor, voice)
    found.rated_offices = [*found.rated_offices, voice.office]
    found.needs_both, found.objection_until = True, None
    _save(found, "rated_offices", "needs_both", "objection_until")
    audit.record(actor, "rating.objected", risk, {"round": found.pk, "office": voice.office, **_levels_of(said.columns())})
    return _compare(found, risk, actor, {theirs.office: theirs, voice.office: newest_by_office(found)[voice.office]})


def _rate_alone(found: RatingRound, risk: Risk, said: Judgement, actor: Any, voice: Voice) -> RatingRound:
    """It counts at once; the other office may object."""
    found.state = State.OBJECTABLE
    found.rated_offices = [voice.office]
    found.revealed_at = clock.now()
    found.objection_until = working_days.after(organisations.today(), OBJECTION_WORKING_DAYS)
    found.levels_before = _agreed_before(risk)
    _save(found, "state", "rated_offices", "revealed_at", "objection_until", "levels_before")
    rating = _write(found, risk, Kind.FIRST, said.columns(), actor, voice)
    audit.record(
        actor, "rating.given", risk, {"round": found.pk, "office": voice.office, "blind": False, **_levels_of(said.columns())}
    )
    _count(risk, rating, actor, cause="rating.given")
    return found


def _reveal(found: RatingRound, risk: Risk) -> RatingRound:
    """Both have rated: what was blind becomes two ratings that both can read."""
    moment = clock.now()
    blind = list(BlindRating.objects.filter(round=found).select_related("rated_by").order_by("given_at", "pk"))
    shown = {}
    for one in blind:
        columns = {name: getattr(one, name) for name in (*FIELDS, "reason", "confidence")}
        voice = Voice(Office(one.office), is_leader=True, as_substitute=one.as_substitute)
        shown[one.office] = _write(found, risk, Kind.FIRST, columns, one.rated_by, voice, given_at=one.given_at, known_at=moment)
    BlindRating.objects.filter(round=found).delete()
    found.revealed_at, found.levels_before = moment, _agreed_before(risk)
    _save(found, "revealed_at", "levels_before")
    told = {office: _levels_of({name: getattr(one, name) for name in FIELDS})["levels"] for office, one in shown.items()}
    audit.record(None, "rating.revealed", risk, {"round": found.pk, "ratings": told})
    return _compare(found, risk, blind[-1].rated_by, shown)


def _compare(found: RatingRound, risk: Risk, actor: Any, shown: Mapping[str, Rating]) -> RatingRound:
    """Settle what is the same; else note the difference, and let the agreed or the more cautious levels count."""
    it, security = shown[Office.IT], shown[Office.SECURITY]
    if _same(it, security):
        return _settle(found, risk, Outcome.AGREED, actor, it)
    found.state = State.DIFFERENT
    _save(found, "state")
    if found.levels_before:
        before = Rating(**found.levels_before["levels"], reason=found.levels_before["reason"])
        _count(risk, before, actor, cause="rating.differs")
    else:
        _count(risk, max((it, security), key=effect.weight), actor, cause="rating.differs")
    return found


def _settle(found: RatingRound, risk: Risk, outcome: str, actor: Any, agreed: Rating) -> RatingRound:
    found.state, found.outcome, found.settled_at = State.SETTLED, outcome, clock.now()
    _save(found, "state", "outcome", "settled_at")
    audit.record(actor, "rating.settled", risk, {"round": found.pk, "outcome": outcome})
    _count(risk, agreed, actor, cause="rating.settled")
    return found


def _end(found: RatingRound, risk: Risk, outcome: str, actor: Any) -> None:
    BlindRating.objects.filter(round=found).delete()
    found.state, found.outcome, found.settled_at = State.SETTLED, outcome, clock.now()
    _save(found, "state", "outcome", "settled_at")
    audit.record(actor, "rating.settled", risk, {"round": found.pk, "outcome": outcome})
    risk_changed.send(RatingRound, risk_ids=[risk.pk], cause="rating.settled")


def _count(risk: Risk, rating: Rating, actor: Any, *, cause: str) -> None:
    """Let these levels count as the risk's present ones."""
    impact = rating.impact_levels
    levels.take(
        risk, Levels.Stage.CURRENT, actor=actor, likelihood_level=rating.likelihood_level, levels=impact, reason=rating.reason
    )
    risk_changed.send(RatingRound, risk_ids=[risk.pk], cause=cause)


def _keep(found: RatingRound, kind: str, rating: Rating, actor: Any, voice: Voice, reason: str) -> Rating:
    columns = {name: getattr(rating, name) for name in (*FIELDS, "confidence")} | {"reason": reason}
    return _write(found, found.risk, kind, columns, actor, voice)


def _write(
    found: RatingRound, risk: Risk, kind: str, columns: Mapping[str, Any], actor: Any, voice: Voice, **moments: Any
) -> Rating:
    moments = moments or {"given_at": clock.now(), "known_at": clock.now()}
    return Rating.objects.create(
        round=found,
        risk=risk,
        office=voice.office,
        kind=kind,
        rated_by=actor,
        as_substitute=voice.as_substitute,
        **columns,
        **moments,
    )


def _open(risk: Risk, actor: Any, voice: Voice, *, needs_both: bool) -> RatingRound:
    found = RatingRound.objects.create(risk=risk, needs_both=needs_both, asked_by=actor, opened_at=clock.now())
    audit.record(actor, "rating.asked", risk, {"round": found.pk, "office": voice.office})
    risk_changed.send(RatingRound, risk_ids=[risk.pk], cause="rating.asked")
    return found


def _save(found: RatingRound, *fields: str) -> None:
    found.version += 1
    found.save(update_fields=[*fields, "version"])


def _agreed_before(risk: Risk) -> dict[str, Any]:
    """The levels that count now, where the offices had settled on them; {} where they never did."""
    row = risk.levels.filter(stage=Levels.Stage.CURRENT).first()
    settled = risk.rating_rounds.filter(state=State.SETTLED).exclude(outcome=Outcome.ENDED).exists()
    if row is None or not settled:
        return {}
    return {"levels": {name: getattr(row, name) for name in FIELDS}, "reason": row.reason}


def _same(one: Rating, another: Rating) -> bool:
    """Agreed is the cell: likelihood and the worst impact. In which area is for the words, unless one of them is safety."""
    safety = [scales.in_safety_lane(rating.safety_level) for rating in (one, another)]
    return one.likelihood_level == another.likelihood_level and one.impact_level == another.impact_level and safety[0] == safety[1]


def _levels_of(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {"levels": {name: columns[name] for name in FIELDS if columns[name] is not None}}


def _locked(risk: Risk) -> Risk:
    found = Risk.objects.select_for_update(of=("self",)).get(pk=risk.pk)
    if found.state != Risk.State.OPEN:
        raise RiskClosed(found)
    return found


def _voice(actor: Any, risk: Risk) -> Voice:
    found = offices.voice(actor, risk)
    if found is None:
        raise NotYourOffice(risk)
    return found


def _answerable(risk: Risk, actor: Any, state: str, version: int | None = None) -> tuple[RatingRound, Voice]:
    """The round under way in `state`, and for whom the actor answers it. Where both rate, leaders alone do."""
    voice, found = _voice(actor, risk), under_way(risk)
    if found is None or found.state != state:
        raise NothingToAnswer(risk)
    if found.needs_both and not voice.is_leader:
        raise NotYourOffice(risk, offices.SEAT[voice.office])
    if version is not None and version != found.version:
        last = found.ratings.select_related("rated_by").order_by("pk").last()
        raise SavedMeanwhile(theirs={}, version=found.version, by=last.rated_by if last else None)
    return found, voice


def _checked(said: Judgement) -> Judgement:
    wrong: dict[str, list[str]] = {}
    if said.likelihood_level not in scales.LEVELS:
        wrong["likelihood_level"] = [_("Say how likely it is, 1 to 5.")]
    known = {area: level for area, level in said.impact.items() if level is not None}
    for area in sorted(set(known) - set(scales.IMPACT_AREAS)):
        wrong[area] = [_("There is no such impact area.")]
    for area, level in known.items():
        if area in scales.IMPACT_AREAS and level not in scales.LEVELS:
            wrong[f"{area}_level"] = [_("A level is 1 to 5.")]
    if not known:
        wrong["impact"] = [_("Say how bad it would be in at least the worst area.")]
    if said.confidence not in Confidence.values:
        wrong["confidence"] = [_("Say how sure you are: a guess, fairly sure, or sure.")]
    if not said.reason.strip():
        wrong["reason"] = [_("Say why, in a sentence the other office can answer.")]
    if wrong:
        raise Invalid(_("This rating is not complete."), wrong)
    return Judgement(said.likelihood_level, said.impact, said.reason.strip(), said.confidence)
