"""Which kinds this app adds to the registry."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.people import holdings
from portal.record import redacting
from portal.subjects import Subject, register
from portal.workbench import custom_lists, custom_sheets, importable, listed, particulars, saved_views, searchable
from portal.workbench.models import SavedView

register(
    Subject(
        kind="saved-view",
        model="workbench.SavedView",
        word=_("saved view"),
        plural=_("saved views"),
        resource="saved-views",
        url=saved_views.url,
        label=str,
        related=["unit", "owner"],
    )
)
holdings.register(
    holdings.Group(
        key="custom-fields",
        label=_("Custom fields that name them"),
        rows=particulars.naming,
        way=holdings.Way.SUCCESSOR,
        pass_on=lambda row, *, person, successor, actor: particulars.hand_over(row, person, successor, actor=actor),
        say=particulars.name_kind,
        word=_("Fields that your administrators added; the successor stands there instead."),
        order=56,
    )
)
register(
    Subject(
        kind="bulk-edit",
        model="workbench.BulkEdit",
        word=_("change of many rows"),
        plural=_("changes of many rows"),
        resource="bulk-edits",
        url=lambda edit: reverse("workbench:bulk-edit", args=[edit.pk]),
        label=lambda edit: _("Change of many %(kinds)s") % {"kinds": listed.of_kind(edit.kind).subject.plural},
        unit=lambda edit: None,
        related=["started_by"],
    )
)
redacting.name_words("workbench.SavedView", "params")


def _pass_view(row, *, person, successor, actor) -> None:
    saved_views.hand_over(row, successor, actor=actor)


holdings.register(
    holdings.Group(
        key="saved-views",
        label=_("Saved views they share"),
        rows=lambda person: SavedView.objects.filter(owner=person, archived_at=None).exclude(audience=SavedView.Audience.PRIVATE),
        way=holdings.Way.SUCCESSOR,
        pass_on=_pass_view,
        kind="saved-view",
        word=_("Whoever used them goes on using them."),
        order=55,
    )
)
register(
    Subject(
        kind="import",
        model="workbench.SheetImport",
        word=_("import"),
        plural=_("imports"),
        resource="imports",
        page="workbench:import",
        url=lambda one: reverse("workbench:import", args=[one.pk]),
        label=str,
        related=["unit", "started_by"],
    )
)

searchable.register(
    searchable.Searchable("import", label=["file_name"], words=["source"]),
    searchable.Searchable(
        "user",
        label=["name"],
        page=lambda pk: reverse("people:person", args=[pk]),
        kept_out=Q(is_active=False) | Q(is_service=True),
    ),
    searchable.Searchable("unit", label=["name"], page=lambda pk: f"{reverse('offices:units')}#unit-{pk}"),
)

listed.extend_with(custom_lists.extended)
importable.extend_with(custom_sheets.extended)
redacting.add(
    redacting.Beside(
        kind="*",
        name="particulars.told",
        label=_("Custom fields"),
        model="workbench.Particulars",
        field="told",
        rows=lambda kind, pk: {"subject_kind": kind, "subject_id": pk},
    )
)
