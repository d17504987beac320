"""Which fields shall be set in all chosen rows, and to what."""

from typing import Any

from django import forms

from portal.workbench.forms.imports import Telling
from portal.workbench.listed import Listed


class FieldsForm(Telling, forms.Form):
    """Each field with a box before it: only those that are ticked are set."""

    def __init__(self, *args: Any, kind: Listed, user: Any, **options: Any):
        super().__init__(*args, **options)
        self.offered = [one for one in kind.editable if one.several]
        for one in self.offered:
            self.fields[f"use-{one.name}"] = forms.BooleanField(label=one.label, required=False)
            field = one.field(user)
            field.required = False
            if isinstance(field, forms.ModelChoiceField) and field.empty_label is None:
                field.empty_label = "–"
            self.fields[one.name] = field

    def pairs(self) -> list[tuple[Any, Any]]:
        return [(self[f"use-{one.name}"], self[one.name]) for one in self.offered]

    @property
    def answers(self) -> dict[str, str]:
        """As they were sent: the verb understands them."""
        return {one.name: self.data.get(one.name, "") for one in self.offered if self.data.get(f"use-{one.name}")}
