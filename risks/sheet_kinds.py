"""Sheets of controls, indicators and treatments: what their columns may be, and which verbs a row calls."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.workbench import importable, parsers, resolving
from portal.workbench.errors import Unfit
from portal.workbench.importable import Field, Terms
from portal.workbench.plain_sheets import PlainSheet
from risks import controls, import_fields, indicators, plans, register, scales, treatments, wording
from risks.errors import NotUnderWay
from risks.models import Control, Indicator, Levels, Office, Risk, Treatment

LONGEST_TEXT = 10_000
SHARE = parsers.number_within(0, 1)
MONEY = parsers.number_within(0, 10**15)
ID_WORDS = ("id", "no", "number", "ref", "reference", "key")


def _one_of(choices: Sequence[tuple[Any, Any]], **others: str) -> importable.Parser:
    """Labels first, then keys, then what else sheets say."""
    words = {parsers.fold(str(label)): key for key, label in choices}
    words |= {parsers.fold(str(key)): key for key, _label in choices}
    return parsers.one_of(words | {word.replace("_", " "): key for word, key in others.items()})


def _own_id() -> Field:
    return Field("external_id", gettext_lazy("Id in this sheet"), parsers.text(120, one_line=True), ID_WORDS)


def _unit() -> Field:
    return Field(
        "unit", gettext_lazy("Unit"), resolving.unit, ("department", "site", "business unit", "where"), example="Northfield"
    )


def _owner(*, required: bool) -> Field:
    words = ("responsible", "contact")
    return Field("owner", gettext_lazy("Owner"), resolving.person, words, required, "ruth.weir@example.org")


def _risk(told: str, terms: Terms) -> Risk:
    """By number, one that the importer may open."""
    return terms.known.get(("risk", told.casefold()), lambda: _looked_up(told, terms))


def _looked_up(told: str, terms: Terms) -> Risk:
    risk = Risk.objects.visible_to(terms.actor).current().filter(number__iexact=told.strip()).first()
    if risk is None:
        raise Unfit(_("There is no risk “%(number)s” that you may open. Write its number, such as R-0017.") % {"number": told[:20]})
    return risk


CONTROLS = PlainSheet(
    kind="control",
    fields=(
        Field("name", gettext_lazy("Control"), parsers.text(200, one_line=True), ("name", "title", "measure"), required=True),
        Field("description", gettext_lazy("How it works"), parsers.text(LONGEST_TEXT), ("description", "notes")),
        Field("state", gettext_lazy("State"), _one_of(Control.State.choices), ("status",)),
        Field(
            "office", gettext_lazy("Office"), _one_of(Office.choices, cio="IT", ciso="SECURITY"), ("side", "run by"), required=True
        ),
        _unit(),
        _owner(required=False),
        Field(
            "design_effectiveness",
            gettext_lazy("Design [share]"),
            SHARE,
            ("design", "design effectiveness"),
            required=True,
        ),
        Field(
            "operating_effectiveness",
            gettext_lazy("Operation as judged [share]"),
            SHARE,
            ("operation", "operating effectiveness", "effectiveness"),
            required=True,
        ),
        Field("yearly_cost", gettext_lazy("Cost a year"), MONEY, ("cost", "yearly cost", "annual cost")),
        _own_id(),
        importable.number(),
    ),
    add=controls.add,
    change=controls.change,
    check=controls.check,
    check_open=controls.check_open,
    end=controls.retire,
    otherwise={"state": Control.State.IN_FORCE},
)
INDICATORS = PlainSheet(
    kind="indicator",
    fields=(
        Field(
            "name", gettext_lazy("Indicator"), parsers.text(200, one_line=True), ("name", "kri", "metric", "title"), required=True
        ),
        Field("description", gettext_lazy("How it is measured"), parsers.text(LONGEST_TEXT), ("description", "notes")),
        Field(
            "unit_of_measure",
            gettext_lazy("Measured in"),
            parsers.text(20, one_line=True),
            ("unit of measure", "measure"),
            required=True,
        ),
        Field("direction", gettext_lazy("Breaches"), _one_of(Indicator.Direction.choices), ("direction",), required=True),
        Field("warning_at", gettext_lazy("Warning at"), parsers.number, ("warning", "amber"), required=True),
        Field("breach_at", gettext_lazy("Breach at"), parsers.number, ("breach", "limit", "red"), required=True),
        Field(
            "every_days",
            gettext_lazy("Read every [days]"),
            parsers.whole(1, 366),
            ("every days", "frequency days", "read every"),
            required=True,
        ),
        _unit(),
        _owner(required=True),
        _own_id(),
        importable.number(),
    ),
    add=indicators.add,
    change=indicators.change,
    check=indicators.check,
    check_open=indicators.check_open,
    end=indicators.retire,
)


def _check_plan(treatment: Treatment, *, actor: Any, changed: set[str] | None) -> None:
    """A new plan belongs to an open risk; what it leads to is no more than what is."""
    register.check_open(treatment.risk)
    plans.check(treatment, (), present=Levels.objects.filter(risk=treatment.risk, stage=Levels.Stage.CURRENT).first())


def _check_under_way(treatment: Treatment) -> None:
    register.check_open(treatment.risk)
    if treatment.state not in (Treatment.State.PROPOSED, Treatment.State.APPROVED):
        raise NotUnderWay(treatment)


def _proposed_anew(treatment: Treatment) -> Sequence[tuple[str, str, str]]:
    if treatment.state != Treatment.State.APPROVED:
        return ()
    return [(_("State"), str(Treatment.State.APPROVED.label), str(Treatment.State.PROPOSED.label))]


def _propose(*, actor: Any, risk: Risk, **fields: Any) -> Treatment:
    impact = {area: fields.pop(f"{area}_level", None) for area in scales.IMPACT_AREAS}
    return treatments.propose(risk, actor=actor, impact=impact, **fields)


def leads_to(part: str) -> Any:
    what = gettext_lazy("likelihood") if part == "likelihood" else wording.AREAS[part]
    return import_fields.Composed(gettext_lazy("Leads to"), what)


TREATMENTS = PlainSheet(
    kind="treatment",
    fields=(
        Field("risk", gettext_lazy("Risk"), _risk, ("risk number", "risk no", "risk id"), required=True, example="R-0017"),
        Field(
            "title",
            gettext_lazy("Treatment"),
            parsers.text(200, one_line=True),
            ("title", "name", "measure", "action"),
            required=True,
        ),
        Field("reason", gettext_lazy("Why this way"), parsers.text(LONGEST_TEXT), ("reason", "rationale", "description")),
        Field(
            "kind",
            gettext_lazy("Kind"),
            _one_of(Treatment.Kind.choices, mitigate="REDUCE", transfer="SHARE", accept="RETAIN"),
            ("type", "strategy", "response"),
            required=True,
        ),
        _owner(required=True),
        Field("due_on", gettext_lazy("Due"), parsers.day, ("due date", "due on", "until", "deadline"), required=True),
        *(
            Field(
                f"{part}_level",
                leads_to(part),
                parsers.level(import_fields.LIKELIHOODS if part == "likelihood" else import_fields.IMPACTS),
                (f"target {part}", f"{part} after"),
            )
            for part in ("likelihood", *scales.IMPACT_AREAS)
        ),
        _own_id(),
        importable.number(),
    ),
    add=_propose,
    change=treatments.change,
    check=_check_plan,
    check_open=_check_under_way,
    end=treatments.withdraw,
    related=("risk__unit", "owner"),
    fixed=frozenset({"risk"}),
    follows=_proposed_anew,
)
