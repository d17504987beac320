"""What is asked when a view of a list gets a name."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.people.access import grants
from portal.people.models import Unit
from portal.workbench.forms.imports import PlaceField, Telling
from portal.workbench.models import SavedView
from portal.workbench.models.saved_view import ROLES
from portal.workbench.saved_views import SHARE


class ViewForm(Telling, forms.Form):
    """A name, and who sees it where one may share."""

    name = forms.CharField(label=_("What is this view called?"), max_length=80)
    audience = forms.ChoiceField(label=_("Who sees it in the list?"), choices=SavedView.Audience)
    unit = PlaceField(
        label=_("Which unit?"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("none"),
        help_text=_("Where the view is for a unit."),
    )
    role = forms.ChoiceField(label=_("Which role?"), choices=[("", _("none")), *ROLES], required=False)
    is_default = forms.BooleanField(label=_("The list shows it first to that role"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: Any, view: SavedView | None = None, **options: Any):
        if view is not None:
            options["initial"] = {name: getattr(view, name) for name in self.base_fields}
        super().__init__(*args, **options)
        held = grants(user)
        reached = Unit.objects.filter(archived_at=None)
        self.fields["unit"].queryset = reached if held.everywhere else reached.filter(_below(held.unit_paths))
        if not user.has_perm(SHARE):
            for name in ("audience", "unit", "role", "is_default"):
                del self.fields[name]

    @property
    def answers(self) -> dict[str, Any]:
        told = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return {"audience": SavedView.Audience.PRIVATE} | told


def _below(paths: tuple[str, ...]) -> Q:
    found = Q(pk__in=())
    for path in paths:
        found |= Q(path__startswith=path)
    return found
