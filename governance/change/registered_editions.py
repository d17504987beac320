"""What editions of gate criteria add to the registry of kinds and of what is signed."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from governance.change import edition_book, gate_editions
from governance.change.models import GateEdition
from portal import subjects
from portal.archive import changes
from portal.signing import registry
from portal.workbench import searchable

WORDS = {"set": _("Set of criteria"), "edition": _("Edition"), "criteria": _("What it asks"), "reason": _("Why")}


def _material(row: GateEdition) -> dict[str, Any]:
    return {"set": row.base.title, "edition": row.edition, "criteria": row.criteria, "reason": row.reason}


subjects.register(
    subjects.Subject(
        kind="gate-edition",
        model="change.GateEdition",
        word=_("edition of gate criteria"),
        plural=_("editions of gate criteria"),
        resource="gate-editions",
        page="change:gate-edition",
        url=lambda row: reverse("change:gate-edition", args=[row.pk]),
        label=str,
        unit=lambda _row: None,
        material=_material,
        related=("base", "drafted_by"),
    )
)
registry.register(
    registry.Signable(
        kind="gate-edition",
        proposed_by=lambda row: row.drafted_by_id,
        unsigned=lambda: GateEdition.objects.open().exclude(proposed_at=None),
        signed=gate_editions.take_force,
        check=gate_editions.check_open,
        words=WORDS,
        say=edition_book.say,
    )
)
changes.words(
    "gate-edition",
    fields={
        "edition": _("Edition"),
        "criteria": _("What it asks"),
        "reason": _("Why"),
        "proposed_at": _("Proposed"),
        "in_force_at": _("Took effect"),
    },
    verbs={
        "gate-edition.drafted": _("Drafted"),
        "gate-edition.changed": _("Changed"),
        "gate-edition.proposed": _("Proposed to CIO and CISO"),
        "gate-edition.withdrawn": _("Taken back"),
        gate_editions.IN_FORCE: _("Took effect"),
    },
)
searchable.register(searchable.Searchable("gate-edition", label=["reason"]))
