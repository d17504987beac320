"""One risk as people read it: its score and why, its levels, assets, owners, reviews and history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Min, OuterRef, Subquery
from django.db.models.functions import Coalesce

from assets.models import Asset
from portal import at_once, clock, subjects
from portal.archive.changes import Entry
from portal.people import organisations
from portal.record.models import AuditEntry
from risks import appetite, history, indicator_book, meanings, panels, scales, scores, why, wording
from risks.appetite import Verdict
from risks.models import Levels, Risk, RiskAsset, StaleScore
from risks.response import incident_book
from risks.scores import Moved
from risks.why import Move, Why

DAYS_OF_CHANGE = 30


@dataclass(frozen=True, slots=True)
class Area:
    """One line of the levels: likelihood or an impact area, with the level of each stage."""

    label: str
    levels: tuple[tuple[int | None, str, str], ...]  # (level, word, what it means here) by stage
    is_safety: bool = False


@dataclass(frozen=True, slots=True)
class StageHead:
    """A stage with who judged it last, why, and its score."""

    stage: str
    label: str
    levels: Levels | None
    value: Decimal | None
    band: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the page of one risk shows."""

    risk: Risk
    why: Why | None
    move: Move | None
    verdict: Verdict
    stale_since: datetime | None
    stages: tuple[StageHead, ...]
    areas: tuple[Area, ...]
    assets: tuple[Asset, ...]
    hidden_assets: int
    path: tuple[Asset, ...]
    named: tuple[str, ...]  # who else may read it
    panels: tuple[tuple[str, Any], ...]
    entries: list[Entry]
    has_more: bool

    @property
    def source(self) -> Asset:
        """What makes the most critical linked asset critical: the far end of the path."""
        return self.path[-1]

    @property
    def reasons(self) -> list[StageHead]:
        """The stages that were judged for a reason of their own: the one for now first, no words twice."""
        said: dict[str, StageHead] = {}
        for head in sorted(self.stages, key=lambda one: one.stage != Levels.Stage.CURRENT):
            if head.levels is not None and head.levels.reason:
                said.setdefault(head.levels.reason, head)
        return list(said.values())


def of_user(user: Any):
    """The risks `user` may open, with all a sheet needs in the same query."""
    links = RiskAsset.objects.filter(risk=OuterRef("pk")).order_by().values("risk").annotate(count=Count("pk"))
    stale = StaleScore.objects.filter(risk=OuterRef("pk")).order_by().values("risk").annotate(since=Min("created_at"))
    named = Risk.named_people.through.objects.filter(risk=OuterRef("pk"))
    related = ("unit", "unit__head", "it_owner", "security_owner", "logged_by", "score_state")
    return (
        Risk.objects.visible_to(user)
        .select_related(*related)
        .annotate(
            permits=panels.permits_with_risk(),
            breach=panels.breach_with_risk(),
            signs=indicator_book.signs_with_risk(),
            incident_marks=incident_book.marks_with_risk(user),
            has_come_true=incident_book.came_true(),
            stale_since=Subquery(stale.values("since")),
            named=ArraySubquery(named.order_by("user__name").values("user__name")),
            link_count=Coalesce(Subquery(links.values("count")), 0),
        )
    )


def read(risk: Risk, user: Any) -> Sheet:
    """The sheet of `risk`, a row of `of_user(user)`. Seven queries at most and those of the panels, however much hangs on it."""
    verdict = appetite.judge(_state(risk, "current_value"), appetite.known(risk.category, risk.unit.lineage))
    tolerance = None if verdict.tolerance_points is None else Decimal(verdict.tolerance_points)
    judged = {row.stage: row for row in Levels.objects.filter(risk=risk).select_related("set_by")}
    since = organisations.today() - timedelta(days=DAYS_OF_CHANGE)
    links: list[AuditEntry] = []

    def read_along(entries: scores.Entries) -> list[AuditEntry]:
        found = at_once.lists({"moves": entries, "links": history.links_of(risk)})
        links.extend(sorted(found["links"], key=lambda entry: entry.pk, reverse=True))
        return found["moves"]

    tomorrow = clock.now() + timedelta(days=1)  # the clock of the host that computed it may be ahead of ours
    way = scores.moved(risk, scores.evening(since), tomorrow, read=read_along)
    score, moved = way.after, _told(way)
    linked = list(Asset.objects.visible_to(user).filter(risk_links__risk=risk).select_related("unit").order_by("number"))
    known = {("asset", asset.pk): asset for asset in linked}
    names = why.sources([score, *(moved.scores if moved else ())], user, known)
    move = why.explain_move(since, None, moved, names) if moved else None
    entries, has_more = history.read(risk, user, links=links)
    return Sheet(
        risk=risk,
        why=why.explain(score, names, tolerance),
        move=move if move is not None and move.fall is not None else None,
        verdict=verdict,
        stale_since=risk.stale_since,
        stages=tuple(_stage(risk, stage, judged) for stage in Levels.Stage.values),
        areas=tuple(_areas(judged)),
        assets=tuple(linked),
        hidden_assets=risk.link_count - len(linked),
        path=_path(linked, user),
        named=tuple(risk.named) if risk.is_confidential else (),
        panels=tuple(
            (panel["template"], panel["cells"][risk.pk])
            for panel in subjects.panels("risk", [risk.pk], user)
            if risk.pk in panel["cells"]
        ),
        entries=entries,
        has_more=has_more,
    )


def _told(way: Moved) -> Moved | None:
    """What happened to the score in the last 30 days; None where it is new or stood still."""
    score = way.after
    new = score is None or score.value is None or score.previous_value is None or way.before is None
    return None if new or not way.events else way


def _stage(risk: Risk, stage: str, judged: Mapping[str, Levels]) -> StageHead:
    name = stage.lower()
    value, band = _state(risk, f"{name}_value"), _state(risk, f"{name}_band") or ""
    return StageHead(stage, str(wording.STATES[stage]), judged.get(stage), value, band)


def _areas(judged: Mapping[str, Levels]):
    known = meanings.known()

    def across(name: str, words: Mapping[int, Any], scale: str) -> tuple[tuple[int | None, str, str], ...]:
        levels = [getattr(judged.get(stage), name, None) for stage in Levels.Stage.values]
        meant = meanings.in_words(scale, known)
        return tuple((level, str(words[level]) if level else "", meant.get(level, "")) for level in levels)

    yield Area("likelihood", across("likelihood_level", wording.LIKELIHOODS, meanings.Scale.LIKELIHOOD))
    for area in scales.IMPACT_AREAS:
        levels = across(f"{area}_level", wording.IMPACTS, area)
        yield Area(str(wording.AREAS[area]), levels, is_safety=area == scales.SAFETY)


def _path(linked: list[Asset], user: Any) -> tuple[Asset, ...]:
    """From the most critical linked asset to what makes it critical; () where it is so by itself, or hidden on the way."""
    judged = [asset for asset in linked if asset.effective_criticality]
    if not judged:
        return ()
    worst = max(judged, key=lambda asset: (asset.effective_criticality, -asset.pk))
    aspects = [one for one in scales.ASPECTS if getattr(worst, f"effective_{one}") == worst.effective_criticality]
    ids = next((worst.criticality_path.get(one) for one in aspects if len(worst.criticality_path.get(one) or ()) > 1), None)
    if not ids:
        return ()
    found = Asset.objects.visible_to(user).in_bulk(ids)
    return tuple(found[pk] for pk in reversed(ids)) if len(found) == len(set(ids)) else ()


def _state(risk: Risk, name: str) -> Any:
    return getattr(getattr(risk, "score_state", None), name, None)
