"""Which kinds this app adds to the registry, and what attention asks of them."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.attention import reviews
from risks import cadence, reviewed


def _material(risk):
    fields = ("number", "title", "cause", "consequence", "category", "unit_id", "it_owner_id", "security_owner_id", "accountable")
    return {field: getattr(risk, field) for field in fields}


subjects.register(
    subjects.Subject(
        kind="risk",
        model="risks.Risk",
        word=_("risk"),
        plural=_("risks"),
        resource="risks",
        url=lambda risk: reverse("risks:risk", args=[risk.pk]),
        label=str,
        material=_material,
        related=("unit",),
    )
)

reviews.on_answer(cadence.REVIEW, reviewed.take_answer)
reviews.sides_with(cadence.REVIEW, cadence.sides)
reviews.changes_with(cadence.REVIEW, reviewed.since_last)
reviews.changed_at(cadence.REVIEW, reviewed.where_to_rate)
