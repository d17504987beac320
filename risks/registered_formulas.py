"""What formula versions add to the registry of kinds and of what is signed."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.archive import changes
from portal.signing import registry
from portal.workbench import searchable
from risks import formula_bounds, formula_in_force, formula_versions, formula_words
from risks.models import FormulaVersion


def _material(row: FormulaVersion) -> Mapping[str, Any]:
    return {"number": row.number} | {name: value for name, value in row.parameters.items() if name != "version"}


subjects.register(
    subjects.Subject(
        kind=formula_in_force.KIND,
        model="risks.FormulaVersion",
        word=_("formula version"),
        plural=_("formula versions"),
        resource="formula-versions",
        page="risks:formula-version",
        url=lambda row: reverse("risks:formula-version", args=[row.pk]),
        label=str,
        unit=lambda _row: None,
        material=_material,
        related=("drafted_by",),
    )
)
registry.register(
    registry.Signable(
        kind=formula_in_force.KIND,
        proposed_by=lambda row: row.drafted_by_id,
        unsigned=lambda: FormulaVersion.objects.open().exclude(proposed_at=None),
        signed=formula_versions.take_force,
        check=formula_versions.check_signable,
        words={"number": _("Number")} | dict(formula_bounds.WORDS),
        say=formula_words.say,
    )
)
changes.words(
    formula_in_force.KIND,
    fields={"parameters": _("Parameters"), "reason": _("Why")},
    verbs={
        "formula.drafted": _("Drafted"),
        "formula.changed": _("Changed"),
        "formula.proposed": _("Proposed to CIO and CISO"),
        "formula.withdrawn": _("Taken back"),
        "formula.in_force": _("Took effect"),
    },
)

searchable.register(searchable.Searchable("formula-version", label=["reason"]))
