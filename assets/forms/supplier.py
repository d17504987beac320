"""What is asked about one supplier."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets import authority
from assets.forms import choices
from assets.forms.asset import LEVELS
from assets.models import Supplier


class SupplierForm(forms.Form):
    name = forms.CharField(label=_("What are they called?"), max_length=200)
    services = forms.CharField(label=_("What do they supply?"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    contract = forms.CharField(label=_("By which contract?"), max_length=120, required=False)
    contract_ends_on = forms.DateField(label=_("When does it end?"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    criticality_level = forms.TypedChoiceField(
        label=_("How bad if they failed?"), choices=LEVELS, required=False, coerce=int, empty_value=None
    )
    contact = forms.CharField(label=_("Whom do we call?"), max_length=200, required=False)
    owner = forms.ModelChoiceField(label=_("Who answers for it?"), queryset=None, required=False, empty_label=_("Nobody yet"))
    unit = choices.UnitField(label=_("Whose contract is it?"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: Any, supplier: Supplier | None = None, **options: Any):
        if supplier is not None:
            options["initial"] = {name: getattr(supplier, name) for name in self.base_fields}
        super().__init__(*args, **options)
        self.fields["unit"].queryset = authority.units(user)
        self.fields["owner"].queryset = choices.people()

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}
