"""Which kinds this room adds to the registry."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from governance.compliance import mapping_book, shortfalls, statements
from governance.compliance.models import Statement, StatementLine
from portal import subjects
from portal.archive import changes
from portal.people import holdings
from portal.people.models import User
from portal.record import redacting
from portal.signing import registry
from portal.workbench import searchable


def _answers_for(person: User) -> QuerySet[Statement]:
    lines = StatementLine.objects.filter(owner=person)
    return Statement.objects.current().filter(pk__in=lines.order_by().values("statement"))


def _say_statement(name: str, value: Any) -> str:
    """The scope as it stands; of the lines each control with whether it applies, and why; of the treatment plan how long it is."""
    if name == "plan":
        told = ngettext("%(n)d treatment, fingerprint %(mark)s", "%(n)d treatments, fingerprint %(mark)s", value["lines"])
        return told % {"n": value["lines"], "mark": value["sha256"][:12]} if value else ""
    if name != "lines":
        return str(value or "")
    words = {None: _t("not decided"), True: _t("applies"), False: _t("does not apply")}
    return "\n".join(f"{identifier}: {words[applies]}. {reason}" for identifier, applies, reason, _status, _owner in value or ())


subjects.register(
    subjects.Subject(
        kind="framework",
        model="compliance.Framework",
        word=_("framework"),
        plural=_("frameworks"),
        resource="frameworks",
        page="compliance:framework",
        url=lambda framework: reverse("compliance:framework", args=[framework.pk]),
        label=str,
        unit=lambda _framework: None,
    )
)
subjects.register(
    subjects.Subject(
        kind="requirement",
        model="compliance.Requirement",
        word=_("requirement"),
        plural=_("requirements"),
        resource="requirements",
        page="compliance:requirement",
        url=lambda requirement: reverse("compliance:requirement", args=[requirement.pk]),
        label=str,
        unit=lambda _requirement: None,
        related=("framework",),
    )
)
subjects.register(
    subjects.Subject(
        kind="control-mapping",
        model="compliance.ControlMapping",
        word=_("answer to a requirement"),
        plural=_("answers to requirements"),
        resource="control-mappings",
        url=lambda mapping: reverse("compliance:requirement", args=[mapping.requirement_id]),
        label=lambda mapping: f"{mapping.control.number} → {mapping.requirement.identifier}",
        unit=lambda mapping: mapping.control.unit,
        related=("control__unit", "requirement"),
    )
)
subjects.register(
    subjects.Subject(
        kind="profile",
        model="compliance.Profile",
        word=_("profile"),
        plural=_("profiles"),
        resource="profiles",
        page="compliance:profile",
        url=lambda profile: reverse("compliance:profile", args=[profile.pk]),
        label=str,
        related=("framework", "unit"),
    )
)
subjects.register(
    subjects.Subject(
        kind="practice",
        model="compliance.Practice",
        word=_("practice"),
        plural=_("practices"),
        resource="practices",
        page="compliance:practice",
        url=lambda practice: reverse("compliance:practice", args=[practice.pk]),
        label=lambda practice: f"{practice.requirement.identifier}, {practice.profile.unit.name}",
        unit=lambda practice: practice.profile.unit,
        related=("profile__unit", "requirement", "round"),
    )
)
subjects.register(
    subjects.Subject(
        kind="statement",
        model="compliance.Statement",
        word=_("statement of applicability"),
        plural=_("statements of applicability"),
        resource="statements",
        page="compliance:statement",
        url=lambda statement: reverse("compliance:statement", args=[statement.pk]),
        label=str,
        material=statements.material,
        related=("framework", "unit"),
    )
)
registry.register(
    registry.Signable(
        kind="statement",
        proposed_by=lambda statement: statement.proposed_by_id,
        unsigned=lambda: Statement.objects.current().filter(proposed_at__isnull=False, signed_at=None),
        signed=statements.take_force,
        check=statements.check_open,
        words={"framework": _("Framework"), "scope": _("Scope"), "lines": _("Controls"), "plan": _("Risk treatment plan")},
        say=_say_statement,
    )
)
holdings.register(
    holdings.Group(
        key="statement-lines",
        label=_("Statements of applicability in which they see to controls"),
        rows=_answers_for,
        way=holdings.Way.SUCCESSOR,
        pass_on=lambda row, *, person, successor, actor: statements.hand_over(row, person, successor, actor=actor),
        kind="statement",
        word=_("A signed one named them, so it is a draft again: ask both leaders to sign it."),
        order=45,
    )
)
redacting.add(
    redacting.Beside(
        "practice", "ratings.reason", _("Ratings"), "compliance.PracticeRating", "reason", rows=lambda _kind, pk: {"practice": pk}
    )
)
redacting.add(
    redacting.Beside(
        "statement", "lines.reason", _("Controls"), "compliance.StatementLine", "reason", rows=lambda _kind, pk: {"statement": pk}
    )
)
subjects.add_panel("control", "requirements", "compliance/_of_control.html", mapping_book.on_controls, order=10)
subjects.add_panel("treatment", "shortfall", "compliance/_shortfall.html", shortfalls.on_treatments, order=70)
subjects.add_panel("initiative", "shortfall", "compliance/_shortfall.html", shortfalls.on_initiatives, order=70)
changes.words(
    "framework",
    fields={"edition": _("Version"), "state": _("State"), "name": _("Name"), "digest": _("Fingerprint")},
    verbs={
        "framework.imported": _("taken in"),
        "framework.reworded": _("took the wording of a file"),
        "framework.crosswalk_imported": _("a crosswalk was taken in"),
        "control_mapping.confirmed": _("mapped"),
        "control_mapping.changed": _("said otherwise"),
        "control_mapping.removed": _("taken back"),
        "control_mapping.refused": _("suggestion refused"),
        "profile.opened": _("opened"),
        "profile.tiers_set": _("set the tiers"),
        "practice.aimed": _("set owner, target or note"),
        "practice.rated": _("rated"),
        "practice.revealed": _("both offices rated, and it was revealed"),
        "practice.moved": _("moved a rating"),
        "practice.objected": _("objected"),
        "practice.kept": _("kept a rating"),
        "practice.talk_asked": _("asked to talk"),
        "practice.settled": _("settled"),
        "practice.plan_begun": _("a plan was begun"),
        "statement.opened": _("opened"),
        "statement.scope_set": _("set the scope"),
        "statement.decided": _("decided on a control"),
        "statement.proposed": _("asked for signatures"),
    },
)
changes.words("profile", fields={"current_tier": _("Tier today"), "target_tier": _("Tier we aim for")})
changes.words(
    "practice",
    fields={
        "owner": _("Owner"),
        "target_level": _("Target"),
        "current_level": _("Today"),
        "offices_differ": _("Offices differ"),
        "note": _("Note"),
    },
)

searchable.register(
    searchable.Searchable("framework", label=["name", "edition"], words=["key", "publisher"]),
    searchable.Searchable("requirement", label=["identifier", "title"], words=["text", "guidance"]),
    searchable.Searchable("control-mapping", label=["note"], at=[("requirement", "requirement")]),
    searchable.Searchable("practice", label=["note"]),
    searchable.Searchable("statement", label=["scope"]),
)
