"""Where the rating of one risk stands, as one reader may know it: what is blind stays with the office that said it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count
from django.db.models.aggregates import Aggregate
from django.db.models.fields import FloatField
from django.utils.translation import gettext as _

from portal.people import organisations, seating
from portal.people.reach import grants
from risks import offices, rounds, scales, wording
from risks.models import BlindRating, Office, Rating, RatingRound, Risk
from risks.offices import Voice

ENOUGH_ALIKE = 5  # risks, before anybody is told that theirs stands apart
FAR = 2  # levels

# What the reader can do, by name: the template draws one of these.
RATE, CHANGE, WAIT, OBJECT, CORRECT = "rate", "change", "wait", "object", "correct"
DIFFER, DECIDE, REST = "differ", "decide", "rest"


@dataclass(frozen=True)
class Line:
    """One row of the comparison: likelihood, an impact area or how sure; (level, word) by office in fixed order."""

    label: str
    cells: tuple[tuple[int | None, str], ...]
    differs: bool


@dataclass(frozen=True)
class Alike:
    """How similar risks stand: the middle likelihood and impact of the rated open risks of the same category."""

    count: int
    likelihood_level: int
    impact_level: int

    def is_far_from(self, likelihood_level: int | None, impact_level: int | None) -> bool:
        pairs = ((likelihood_level, self.likelihood_level), (impact_level, self.impact_level))
        return any(one is not None and abs(one - other) >= FAR for one, other in pairs)


@dataclass(frozen=True)
class Card:
    """Everything the page of a rating shows."""

    risk: Risk
    round: RatingRound | None
    voice: Voice | None
    mode: str
    mine: Any  # BlindRating or Rating of the reader's office
    theirs: Rating | None
    sides: tuple[tuple[str, Rating], ...]  # seat and newest rating, in fixed order
    lines: tuple[Line, ...]
    waiting_for: tuple[str, ...]  # seats that have not rated yet
    arbiter_on: date | None
    days_open: int
    alike: Alike | None
    log: tuple[Rating, ...]

    @property
    def is_late(self) -> bool:
        return self.arbiter_on is not None and organisations.today() > self.arbiter_on

    @property
    def stands_apart(self) -> bool:
        """Whether the reader's own rating lies far from similar risks."""
        if self.alike is None or self.mine is None:
            return False
        return self.alike.is_far_from(self.mine.likelihood_level, self.mine.impact_level)


def read(risk: Risk, user: Any) -> Card:
    """The card of `risk` for `user`. At most seven queries."""
    found, voice = rounds.under_way(risk), offices.voice(user, risk)
    decides = seating.ARBITER in grants(user).seats
    log = tuple(risk.ratings.select_related("rated_by").order_by("-pk")[:40])
    now = {one.office: one for one in reversed(log) if found is not None and one.round_id == found.pk}
    blind = _blind(found, voice)
    mine = blind or (now.get(voice.office) if voice else None)
    theirs = now.get(offices.other(voice.office)) if voice else None
    sides = tuple((offices.SEAT[office], now[office]) for office in Office if office in now)
    rated = found.rated_offices if found is not None else []
    return Card(
        risk=risk,
        round=found,
        voice=voice,
        mode=_mode(risk, found, voice, blind, decides),
        mine=mine,
        theirs=theirs,
        sides=sides,
        lines=tuple(_lines(sides)) if len(sides) == 2 else (),
        waiting_for=tuple(offices.SEAT[office] for office in Office if office not in rated) if found is not None else (),
        arbiter_on=_arbiter_on(found),
        days_open=(organisations.today() - organisations.day_of(found.opened_at)).days if found is not None else 0,
        alike=alike(risk, user) if voice is not None or decides else None,
        log=log,
    )


def alike(risk: Risk, user: Any) -> Alike | None:
    """The middle of similar risks that `user` may open; None where there are too few to speak of. One query."""
    others = Risk.objects.visible_to(user).open().current().filter(category=risk.category).exclude(pk=risk.pk)
    found = others.filter(score_state__likelihood_level__isnull=False).aggregate(
        count=Count("pk"), likelihood=Middle("score_state__likelihood_level"), impact=Middle("score_state__impact_level")
    )
    if found["count"] < ENOUGH_ALIKE:
        return None
    return Alike(found["count"], round(found["likelihood"]), round(found["impact"]))


class Middle(Aggregate):
    """The median of a column."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def initial(card: Card) -> Mapping[str, Any]:
    """What the picker starts with: what the office said last; for a first rating nothing, so that nobody is led."""
    if card.mine is None:
        return {}
    area, level = scales.worst_impact({area: level for area, level in card.mine.impact_levels.items() if level}) or ("", None)
    said = {name: getattr(card.mine, name) for name in (*rounds.FIELDS, "confidence")} | {f"{area}_level": None}
    reason = card.mine.reason if isinstance(card.mine, BlindRating) else ""
    return said | {"worst_area": area, "worst_level": level, "reason": reason}


def _blind(found: RatingRound | None, voice: Voice | None) -> BlindRating | None:
    """One's own office alone, and of it only those who may rate in this round."""
    if found is None or voice is None or not voice.is_leader:
        return None
    return BlindRating.objects.filter(round=found, office=voice.office).select_related("rated_by").first()


def _mode(risk: Risk, found: RatingRound | None, voice: Voice | None, blind: BlindRating | None, decides: bool) -> str:
    if risk.state != Risk.State.OPEN:
        return REST
    able = voice is not None and (voice.is_leader or found is None or not found.needs_both)
    if found is None:
        return RATE if able else REST
    if found.state == RatingRound.State.DIFFERENT:
        is_late = decides and organisations.today() > rounds.settled_between_until(found)
        return DIFFER if able else DECIDE if is_late else REST
    if not able or (found.state == RatingRound.State.OBJECTABLE and rounds.days_are_over(found)):
        return WAIT
    if found.state == RatingRound.State.OBJECTABLE:
        return CORRECT if voice.office in found.rated_offices else OBJECT
    return CHANGE if blind is not None else RATE


def _arbiter_on(found: RatingRound | None) -> date | None:
    """The last day on which the two can settle it between them."""
    if found is None or found.state != RatingRound.State.DIFFERENT or found.revealed_at is None:
        return None
    return rounds.settled_between_until(found)


def _lines(sides):
    one, other = (rating for _seat, rating in sides)

    def line(label, name, words):
        levels = [getattr(rating, name) for rating in (one, other)]
        cells = tuple((level, str(words[level]) if level else "") for level in levels)
        return Line(label, cells, levels[0] != levels[1])

    yield line(_("Likelihood"), "likelihood_level", wording.LIKELIHOODS)
    for area in scales.IMPACT_AREAS:
        if any(getattr(rating, f"{area}_level") for rating in (one, other)):
            yield line(_("Impact, %(area)s") % {"area": wording.AREAS[area]}, f"{area}_level", wording.IMPACTS)
