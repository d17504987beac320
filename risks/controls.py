"""Registering controls, changing them, and saying which risks they bear on; whatever moves a score marks just those risks."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people.reach import grants
from portal.record import audit, numbers
from portal.record.models import AuditEntry
from risks import evidence, register
from risks.errors import ControlRetired, NotBearing, SavedMeanwhile
from risks.models import Control, ControlRisk, Office, Risk
from risks.signals import risk_changed

WORDS = ("name", "description")
SCORED = ("state", "design_effectiveness", "operating_effectiveness")
CHANGEABLE = (*WORDS, *SCORED, "office", "owner", "unit", "yearly_cost")
BEFORE_RETIREMENT = (Control.State.PLANNED, Control.State.IN_FORCE)
MOST_MONEY = Decimal(10) ** 16
LONGEST_TEXT = 10_000


@transaction.atomic
def add(
    *,
    actor: Any,
    name: str,
    office: str,
    unit: Any,
    design_effectiveness: Decimal,
    operating_effectiveness: Decimal,
    description: str = "",
    owner: Any = None,
    yearly_cost: Decimal = Decimal(0),
    state: str = Control.State.IN_FORCE,
    source: str = "",
    external_id: str = "",
) -> Control:
    """Register a control; effectiveness in shares 0–1, cost in the organisation's currency a year. Raises Invalid by field."""
    control = Control(
        name=" ".join(name.split()),
        description=description.strip(),
        office=office,
        owner=owner,
        unit=unit,
        design_effectiveness=design_effectiveness,
        operating_effectiveness=operating_effectiveness,
        yearly_cost=yearly_cost,
        state=state,
        source=source,
        external_id=external_id,
        registered_by=actor,
        registered_at=clock.now(),
    )
    check(control, actor=actor, changed=None)
    control.number = numbers.draw("C")[0]
    control.save()
    audit.record(actor, "control.registered", control, {"office": office, "unit": unit.pk})
    return control


@transaction.atomic
def change(control: Control, *, actor: Any, version: int | None, **fields: Any) -> Control:
    """Change what `CHANGEABLE` names. Raises ControlRetired, SavedMeanwhile (None: whatever version it has), Invalid by field."""
    if unknown := set(fields) - set(CHANGEABLE):
        raise TypeError(f"A control's {', '.join(sorted(unknown))} cannot be changed.")
    control = _locked(control, version, fields)
    before = {name: getattr(control, name) for name in fields}
    for name, value in fields.items():
        setattr(control, name, " ".join(value.split()) if name == "name" else value)
    changed = [name for name in fields if getattr(control, name) != before[name]]
    if not changed:
        return control
    check(control, actor=actor, changed=set(changed))
    control.version += 1
    control.save(update_fields=[*changed, "version"])
    values = {name: [_plain(before[name]), _plain(getattr(control, name))] for name in changed if name not in WORDS}
    audit.record(actor, "control.changed", control, {"fields": changed, "values": values})
    if "owner" in changed:
        evidence.remind(control, actor=actor)
    if set(changed) & set(SCORED):
        _mark(control, "control.changed")
    return control


@transaction.atomic
def retire(control: Control, *, actor: Any, reason: str) -> Control:
    """Let a control work no more; its evidence and links stay on record. Raises ControlRetired, Invalid without a reason."""
    control = _locked(control, None, ())
    reason = reason.strip()
    if not reason or len(reason) > Control._meta.get_field("retiring_reason").max_length:
        sentence = _("Say in at most 300 characters why it is not needed any more.")
        raise Invalid(_("A control retires for a reason."), {"reason": [sentence]})
    control.state, control.retiring_reason = Control.State.RETIRED, reason
    control.version += 1
    control.save(update_fields=["state", "retiring_reason", "version"])
    evidence.remind(control, actor=actor)
    audit.record(actor, "control.retired", control, text=reason)
    _mark(control, "control.retired")
    return control


@transaction.atomic
def link(control: Control, risk: Risk, sides: Iterable[str], *, actor: Any) -> None:
    """Say that `control` makes `risk` less likely, softens it, or both; what is said already changes nothing. Raises RiskClosed,
    ControlRetired, Invalid."""
    risk, control = register.locked(risk), _locked(control, None, ())
    sides = _checked_sides(sides)
    known = set(ControlRisk.objects.filter(control=control, risk=risk).values_list("bears_on", flat=True))
    new = [side for side in sides if side not in known]
    for side in new:
        ControlRisk.objects.create(control=control, risk=risk, bears_on=side, linked_by=actor, linked_at=clock.now())
    if new:
        audit.record(actor, "risk.control_linked", risk, {"control": control.pk, "bears_on": new})
        risk_changed.send(ControlRisk, risk_ids=[risk.pk], cause="risk.control_linked")


