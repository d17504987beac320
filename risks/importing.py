"""What a row of a sheet does to the register: planned without writing, carried out and taken back by the verbs."""

import copy
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from assets.models import Asset
from portal.errors import Invalid
from portal.people.models import Unit, User
from portal.web import shown
from portal.workbench.importable import Done, Plan, Terms, same
from risks import cadence, history, import_fields, register, scales, wanted, withdrawal
from risks.errors import RiskClosed
from risks.import_fields import area_of, level_name, stage_of
from risks.models import Levels, Risk

WORDS = ("title", "cause", "consequence", "grounds", "category", "unit", "it_owner", "security_owner", "accountable")
WORDS += ("review_every_days",)
KNOWN = {field.name: field for field in import_fields.FIELDS}
UNDONE = "import.undone"


def find(identities: Sequence[str], terms: Terms) -> Mapping[str, Risk]:
    """The risks this source brought before, that the importer may open, with all a plan compares."""
    return {risk.external_id: risk for risk in _read(_known(identities, terms), terms)}


def numbered(numbers: Sequence[str], terms: Terms) -> Mapping[str, Risk]:
    return {risk.number: risk for risk in _read(Risk.objects.current().filter(number__in=list(numbers)), terms)}


def _read(rows, terms: Terms):
    seen = rows.visible_to(terms.actor).select_related("unit__head", "it_owner", "security_owner", "logged_by")
    return seen.prefetch_related("levels", "asset_links")


def taken(identities: Sequence[str], terms: Terms) -> set[str]:
    known = _known(identities, terms)
    return set(known.exclude(pk__in=Risk.objects.visible_to(terms.actor).values("pk")).values_list("external_id", flat=True))


def plan(told: Mapping[str, Any], existing: Risk | None, terms: Terms) -> Plan:
    """What the row would do. Raises Invalid by field of the sheet."""
    levels = _levels(told, terms)
    closes = told.get("status") == Risk.State.CLOSED and (existing is None or existing.state == Risk.State.OPEN)
    if closes and not told.get("closing_reason"):
        raise _invalid(
            "closing_reason" if "closing_reason" in told else "status", _("A risk closes for a reason. Write why it was.")
        )
    if closes and not terms.actor.has_perm("risks.close_risk"):
        raise _invalid("status", _("Your roles do not include closing a risk. Leave the row out, or ask an analyst."))
    if existing is None:
        risk = _new(told, terms)
        wanted.check(risk, actor=terms.actor, assets=told.get("assets", ()))
        return Plan(risk.title, [], {"levels": levels, "closes": closes})
    return _plan_of_change(told, existing, levels, closes, terms)


def carry_out(told: Mapping[str, Any], existing: Risk | None, planned: Plan, terms: Terms) -> Done:
    """Log, or change, rate, link and close, as planned."""
    steps = planned.steps
    if existing is None:
        return _log(told, steps, terms)
    undo: dict[str, Any] = {}
    if steps["fields"]:
        undo["fields"] = {name: _key(getattr(existing, name)) for name in steps["fields"]}
        register.change(existing, actor=terms.actor, version=None, **steps["fields"])
    for stage, row in steps["levels"].items():
        undo.setdefault("levels", {})[stage] = _row_of(existing, stage)
        _rate(existing, stage, row, terms)
    for asset in steps["links"]:
        register.link_asset(existing, asset, actor=terms.actor)
        undo.setdefault("links", []).append(asset.pk)
    if steps["due_on"]:
        undo["due_on"] = existing.review_due_on.isoformat() if existing.review_due_on else None
        cadence.look_again_on(existing, steps["due_on"], actor=terms.actor)
    if steps["closes"]:
        undo["closed"] = (existing.review_due_on or cadence.first_due_on(existing)).isoformat()
        register.close(existing, actor=terms.actor, reason=told["closing_reason"])
    return Done(existing, undo)


def take_back(risk: Risk, was_made: bool, undo: Mapping[str, Any], terms: Terms) -> None:
    """A made risk is archived; a changed one becomes what it was, last step first."""
    if was_made:
        withdrawal.withdraw(risk, actor=terms.actor, cause=UNDONE)
        return
    why = _("The import of %(source)s was undone") % {"source": terms.source}
    if "closed" in undo:
        withdrawal.reopen(risk, actor=terms.actor, review_due_on=date.fromisoformat(undo["closed"]), reason=why)
    if undo.get("due_on"):
        cadence.look_again_on(risk, date.fromisoformat(undo["due_on"]), actor=terms.actor)
    for asset in Asset.objects.filter(pk__in=undo.get("links", [])):
        register.unlink_asset(risk, asset, actor=terms.actor)
    for stage, row in undo.get("levels", {}).items():
        likelihood = row.pop("likelihood")
        register.set_levels(risk, stage, actor=terms.actor, likelihood_level=likelihood, levels=row, reason=why)
    if undo.get("fields"):
        register.change(risk, actor=terms.actor, version=None, **_fields_again(undo["fields"]))


def _known(identities: Sequence[str], terms: Terms):
    return Risk.objects.current().filter(source=terms.source, external_id__in=list(identities))


def _new(told: Mapping[str, Any], terms: Terms) -> Risk:
    values = {name: told[name] for name in WORDS if name in told}
    values.setdefault("unit", terms.unit)
    values.setdefault("category", terms.choices.get("default_category", ""))
    return Risk(**values)


