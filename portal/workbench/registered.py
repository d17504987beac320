"""Which kinds this app adds to the registry."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.record import redacting
from portal.subjects import Subject, register
from portal.workbench import saved_views, searchable

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
redacting.name_words("workbench.SavedView", "params")
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

searchable.register(searchable.Searchable("import", label=["file_name"], words=["source"]))
