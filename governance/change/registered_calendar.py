"""The change calendar in the registries: as subjects, in reviews, in personal calendars, and when somebody leaves."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from assets import merging
from governance.change import clashes, planned_changes
from governance.change.models import PlannedChange
from portal import clock, subjects
from portal.archive import changes
from portal.attention import calendars, reviews
from portal.people import holdings, organisations
from portal.people.models import User
from portal.workbench import searchable

FIELDS = {
    "kind": _("What"),
    "title": _("Name"),
    "note": _("What others should know"),
    "unit": _("Where"),
    "starts_at": _("From"),
    "ends_at": _("Until"),
    "owner": _("Seen to by"),
    "initiative": _("Initiative"),
    "calling_off_reason": _("Why it was called off"),
}
VERBS = {
    "planned-change.planned": _("Planned"),
    "planned-change.changed": _("Changed"),
    "planned-change.called_off": _("Called off"),
    "planned-change.handed_over": _("Handed over"),
}
CLASH_FIELDS = {
    "kind": _("Why they do not go together"),
    "starts_at": _("They meet from"),
    "ends_at": _("They meet until"),
    "state": _("Standing"),
    "planned_reason": _("Why the one may happen"),
    "other_reason": _("Why the other may happen"),
}
CLASH_VERBS = {
    "clash.found": _("Found"),
    "clash.moved": _("They meet at other hours"),
    "clash.let_stand": _("An owner lets it stand"),
    "clash.ended": _("Over"),
}

subjects.register(
    subjects.Subject(
        kind="planned-change",
        model="change.PlannedChange",
        word=_("planned change"),
        plural=_("planned changes"),
        resource="planned-changes",
        page="change:planned",
        url=lambda planned: reverse("change:planned", args=[planned.pk]),
        label=str,
        related=("unit",),
    )
)
subjects.register(
    subjects.Subject(
        kind="clash",
        model="change.Clash",
        word=_("clash of changes"),
        plural=_("clashes of changes"),
        resource="clashes",
        page="change:clash",
        url=lambda clash: reverse("change:clash", args=[clash.pk]),
        label=str,
        related=("planned__unit", "other", "permit__zone", "initiative"),
    )
)
for question in clashes.QUESTION.values():
    reviews.on_answer(question, clashes.refuse_answer)
    reviews.sides_with(question, lambda pairs, kind=question: clashes.overdue_side(kind, pairs))
    reviews.changed_at(question, lambda review: reverse("change:clash", args=[review.subject_id]))
    reviews.ask_with(question, _("Two changes do not go together. Move yours, or say why both may happen."))
changes.words("planned-change", fields=FIELDS, verbs=VERBS)
changes.words("clash", fields=CLASH_FIELDS, verbs=CLASH_VERBS)
searchable.register(searchable.Searchable("planned-change", label=["title"], words=["note", "external_id"], number="number"))
merging.also(planned_changes.follow_merge)


def to_see_to(user: Any) -> list[calendars.Dated]:
    """What `user` sees to, on the day it begins."""
    rows = PlannedChange.objects.visible_to(user).ahead(clock.now()).filter(owner=user.pk).select_related("unit")
    return [
        calendars.Dated(
            key=f"planned-change-{row.pk}",
            day=organisations.day_of(row.starts_at),
            subject=row,
            what=_t("%(kind)s begins") % {"kind": row.get_kind_display()},
            url=reverse("change:planned", args=[row.pk]),
            since=row.planned_at,
            version=row.version,
        )
        for row in rows.order_by("starts_at", "pk")[: calendars.MOST]
    ]


calendars.add(to_see_to)


def _held(person: User) -> QuerySet[PlannedChange]:
    return PlannedChange.objects.ahead(clock.now()).filter(owner=person)


def _pass_on(row: PlannedChange, *, person: User, successor: User, actor: Any) -> User:
    return planned_changes.hand_over(row, successor, actor=actor)


holdings.register(
    holdings.Group(
        key="planned-changes",
        label=_("Planned changes they see to"),
        rows=_held,
        way=holdings.Way.SUCCESSOR,
        pass_on=_pass_on,
        kind="planned-change",
        order=45,
    )
)
