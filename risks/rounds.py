"""The rows of a round of ratings: who speaks, what was said, which levels count; ratings and settling build on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people import organisations, working_days
from portal.record import audit
from risks import levels, offices, scales
from risks.errors import NotYourOffice, RiskClosed
from risks.models import BlindRating, Confidence, Levels, Rating, RatingRound, Risk
from risks.offices import Voice
from risks.signals import risk_changed

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


def settled_between_until(found: RatingRound) -> date:
    """The last day on which the two alone can settle a revealed difference."""
    return working_days.after(organisations.day_of(found.revealed_at), SETTLE_WORKING_DAYS)


def days_are_over(found: RatingRound) -> bool:
    """Whether the ten working days in which the other office may answer what was rated alone have passed."""
    return organisations.today() > found.objection_until


def locked(risk: Risk) -> Risk:
    found = Risk.objects.select_for_update(of=("self",)).get(pk=risk.pk)
    if found.state != Risk.State.OPEN:
        raise RiskClosed(found)
    return found


def voice_of(actor: Any, risk: Risk) -> Voice:
    found = offices.voice(actor, risk)
    if found is None:
        raise NotYourOffice(risk)
    return found


def checked(said: Judgement) -> Judgement:
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


def open_round(risk: Risk, actor: Any, voice: Voice, *, needs_both: bool) -> RatingRound:
    found = RatingRound.objects.create(risk=risk, needs_both=needs_both, asked_by=actor, opened_at=clock.now())
    audit.record(actor, "rating.asked", risk, {"round": found.pk, "office": voice.office})
    risk_changed.send(RatingRound, risk_ids=[risk.pk], cause="rating.asked")
    return found


def save(found: RatingRound, *fields: str) -> None:
    found.version += 1
    found.save(update_fields=[*fields, "version"])


def write(
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


def repeat(found: RatingRound, kind: str, rating: Rating, actor: Any, voice: Voice, reason: str) -> Rating:
    columns = {name: getattr(rating, name) for name in (*FIELDS, "confidence")} | {"reason": reason}
    return write(found, found.risk, kind, columns, actor, voice)


def agreed_before(risk: Risk) -> dict[str, Any]:
    """The levels that count now, where the offices had settled on them; {} where they never did."""
    row = risk.levels.filter(stage=Levels.Stage.CURRENT).first()
    settled = risk.rating_rounds.filter(state=State.SETTLED).exclude(outcome=Outcome.ENDED).exists()
    if row is None or not settled:
        return {}
    return {"levels": {name: getattr(row, name) for name in FIELDS}, "reason": row.reason}


def same(one: Rating, another: Rating) -> bool:
    """Agreed is the cell: likelihood and the worst impact. In which area is for the words, unless one of them is safety."""
    safety = [scales.in_safety_lane(rating.safety_level) for rating in (one, another)]
    return one.likelihood_level == another.likelihood_level and one.impact_level == another.impact_level and safety[0] == safety[1]


def levels_of(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {"levels": {name: columns[name] for name in FIELDS if columns[name] is not None}}


def let_count(risk: Risk, rating: Rating, actor: Any, *, cause: str) -> None:
    """Let these levels count as the risk's present ones."""
    impact = rating.impact_levels
    levels.take(
        risk, Levels.Stage.CURRENT, actor=actor, likelihood_level=rating.likelihood_level, levels=impact, reason=rating.reason
    )
    risk_changed.send(RatingRound, risk_ids=[risk.pk], cause=cause)


def settle(found: RatingRound, risk: Risk, outcome: str, actor: Any, agreed: Rating) -> RatingRound:
    found.state, found.outcome, found.settled_at = State.SETTLED, outcome, clock.now()
    save(found, "state", "outcome", "settled_at")
    audit.record(actor, "rating.settled", risk, {"round": found.pk, "outcome": outcome})
    let_count(risk, agreed, actor, cause="rating.settled")
    return found


def end_as(found: RatingRound, risk: Risk, outcome: str, actor: Any) -> None:
    BlindRating.objects.filter(round=found).delete()
    found.state, found.outcome, found.settled_at = State.SETTLED, outcome, clock.now()
    save(found, "state", "outcome", "settled_at")
    audit.record(actor, "rating.settled", risk, {"round": found.pk, "outcome": outcome})
    risk_changed.send(RatingRound, risk_ids=[risk.pk], cause="rating.settled")
