"""What the columns of an old risk register may be, and what such a sheet does not say by itself."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.models import Asset
from portal.workbench import importable, parsers, resolving
from portal.workbench.errors import Unfit
from portal.workbench.importable import Field, Question
from risks import scales, wording
from risks.models import Levels, Risk
from risks.wanted import LONGEST_TEXT, LONGEST_TITLE

BY_DEGREE = {"very low": 1, "low": 2, "medium": 3, "moderate": 3, "high": 4, "very high": 5}
LIKELIHOODS = {parsers.fold(one.word): one.number for one in scales.LIKELIHOOD_LEVELS} | BY_DEGREE | {"certain": 5, "remote": 1}
IMPACTS = {parsers.fold(one.word): one.number for one in scales.IMPACT_LEVELS} | BY_DEGREE
IMPACTS |= {"negligible": 1, "insignificant": 1, "critical": 5, "catastrophic": 5}
CATEGORIES = {parsers.fold(str(label)): key for key, label in Risk.Category.choices}
CATEGORIES |= {
    "information technology": "IT",
    "cyber": "IT",
    "technology": "IT",
    "ot ics": "OT",
    "production": "OT",
    "privacy": "DATA",
    "information": "DATA",
    "third party": "SUPPLIER",
    "vendor": "SUPPLIER",
    "suppliers": "SUPPLIER",
    "hr": "PEOPLE",
    "personnel": "PEOPLE",
    "facility": "FACILITIES",
    "physical": "FACILITIES",
    "financial": "FINANCE",
    "compliance": "LEGAL",
    "regulatory": "LEGAL",
}
OPEN_WORDS = ("open", "active", "new", "draft", "in progress", "in treatment", "under treatment", "monitoring", "accepted", "offen")
CLOSED_WORDS = ("closed", "resolved", "retired", "done", "geschlossen")
STATES = dict.fromkeys(OPEN_WORDS, Risk.State.OPEN) | dict.fromkeys(CLOSED_WORDS, Risk.State.CLOSED)
ACCOUNTABLE = {"it": "IT", "it owner": "IT", "cio": "IT", "security": "SECURITY", "security owner": "SECURITY", "ciso": "SECURITY"}

# Stage as the sheet calls it → the words before "likelihood" and "impact".
INHERENT, CURRENT, RESIDUAL = "inherent", "current", "residual"
STAGE_WORDS = {INHERENT: ("inherent", "gross", "initial"), CURRENT: ("", "current", "now"), RESIDUAL: ("residual", "net", "target")}
STAGE_LABELS = {
    INHERENT: Levels.Stage.INHERENT.label,
    CURRENT: Levels.Stage.CURRENT.label,
    RESIDUAL: gettext_lazy("Residual"),
}
PARTS = ("likelihood", "impact", *scales.IMPACT_AREAS)
MOST_ASSETS = 50


def assets(told: str, terms: Any) -> tuple[Asset, ...]:
    """Assets by number or name, parted by semicolons or lines; each must be one that the importer may open."""
    names = [name for part in told.replace("\n", ";").split(";") if (name := " ".join(part.split()))]
    if len(names) > MOST_ASSETS:
        raise Unfit(_("At most %(most)s assets a risk. Link the others on its page.") % {"most": MOST_ASSETS})
    found = {
        one.pk: one for name in names for one in [terms.known.get(("asset", name.casefold()), lambda n=name: _asset(n, terms))]
    }
    return tuple(found.values())


def _asset(name: str, terms: Any) -> Asset:
    rows = Asset.objects.visible_to(terms.actor).current()
    found = list(rows.filter(number__iexact=name)[:1]) or list(rows.filter(name__iexact=name)[:2])
    if not found:
        raise Unfit(
            _("“%(name)s” is not in the inventory. Write its number or its name, parted by semicolons.") % {"name": name[:60]}
        )
    if len(found) > 1:
        raise Unfit(_("Several assets are called “%(name)s”. Write the number of the one you mean.") % {"name": name[:60]})
    return found[0]


def level_name(stage: str, part: str) -> str:
    return f"{stage}_{part}"


def _levels() -> list[Field]:
    fields = []
    for stage, befores in STAGE_WORDS.items():
        for part in PARTS:
            words = LIKELIHOODS if part == "likelihood" else IMPACTS
            called = ("likelihood", "probability") if part == "likelihood" else ("impact", "severity", "consequence level")
            called = called if part in ("likelihood", "impact") else (f"{part} impact", f"impact {part}", f"{part} level")
            known = [f"{before} {word}".strip() for before in befores for word in called]
            title = label(stage, part)
            fields.append(Field(level_name(stage, part), title, parsers.level(words), (*known, *_after(known)), example="3"))
    return fields


def _after(known: list[str]) -> list[str]:
    """ "likelihood inherent" is said as often as "inherent likelihood"."""
    return [" ".join([*words[1:], words[0]]) for name in known if len(words := name.split()) > 1]


def label(stage: str, part: str) -> Any:
    what = {"likelihood": gettext_lazy("likelihood"), "impact": gettext_lazy("impact, one number")}.get(part) or wording.AREAS[part]
    return Composed(STAGE_LABELS[stage], what)


class Composed:
    """Two lazy words as one label, put together when it is read."""

    def __init__(self, *parts: Any):
        self.parts = parts

    def __str__(self) -> str:
        return ": ".join(str(part) for part in self.parts)


FIELDS = (
    Field(
        "title",
        gettext_lazy("What could happen"),
        parsers.text(LONGEST_TITLE, one_line=True),
        ("title", "risk", "risk title", "event", "risk event", "risk name", "name", "summary", "risk description", "description"),
        required=True,
        example="Ransomware reaches line control",
    ),
    Field(
        "cause", gettext_lazy("Cause"), parsers.text(LONGEST_TEXT), ("root cause", "threat", "causes"), example="Shared passwords"
    ),
    Field(
        "consequence",
        gettext_lazy("Consequence"),
        parsers.text(LONGEST_TEXT),
        ("effect", "consequences", "effects"),
        example="Two shifts stop",
    ),
    Field(
        "grounds", gettext_lazy("Grounds"), parsers.text(LONGEST_TEXT), ("comment", "comments", "notes", "rationale"), example=""
    ),
    Field(
        "category",
        gettext_lazy("Kind"),
        parsers.one_of(CATEGORIES),
        ("category", "risk category", "risk type", "type"),
        example="OT",
    ),
    Field(
        "unit",
        gettext_lazy("Where"),
        resolving.unit,
        ("unit", "department", "site", "business unit", "location", "area"),
        example="Northfield",
    ),
    Field(
        "it_owner",
        gettext_lazy("IT owner"),
        resolving.person,
        ("owner", "risk owner", "it owner mail"),
        example="ruth.weir@example.org",
    ),
    Field("security_owner", gettext_lazy("Security owner"), resolving.person, ("ciso owner",), example="sade.oyelaran@example.org"),
    Field("accountable", gettext_lazy("Accountable"), parsers.one_of(ACCOUNTABLE), ("accountable side",), example="IT"),
    *_levels(),
    Field(
        "review_every_days",
        gettext_lazy("Review every [days]"),
        parsers.whole(1, 366),
        ("review every", "review interval", "review cycle"),
        example="90",
    ),
    Field("status", gettext_lazy("State"), parsers.one_of(STATES), ("status", "risk status"), example="open"),
    Field(
        "closing_reason",
        gettext_lazy("Why it was closed"),
        parsers.text(Risk._meta.get_field("closing_reason").max_length, one_line=True),
        ("closing reason", "closure reason", "reason for closing", "reason"),
        example="The line was taken down",
    ),
    Field(
        "review_due_on",
        gettext_lazy("Next review"),
        parsers.day,
        ("due", "due date", "due on", "review date", "next review date", "review due", "review"),
        example="2026-04-03",
    ),
    Field(
        "assets",
        gettext_lazy("Assets"),
        assets,
        ("asset", "assets affected", "affected assets", "system", "systems"),
        example="A-0017; Historian",
    ),
    Field(
        "external_id",
        gettext_lazy("Id in this sheet"),
        parsers.text(Risk._meta.get_field("external_id").max_length, one_line=True),
        ("id", "risk id", "no", "number", "ref", "reference", "external id", "key"),
        example="RR-17",
    ),
    importable.number(),
)

_IMPACT_FIELDS = frozenset(level_name(stage, "impact") for stage in STAGE_WORDS)
_RESIDUAL_FIELDS = frozenset(level_name(RESIDUAL, part) for part in PARTS)
QUESTIONS = (
    Question(
        "residual",
        gettext_lazy("What does “residual” mean in this sheet?"),
        (
            (Levels.Stage.CURRENT, gettext_lazy("What is left today, with the controls that work: our “now”")),
            (Levels.Stage.RESIDUAL, gettext_lazy("What will be left once the planned treatments are done: our “after plan”")),
        ),
        _RESIDUAL_FIELDS,
        gettext_lazy("The words differ from house to house; nothing is guessed."),
        ours=Levels.Stage.RESIDUAL,
    ),
    Question(
        "impact_area",
        gettext_lazy("In what does its one impact count?"),
        tuple((area, wording.AREAS[area]) for area in scales.IMPACT_AREAS),
        _IMPACT_FIELDS,
        gettext_lazy("Here an impact is judged by area, and the worst one counts."),
    ),
    Question(
        "default_category",
        gettext_lazy("Of which kind are rows that name none?"),
        tuple(Risk.Category.choices),
        frozenset({"title"}),
        required=False,
    ),
)


def stage_of(stage: str, choices: Mapping[str, str]) -> str:
    """The stage of our levels that the sheet's `stage` means."""
    return choices[RESIDUAL] if stage == RESIDUAL else stage.upper()


def area_of(part: str, choices: Mapping[str, str]) -> str:
    return choices["impact_area"] if part == "impact" else part


def check_mapping(fields: Mapping[str, str], choices: Mapping[str, str]) -> Mapping[str, str]:
    """Two columns must not mean the same level."""
    wrong: dict[str, str] = {}
    if (_RESIDUAL_FIELDS & set(fields) and RESIDUAL not in choices) or (
        _IMPACT_FIELDS & set(fields) and "impact_area" not in choices
    ):
        return wrong  # asked already
    meant: dict[tuple[str, str], str] = {}
    for stage in STAGE_WORDS:
        for part in PARTS:
            name = level_name(stage, part)
            if name in fields:
                first = meant.setdefault((stage_of(stage, choices), area_of(part, choices)), name)
                if first != name:
                    wrong[name] = _("“%(other)s” means the same. Ignore one of them, or answer the questions below otherwise.") % {
                        "other": fields[first]
                    }
    return wrong
