"""Estimating in money how often a risk strikes and what an event costs. Safety stays a level and is never estimated here."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people import organisations
from portal.record import audit
from portal.record.models import AuditEntry
from risks import loss_parts
from risks.errors import RiskClosed, SavedMeanwhile
from risks.loss_parts import LossPart
from risks.models import Levels, LossScenario, Risk
from risks.quantification import Unquantifiable
from risks.signals import risk_changed

FREQUENCY = ("often", "low_per_year", "mode_per_year", "high_per_year", "vulnerability_share", "source")
FIELDS = (*FREQUENCY, "secondary_share", "losses", "estimated_on")
ONE, NOTHING = Decimal(1), Decimal(0)


@transaction.atomic
def estimate(
    risk: Risk,
    stage: str,
    *,
    actor: Any,
    often: str,
    low_per_year: Decimal,
    high_per_year: Decimal,
    losses: Sequence[LossPart],
    mode_per_year: Decimal | None = None,
    vulnerability_share: Decimal = ONE,
    secondary_share: Decimal = NOTHING,
    source: str = "",
    estimated_on: date | None = None,
    version: int | None = None,
) -> LossScenario:
    """Estimate `risk` in `stage`, or estimate it anew. `version` 0 says that there was none.

    Raises RiskClosed, SavedMeanwhile, Invalid by field ("losses.FINES" for one form of loss).
    """
    risk = _open_risk(risk)
    row = LossScenario.objects.select_for_update().current().filter(risk=risk, stage=stage).first()
    if version is not None and version != (row.version if row else 0):
        raise _saved_meanwhile(row)
    wanted = {
        "often": often,
        "low_per_year": low_per_year,
        "mode_per_year": None if often == LossScenario.Often.INTERVAL else mode_per_year,
        "high_per_year": high_per_year,
        "vulnerability_share": vulnerability_share if often == LossScenario.Often.ATTEMPTS else ONE,
        "secondary_share": secondary_share if any(one.is_secondary for one in losses) else NOTHING,
        "source": source.strip(),
        "estimated_on": estimated_on or organisations.today(),
    }
    check(stage=stage, losses=losses, **wanted)
    wanted["losses"] = [one.plain for one in _signed(losses, row, actor, wanted["estimated_on"])]
    changed = [name for name in FIELDS if row is None or getattr(row, name) != wanted[name]]
    if row is not None and set(changed) <= {"estimated_on"} and row.estimated_on >= wanted["estimated_on"]:
        return row
    verb = "loss.estimated" if row is None else "loss.changed"
    if row is None:
        row = LossScenario(risk=risk, stage=stage, version=0)
    row.risk, row.estimated_by, row.version = risk, actor, row.version + 1
    for name, value in wanted.items():
        setattr(row, name, value)
    row.save()
    audit.record(actor, verb, row, {"risk": risk.pk, "stage": stage, "fields": changed})
    risk_changed.send(LossScenario, risk_ids=[risk.pk], cause=verb)
    return row


@transaction.atomic
def drop(scenario: LossScenario, *, actor: Any, version: int | None = None) -> LossScenario:
    """Take an estimate back: the risk goes without a number in money. Raises RiskClosed, SavedMeanwhile."""
    risk = _open_risk(Risk(pk=scenario.risk_id))
    row = LossScenario.objects.select_for_update().get(pk=scenario.pk)
    if row.archived_at is not None or (version is not None and version != row.version):
        raise _saved_meanwhile(row)
    row.risk, row.archived_at, row.version = risk, clock.now(), row.version + 1
    row.save(update_fields=["archived_at", "version"])
    audit.record(actor, "loss.dropped", row, {"risk": risk.pk, "stage": row.stage})
    risk_changed.send(LossScenario, risk_ids=[risk.pk], cause="loss.dropped")
    return row


def check(*, stage: str, losses: Sequence[LossPart], **said: Any) -> None:
    """Invalid names each field that makes no model."""
    wrong: dict[str, list[str]] = {}
    if stage not in Levels.Stage.values:
        wrong["stage"] = [_("Choose inherent, now or after plan.")]
    if said["often"] not in LossScenario.Often.values:
        wrong["often"] = [_("Choose how the number of events is estimated.")]
    for name in ("vulnerability_share", "secondary_share"):
        if not 0 <= said[name] <= 1:
            wrong[name] = [_("A share lies between 0 and 1.")]
    if said["estimated_on"] > organisations.today():
        wrong["estimated_on"] = [_("An estimate cannot be of a day to come.")]
    if len({one.form for one in losses}) != len(losses) or {one.form for one in losses} - set(LossScenario.Form.values):
        wrong["losses"] = [_("Each form of loss stands here once.")]
    wrong |= {f"losses.{form}": [_(sentence)] for form, sentence in loss_parts.wrong(losses).items()}
    if not wrong:
        numbers = (said["low_per_year"], said["mode_per_year"], said["high_per_year"], said["vulnerability_share"])
        try:
            rate = loss_parts.rate(said["often"], *numbers)
        except Unquantifiable as error:
            wrong["low_per_year"] = [_(str(error))]
        else:
            try:
                loss_parts.model(rate, losses, said["secondary_share"])
            except Unquantifiable as error:
                wrong["losses"] = [_(str(error))]
    if wrong:
        raise Invalid(_("This estimate does not fit yet."), wrong)


def _signed(losses: Sequence[LossPart], row: LossScenario | None, actor: Any, day: date) -> list[LossPart]:
    """Each part with who estimated it and when: the same numbers stay those of whoever said them first."""
    known = {one.form: one for one in map(loss_parts.part, row.losses)} if row else {}
    signed = []
    for one in losses:
        before = known.get(one.form)
        same = before is not None and replace(before, by=None, on="") == replace(one, by=None, on="")
        signed.append(before if same else replace(one, by=actor.pk, on=one.on or day.isoformat()))
    return signed


def _saved_meanwhile(row: LossScenario | None) -> SavedMeanwhile:
    if row is None:
        return SavedMeanwhile(theirs={}, version=0, by=None)
    last = AuditEntry.objects.filter(kind="loss-scenario", subject_id=row.pk).select_related("actor").last()
    theirs = {name: getattr(row, name) for name in FREQUENCY}
    return SavedMeanwhile(theirs=theirs, version=row.version, by=last.actor if last else None)


def _open_risk(risk: Risk) -> Risk:
    risk = Risk.objects.select_for_update().get(pk=risk.pk)
    if risk.state != Risk.State.OPEN or risk.archived_at is not None:
        raise RiskClosed(risk)
    return risk
