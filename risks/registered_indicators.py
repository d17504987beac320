"""Indicators and readings in the registry, and what attention, leaving and sheets ask of them."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.archive import changes
from portal.attention import news, reviews
from portal.people import holdings
from portal.people.models import User
from portal.workbench import importable, searchable
from risks import indicator_book, indicators, reading_sheet, readings
from risks.models import Indicator

FIELDS = {
    "name": _("Name"),
    "description": _("How it is measured"),
    "unit_of_measure": _("Counted in"),
    "direction": _("Which way is worse"),
    "warning_at": _("Watched closely from"),
    "breach_at": _("Outside of its bounds from"),
    "every_days": _("Days between readings"),
    "owner": _("Owner"),
    "unit": _("Where"),
    "retiring_reason": _("Why it was retired"),
    "retired_at": _("Retired"),
}
VERBS = {
    "indicator.registered": _("Registered"),
    "indicator.changed": _("Changed"),
    "indicator.retired": _("Retired"),
    "reading.taken": _("Read"),
    "reading.taken_back": _("Reading taken back"),
}


def _material(indicator: Indicator) -> dict[str, Any]:
    fields = ("number", "name", "unit_of_measure", "direction", "warning_at", "breach_at", "every_days", "owner_id", "unit_id")
    return {field: getattr(indicator, field) for field in fields}


def _owned(person: User):
    return Indicator.objects.watched().filter(owner=person)


def _pass_on(row: Indicator, *, person: User, successor: User, actor: Any) -> User:
    return indicators.hand_over(row, successor, actor=actor)


subjects.register(
    subjects.Subject(
        kind="indicator",
        model="risks.Indicator",
        word=_("indicator"),
        plural=_("indicators"),
        resource="indicators",
        page="risks:indicator",
        url=lambda indicator: reverse("risks:indicator", args=[indicator.pk]),
        label=str,
        material=_material,
        related=("unit",),
    )
)
subjects.register(
    subjects.Subject(
        kind="reading",
        model="risks.Reading",
        word=_("reading"),
        plural=_("readings"),
        resource="readings",
        url=lambda reading: reverse("risks:indicator", args=[reading.indicator_id]),
        label=str,
        related=("indicator__unit",),
    )
)
changes.words("indicator", fields=FIELDS, verbs=VERBS)
changes.told_by("indicator", indicator_book.history)
news.word_with(
    readings.BREACHED, "indicator", lambda reminder: _t("It left its bounds, and the risks it speaks of are scored again.")
)
news.word_with(readings.RETURNED, "indicator", lambda reminder: _t("It came back within its bounds."))
reviews.on_answer(readings.REVIEW, readings.refuse_answer)
reviews.sides_with(readings.REVIEW, readings.sides)
reviews.changed_at(readings.REVIEW, lambda review: reverse("risks:indicator", args=[review.subject_id]))
holdings.register(
    holdings.Group(
        key="indicators",
        label=_("Indicators they see to"),
        rows=_owned,
        way=holdings.Way.SUCCESSOR,
        pass_on=_pass_on,
        kind="indicator",
        order=40,
    )
)
importable.register(
    importable.Importable(
        kind="reading",
        permission="risks.add_reading",
        fields=reading_sheet.FIELDS,
        identified_by=("indicator", "observed_at"),
        find=reading_sheet.find,
        taken=reading_sheet.taken,
        plan=reading_sheet.plan,
        carry_out=reading_sheet.carry_out,
        take_back=reading_sheet.take_back,
    )
)

searchable.register(
    searchable.Searchable("indicator", label=["name"], words=["description", "external_id"], number="number"),
    searchable.Searchable("reading", label=["note"], at=[("indicator", "indicator")]),
)
