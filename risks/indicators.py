"""Registering indicators, changing their bounds, retiring them, and saying which risks they speak of."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people.models import User
from portal.people.reach import grants
from portal.record import audit, numbers
from portal.record.models import AuditEntry
from risks import readings, register
from risks.errors import SavedMeanwhile
from risks.indicator_errors import IndicatorRetired, NotSpeaking
from risks.models import Indicator, IndicatorRisk, Risk
from risks.signals import risk_changed

WORDS = ("name", "description")
BOUNDS = ("direction", "warning_at", "breach_at")
CHANGEABLE = (*WORDS, "unit_of_measure", *BOUNDS, "every_days", "owner", "unit")
MOST = Decimal(10) ** 14
LONGEST_TEXT = 10_000


@transaction.atomic
def add(
    *,
    actor: Any,
    name: str,
    unit_of_measure: str,
    direction: str,
    warning_at: Decimal,
    breach_at: Decimal,
    every_days: int,
    owner: User,
    unit: Any,
    description: str = "",
    source: str = "",
    external_id: str = "",
) -> Indicator:
    """Register an indicator; bounds in its own unit of measure. Its first reading is asked for at once. Raises Invalid by field."""
    indicator = Indicator(
        name=" ".join(name.split()),
        description=description.strip(),
        unit_of_measure=" ".join(unit_of_measure.split()),
        direction=direction,
        warning_at=warning_at,
        breach_at=breach_at,
        every_days=every_days,
        owner=owner,
        unit=unit,
        source=source,
        external_id=external_id,
        registered_by=actor,
        registered_at=clock.now(),
    )
    check(indicator, actor=actor, changed=None)
    indicator.number = numbers.draw("K")[0]
    indicator.save()
    audit.record(actor, "indicator.registered", indicator, {"unit": unit.pk, "owner": owner.pk})
    readings.remind(indicator, actor=actor)
    return indicator


@transaction.atomic
def change(indicator: Indicator, *, actor: Any, version: int | None, **fields: Any) -> Indicator:
    """Change what `CHANGEABLE` names; other bounds may end a breach, or begin one. Raises IndicatorRetired, SavedMeanwhile (None:
    whatever version it has), Invalid by field."""
    if unknown := set(fields) - set(CHANGEABLE):
        raise TypeError(f"An indicator's {', '.join(sorted(unknown))} cannot be changed.")
    indicator = _locked(indicator, version, fields)
    before = {name: getattr(indicator, name) for name in fields}
    for name, value in fields.items():
        setattr(indicator, name, " ".join(value.split()) if name in ("name", "unit_of_measure") else value)
    changed = [name for name in fields if getattr(indicator, name) != before[name]]
    if not changed:
        return indicator
    check(indicator, actor=actor, changed=set(changed))
    indicator.version += 1
    indicator.save(update_fields=[*changed, "version"])
    values = {name: [_plain(before[name]), _plain(getattr(indicator, name))] for name in changed if name not in WORDS}
    audit.record(actor, "indicator.changed", indicator, {"fields": changed, "values": values})
    if set(changed) & set(BOUNDS):
        readings.follow(indicator)
    readings.remind(indicator, actor=actor)
    return indicator


@transaction.atomic
def retire(indicator: Indicator, *, actor: Any, reason: str) -> Indicator:
    """Watch it no more; its readings stay on record, and it adds to no score. Raises IndicatorRetired, Invalid without a reason."""
    indicator = _locked(indicator, None, ())
    reason = reason.strip()
    if not reason or len(reason) > 300:
        sentence = _("Say in at most 300 characters why it is not watched any more.")
        raise Invalid(_("An indicator retires for a reason."), {"reason": [sentence]})
    indicator.retired_at, indicator.retiring_reason = clock.now(), reason
    indicator.version += 1
    indicator.save(update_fields=["retired_at", "retiring_reason", "version"])
    audit.record(actor, "indicator.retired", indicator, text=reason)
    readings.remind(indicator, actor=actor)
    if indicator.standing == Indicator.Standing.BREACH:
        readings.mark(indicator, "indicator.retired")
    return indicator


@transaction.atomic
def link(indicator: Indicator, risk: Risk, *, actor: Any) -> IndicatorRisk:
    """Say that `indicator` speaks of `risk`; twice changes nothing. Raises RiskClosed, IndicatorRetired."""
    risk, indicator = register.locked(risk), _locked(indicator, None, ())
    made, is_new = IndicatorRisk.objects.get_or_create(
        indicator=indicator, risk=risk, defaults={"linked_by": actor, "linked_at": clock.now()}
    )
    if is_new:
        audit.record(actor, "risk.indicator_linked", risk, {"indicator": indicator.pk})
        _changed(indicator, risk, "risk.indicator_linked")
    return made


@transaction.atomic
def unlink(indicator: Indicator, risk: Risk, *, actor: Any) -> None:
    """Say that `indicator` does not speak of `risk` after all. Raises RiskClosed, NotSpeaking."""
    risk, indicator = register.locked(risk), Indicator.objects.select_for_update().get(pk=indicator.pk)
    removed, _by_model = IndicatorRisk.objects.filter(indicator=indicator, risk=risk).delete()
    if not removed:
        raise NotSpeaking(indicator, risk)
    audit.record(actor, "risk.indicator_unlinked", risk, {"indicator": indicator.pk})
    _changed(indicator, risk, "risk.indicator_unlinked")


@transaction.atomic
def hand_over(indicator: Indicator, successor: User, *, actor: Any) -> User:
    """Let `successor` answer for it instead of one who leaves."""
    indicator = Indicator.objects.select_for_update().get(pk=indicator.pk)
    before, indicator.owner = indicator.owner_id, successor
    indicator.version += 1
    indicator.save(update_fields=["owner", "version"])
    values = {"fields": ["owner"], "values": {"owner": [before, successor.pk]}}
    audit.record(actor, "indicator.changed", indicator, values)
    readings.remind(indicator, actor=actor)
    return successor


def _changed(indicator: Indicator, risk: Risk, cause: str) -> None:
    """A link of one within its bounds adds nothing to a score."""
    if indicator.standing == Indicator.Standing.BREACH and indicator.retired_at is None:
        risk_changed.send(IndicatorRisk, risk_ids=[risk.pk], cause=cause)


def check_open(indicator: Indicator) -> None:
    """Raises IndicatorRetired."""
    if indicator.retired_at is not None:
        raise IndicatorRetired(indicator)


def _locked(indicator: Indicator, version: int | None, fields: Iterable[str]) -> Indicator:
    indicator = readings.locked(indicator)
    if version is not None and version != indicator.version:
        theirs = {name: _plain(getattr(indicator, name)) for name in fields}
        entries = AuditEntry.objects.filter(kind="indicator", subject_id=indicator.pk, verb="indicator.changed")
        last = entries.select_related("actor").last()
        raise SavedMeanwhile(theirs=theirs, version=indicator.version, by=last.actor if last else None)
    return indicator


def check(indicator: Indicator, *, actor: Any, changed: set[str] | None) -> None:
    """Raises Invalid, by field, unless it may stand so; `changed` None: everything is new."""
    wrong: dict[str, list[str]] = {}
    if not indicator.name or len(indicator.name) > 200:
        wrong["name"] = [_("Name it in at most 200 characters.")]
    if len(indicator.description) > LONGEST_TEXT:
        wrong["description"] = [_("Keep it under %(longest)s characters.") % {"longest": f"{LONGEST_TEXT:,}"}]
    if not indicator.unit_of_measure or len(indicator.unit_of_measure) > 20:
        wrong["unit_of_measure"] = [_("Say what it is counted in, such as days or %, in at most 20 characters.")]
    if not 1 <= indicator.every_days <= 366:
        wrong["every_days"] = [_("A reading comes within a year: 1 to 366 days.")]
    wrong |= _wrong_bounds(indicator)
    if changed is None or "unit" in changed:
        wrong |= _wrong_unit(indicator, actor)
    owner = indicator.owner
    if (changed is None or "owner" in changed) and (owner.is_service or not owner.is_active):
        wrong["owner"] = [_("Choose somebody who works here; a service account owns nothing.")]
    if wrong:
        raise Invalid(_("Some answers do not fit yet."), wrong)


def _wrong_bounds(indicator: Indicator) -> dict[str, list[str]]:
    if indicator.direction not in Indicator.Direction.values:
        return {"direction": [_("Say whether higher or lower is worse.")]}
    bounds = {"warning_at": indicator.warning_at, "breach_at": indicator.breach_at}
    wrong = {name: [_("Give a number.")] for name, value in bounds.items() if not (value.is_finite() and abs(value) < MOST)}
    if wrong:
        return wrong
    higher = indicator.direction == Indicator.Direction.HIGHER
    if (indicator.warning_at > indicator.breach_at) if higher else (indicator.warning_at < indicator.breach_at):
        return {"breach_at": [_("It warns before it breaches: put the breach beyond the warning.")]}
    return {}


def _wrong_unit(indicator: Indicator, actor: Any) -> dict[str, list[str]]:
    """An indicator is registered where one sees indicators: nobody makes what they could not open."""
    if indicator.unit_id is None or indicator.unit.archived_at is not None:
        return {"unit": [_("Choose where it is measured.")]}
    seen = None if actor is None else grants(actor)
    if seen is None or seen.reaches(indicator.unit.path):
        return {}
    return {"unit": [_("Choose one of your own units.")]}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else getattr(value, "pk", value)
