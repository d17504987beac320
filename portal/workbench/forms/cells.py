"""The one answer of a cell."""

from typing import Any

from django import forms

from portal.workbench.editing import Editable
from portal.workbench.forms.imports import Telling


class CellForm(Telling, forms.Form):
    """The field under its own name, the version that was seen, and the list to go back to."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    back = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4_000)

    def __init__(self, *args: Any, one: Editable, user: Any, **options: Any):
        super().__init__(*args, **options)
        self.one = one
        self.fields[one.name] = one.field(user)
        self.fields[one.name].widget.attrs |= {"autofocus": True}

    @property
    def cell(self) -> Any:
        return self[self.one.name]