def _log(told: Mapping[str, Any], steps: Mapping[str, Any], terms: Terms) -> Done:
    draft, rated = _new(told, terms), dict(steps["levels"])
    now = rated.pop(Levels.Stage.CURRENT, {})
    risk = register.log(
        actor=terms.actor,
        **{name: getattr(draft, name) for name in WORDS},
        assets=told.get("assets", ()),
        likelihood_level=now.pop("likelihood", None),
        impact=now,
        review_due_on=None if steps["closes"] else told.get("review_due_on"),
        source=terms.source,
        external_id=told["external_id"],
    )
    for stage, row in rated.items():
        _rate(risk, stage, row, terms)
    if steps["closes"]:
        register.close(risk, actor=terms.actor, reason=told["closing_reason"])
    return Done(risk)


def _plan_of_change(
    told: Mapping[str, Any], risk: Risk, levels: Mapping[str, Mapping[str, int]], closes: bool, terms: Terms
) -> Plan:
    """An empty cell leaves what is there; assets are added, never taken away."""
    fields = {name: told[name] for name in WORDS if name in told and not same(told[name], getattr(risk, name), KNOWN[name], terms)}
    moved = {stage: merged for stage, row in levels.items() if (merged := _row_of(risk, stage) | row) != _row_of(risk, stage)}
    linked = {link.asset_id for link in risk.asset_links.all()}
    links = [asset for asset in told.get("assets", ()) if asset.pk not in linked]
    due_on = told.get("review_due_on")
    due_on = due_on if due_on and due_on != risk.review_due_on and risk.state == Risk.State.OPEN and not closes else None
    changes = [
        *(_said(history.LABELS[_column(name)], getattr(risk, name), value) for name, value in fields.items()),
        *(change for stage, row in moved.items() for change in _levels_said(stage, _row_of(risk, stage), row)),
        *(_said(_("Assets"), "", asset) for asset in links),
        *([_said(history.LABELS["review_due_on"], risk.review_due_on, due_on)] if due_on else []),
        *([_said(history.LABELS["state"], Risk.State.OPEN.label, Risk.State.CLOSED.label)] if closes else []),
    ]
    opens = told.get("status") == Risk.State.OPEN and risk.state == Risk.State.CLOSED
    if risk.state == Risk.State.CLOSED and (changes or opens):
        raise _invalid("status", str(RiskClosed(risk)))
    if changes and not terms.actor.has_perm("risks.change_risk"):
        raise _invalid("", _("Your roles do not include changing a risk. Leave the row out, or ask an analyst."))
    if fields:
        _check_change(risk, fields, terms)
    steps = {"fields": fields, "levels": moved, "links": links, "due_on": due_on, "closes": closes}
    return Plan(str(risk), changes, steps)


def _check_change(risk: Risk, fields: Mapping[str, Any], terms: Terms) -> None:
    draft = copy.copy(risk)
    for name, value in fields.items():
        setattr(draft, name, value)
    wanted.check(draft, actor=terms.actor, changed=set(fields))


def _levels(told: Mapping[str, Any], terms: Terms) -> dict[str, dict[str, int]]:
    """Stage → part → level, as our scales call them."""
    found: dict[str, dict[str, int]] = {}
    for stage in import_fields.STAGE_WORDS:
        for part in import_fields.PARTS:
            level = told.get(level_name(stage, part))
            if level is not None:
                found.setdefault(stage_of(stage, terms.choices), {})[area_of(part, terms.choices)] = level
    return found


def _row_of(risk: Risk, stage: str) -> dict[str, int | None]:
    row = next((one for one in risk.levels.all() if one.stage == stage), None)
    return {"likelihood": row.likelihood_level if row else None} | {
        area: getattr(row, f"{area}_level") if row else None for area in scales.IMPACT_AREAS
    }


def _rate(risk: Risk, stage: str, row: Mapping[str, int | None], terms: Terms) -> None:
    levels = dict(row)
    likelihood = levels.pop("likelihood", None)
    reason = _("As the sheet %(source)s says") % {"source": terms.source}
    register.set_levels(risk, stage, actor=terms.actor, likelihood_level=likelihood, levels=levels, reason=reason)


def _levels_said(stage: str, before: Mapping[str, int | None], after: Mapping[str, int | None]) -> list[tuple[str, str, str]]:
    return [
        _said(f"{Levels.Stage(stage).label}: {history.LABELS.get(part) or _part(part)}", before[part], after[part])
        for part in after
        if before[part] != after[part]
    ]


def _part(part: str) -> str:
    return _("likelihood") if part == "likelihood" else str(import_fields.wording.AREAS[part])


def _said(label: Any, before: Any, after: Any) -> tuple[str, str, str]:
    return str(label), _spelled(before), _spelled(after)


def _spelled(value: Any) -> str:
    if value is None:
        return ""
    return shown.date_long(value) if isinstance(value, date) else str(value)


def _column(name: str) -> str:
    return f"{name}_id" if name in ("unit", "it_owner", "security_owner") else name


def _fields_again(kept: Mapping[str, Any]) -> dict[str, Any]:
    models = {"unit": Unit, "it_owner": User, "security_owner": User}
    return {
        name: models[name].objects.filter(pk=value).first() if name in models and value is not None else value
        for name, value in kept.items()
    }


def _key(value: Any) -> Any:
    return getattr(value, "pk", value)


def _invalid(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, {field: [sentence]})
