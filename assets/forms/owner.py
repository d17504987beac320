"""Who answers for one asset, said by one button."""

from typing import Any

from django import forms

from assets.forms import choices


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(queryset=None)
    care = forms.BooleanField(required=False)  # said on the page of coverage and care, where one goes back to
    unit = forms.IntegerField(required=False, min_value=1)

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["owner"].queryset = choices.people()
