"""Into which one another one is merged."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import subjects
from portal.people.models import User
from portal.talk.places import Place


class MergeForm(forms.Form):
    into = forms.CharField(
        label=gettext_lazy("Into which one?"), max_length=40, help_text=gettext_lazy("Its number; that one stays, this one goes.")
    )
    survivor_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    merged_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, place: Place, user: User, **options: Any):
        super().__init__(*args, **options)
        self._place, self._user = place, user

    def clean_into(self) -> Any:
        rows = subjects.of_kind(self._place.kind).visible_to(self._user).filter(archived_at=None)
        found = subjects.by_reference(rows, self.cleaned_data["into"].strip())
        if found is None or found.pk == self._place.pk:
            raise forms.ValidationError(_("There is no other one of this number that you may open."))
        return found
