"""What is asked about zones and conduits."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets import authority
from assets.forms import choices
from assets.models import Zone
from assets.models.asset import PURDUE_LEVELS


def levels(lowest: int) -> list[tuple[Any, Any]]:
    return [("", _("not judged")), *((level, str(level)) for level in range(lowest, 5))]


class ZoneForm(forms.Form):
    name = forms.CharField(label=_("What is it called?"), max_length=60, help_text=_("Assets stand in it by this name."))
    unit = choices.UnitField(label=_("Where does it belong?"))
    purdue_level = forms.ChoiceField(label=_("Which Purdue level?"), choices=PURDUE_LEVELS)
    purpose = forms.CharField(label=_("What is it for?"), max_length=200, required=False)
    target_level = forms.TypedChoiceField(
        label=_("Which security level is aimed at?"), choices=levels(1), required=False, coerce=int, empty_value=None
    )
    achieved_level = forms.TypedChoiceField(
        label=_("Which one is achieved?"), choices=levels(0), required=False, coerce=int, empty_value=None
    )
    networks = forms.CharField(
        label=_("Which networks are its own?"),
        required=False,
        help_text=_("Such as 10.20.1.0/24: by them a scan is recognised."),
    )
    is_safety = forms.BooleanField(label=_("Safety zone: no active scan without a permit"), required=False)
    is_personal = forms.BooleanField(
        label=_("People’s own devices stand here: what is not known is not registered, and forgotten after 30 days"), required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: Any, zone: Zone | None = None, **options: Any):
        if zone is not None:
            options["initial"] = {name: getattr(zone, name) for name in self.base_fields} | {"networks": ", ".join(zone.networks)}
        super().__init__(*args, **options)
        self.fields["unit"].queryset = authority.units(user)

    def clean_networks(self) -> list[str]:
        """Apart by commas, semicolons or spaces; the verb says which one is none."""
        return [text for text in re.split(r"[\s,;]+", self.cleaned_data["networks"]) if text]

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class PermitForm(forms.Form):
    starts_at = forms.DateTimeField(label=_("From when?"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    ends_at = forms.DateTimeField(label=_("Until when?"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    scope = forms.CharField(label=_("What is scanned, and how gently?"), max_length=200)
    contact = forms.ModelChoiceField(label=_("Who stands by in the plant?"), queryset=None)

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["contact"].queryset = choices.people()


class ConduitForm(forms.Form):
    first = forms.ModelChoiceField(label=_("From which zone?"), queryset=None)
    second = forms.ModelChoiceField(label=_("To which zone?"), queryset=None)
    may_cross = forms.CharField(label=_("What may cross?"), max_length=200, help_text=_("Such as OPC UA from the historian."))

    def __init__(self, *args: Any, user: Any, **options: Any):
        super().__init__(*args, **options)
        for name in ("first", "second"):
            self.fields[name].queryset = Zone.objects.visible_to(user).current().order_by("name")