@transaction.atomic
def unlink(control: Control, risk: Risk, sides: Iterable[str], *, actor: Any) -> None:
    """Say that `control` does not bear on these sides of `risk` after all. Raises RiskClosed, NotBearing, Invalid."""
    risk = register.locked(risk)
    sides = _checked_sides(sides)
    removed, _by_model = ControlRisk.objects.filter(control=control, risk=risk, bears_on__in=sides).delete()
    if not removed:
        raise NotBearing(control, risk)
    audit.record(actor, "risk.control_unlinked", risk, {"control": control.pk, "bears_on": sides})
    risk_changed.send(ControlRisk, risk_ids=[risk.pk], cause="risk.control_unlinked")


def check_open(control: Control) -> None:
    """Raises ControlRetired."""
    if control.state == Control.State.RETIRED:
        raise ControlRetired(control)


def _mark(control: Control, cause: str) -> None:
    """Just the risks it bears on are scored again."""
    risk_ids = list(control.risk_links.order_by("risk").values_list("risk", flat=True).distinct())
    if risk_ids:
        risk_changed.send(Control, risk_ids=risk_ids, cause=cause)


def _locked(control: Control, version: int | None, fields: Iterable[str]) -> Control:
    control = Control.objects.select_related("unit", "owner").select_for_update(of=("self",)).get(pk=control.pk)
    check_open(control)
    if version is not None and version != control.version:
        theirs = {name: _plain(getattr(control, name)) for name in fields}
        entries = AuditEntry.objects.filter(kind="control", subject_id=control.pk, verb="control.changed")
        last = entries.select_related("actor").last()
        raise SavedMeanwhile(theirs=theirs, version=control.version, by=last.actor if last else None)
    return control


def check(control: Control, *, actor: Any, changed: set[str] | None) -> None:
    """Raises Invalid, by field, unless it may stand so; `changed` None: everything is new."""
    wrong: dict[str, list[str]] = {}
    if not control.name or len(control.name) > Control._meta.get_field("name").max_length:
        wrong["name"] = [_("Name it in at most 200 characters.")]
    if len(control.description) > LONGEST_TEXT:
        wrong["description"] = [_("Keep it under %(longest)s characters.") % {"longest": f"{LONGEST_TEXT:,}"}]
    if control.office not in Office.values:
        wrong["office"] = [_("Choose the IT office or the security office.")]
    if control.state not in BEFORE_RETIREMENT:
        wrong["state"] = [_("A control is planned or in force; it retires for a reason.")]
    for name in ("design_effectiveness", "operating_effectiveness"):
        if not 0 <= getattr(control, name) <= 1:
            wrong[name] = [_("Give a share from 0 to 1, such as 0.8.")]
    if not 0 <= control.yearly_cost < MOST_MONEY:
        wrong["yearly_cost"] = [_("Give what it costs a year, 0 or more.")]
    if changed is None or "unit" in changed:
        wrong |= _wrong_unit(control, actor)
    owner = control.owner
    if owner is not None and (changed is None or "owner" in changed) and (owner.is_service or not owner.is_active):
        wrong["owner"] = [_("Choose somebody who works here; a service account owns nothing.")]
    if wrong:
        raise Invalid(_("Some answers do not fit yet."), wrong)


def _wrong_unit(control: Control, actor: Any) -> dict[str, list[str]]:
    """A control is registered where one sees controls: nobody makes what they could not open."""
    if control.unit_id is None or control.unit.archived_at is not None:
        return {"unit": [_("Choose where it works.")]}
    seen = None if actor is None else grants(actor)
    if seen is None or seen.reaches(control.unit.path):
        return {}
    return {"unit": [_("Choose one of your own units.")]}


def _checked_sides(sides: Iterable[str]) -> list[str]:
    sides = list(dict.fromkeys(sides))
    if not sides or set(sides) - set(ControlRisk.Side.values):
        raise Invalid(
            _("Some answers do not fit yet."), {"bears_on": [_("Say whether it makes the risk less likely or softens it.")]}
        )
    return sides


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else getattr(value, "pk", value)
