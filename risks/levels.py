"""Setting the levels of a risk: how likely and how bad, by stage and impact area."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.record import audit
from risks import after_plan, scales
from risks.errors import FollowsFromPlan, RatedByOffices, RiskClosed, SavedMeanwhile
from risks.models import Levels, RatingRound, Risk
from risks.signals import risk_changed

FIELDS = ("likelihood_level", *(f"{area}_level" for area in scales.IMPACT_AREAS))


@transaction.atomic
def set_levels(
    risk: Risk,
    stage: str,
    *,
    actor: Any,
    version: int | None = None,
    likelihood_level: int | None,
    levels: Mapping[str, int | None],
    reason: str,
) -> Levels:
    """Judge `risk` in `stage`; `levels` are 1–5 by impact area, what is left out or None is not judged.

    Raises RiskClosed, SavedMeanwhile where `version` is not that of the row (0: there is none yet), Invalid for a level
    outside 1–5, an unknown area or stage, and where judged levels change without a reason; RatedByOffices for what counts
    now, once an office rated it; FollowsFromPlan for what is left after plan, while the risk has a treatment.
    """
    risk = Risk.objects.select_for_update().get(pk=risk.pk)
    if risk.state != Risk.State.OPEN:
        raise RiskClosed(risk)
    wanted = _checked(stage, likelihood_level, levels)
    row = Levels.objects.select_for_update().filter(risk=risk, stage=stage).first() or Levels(risk=risk, stage=stage, version=0)
    if version is not None and version != row.version:
        theirs = {name: getattr(row, name) for name in FIELDS}
        raise SavedMeanwhile(theirs=theirs, version=row.version, by=row.set_by if row.pk else None)
    before = {name: getattr(row, name) for name in FIELDS}
    changes = {name: [before[name], wanted[name]] for name in FIELDS if before[name] != wanted[name]}
    if not changes:
        return row
    if stage == Levels.Stage.CURRENT and _rated(risk):
        raise RatedByOffices(risk)
    if stage == Levels.Stage.RESIDUAL and after_plan.has_plan(risk):
        raise FollowsFromPlan(risk)
    if any(before.values()) and not reason.strip():
        raise Invalid(_("Levels change for a reason."), {"reason": [_("Say what makes you judge it otherwise now.")]})
    return _write(risk, row, changes, actor, reason)


def take(
    risk: Risk, stage: str, *, actor: Any, likelihood_level: int | None, levels: Mapping[str, int | None], reason: str
) -> Levels:
    """Let what the offices said, or what a plan leads to, count. The caller holds the risk's lock and has checked the levels."""
    row = Levels.objects.select_for_update().filter(risk=risk, stage=stage).first() or Levels(risk=risk, stage=stage, version=0)
    wanted = _checked(stage, likelihood_level, levels)
    changes = {name: [getattr(row, name), wanted[name]] for name in FIELDS if getattr(row, name) != wanted[name]}
    return _write(risk, row, changes, actor, reason) if changes else row


def follow_plan(risk: Risk, *, actor: Any) -> None:
    """Let the levels after plan be what the present ones and the standing treatments lead to; without any the present ones.
    The caller holds the risk's lock."""
    led = after_plan.levels_of(risk)
    take(
        risk,
        Levels.Stage.RESIDUAL,
        actor=actor,
        likelihood_level=led.likelihood_level,
        levels=led.impact,
        reason=", ".join(led.numbers),
    )


def _rated(risk: Risk) -> bool:
    """Whether an office has its say in what counts now; a round that nobody answered does not bind."""
    return risk.rating_rounds.exclude(outcome=RatingRound.Outcome.ENDED).exclude(rated_offices=[]).exists()


def _write(risk: Risk, row: Levels, changes: Mapping[str, list[int | None]], actor: Any, reason: str) -> Levels:
    for name, (_before, level) in changes.items():
        setattr(row, name, level)
    row.reason, row.set_by, row.set_at = reason.strip(), actor, clock.now()
    row.version += 1
    row.save()
    audit.record(actor, "risk.levels_set", risk, {"stage": row.stage, "levels": dict(changes)}, text=row.reason)
    risk_changed.send(Levels, risk_ids=[risk.pk], cause="risk.levels_set")
    if row.stage == Levels.Stage.CURRENT and after_plan.has_plan(risk):
        follow_plan(risk, actor=actor)
    return row


def _checked(stage: str, likelihood_level: int | None, levels: Mapping[str, int | None]) -> dict[str, int | None]:
    """All columns of a row; Invalid names each field that does not fit."""
    wrong: dict[str, list[str]] = {}
    if stage not in Levels.Stage.values:
        wrong["stage"] = [_("Choose inherent, now or after plan.")]
    for area in sorted(set(levels) - set(scales.IMPACT_AREAS)):
        wrong[area] = [_("There is no such impact area.")]
    wanted = {"likelihood_level": likelihood_level} | {f"{area}_level": levels.get(area) for area in scales.IMPACT_AREAS}
    for name, level in wanted.items():
        if level is not None and level not in scales.LEVELS:
            wrong[name] = [_("A level is 1 to 5.")]
    if wrong:
        raise Invalid(_("These levels do not fit the scales."), wrong)
    return wanted
