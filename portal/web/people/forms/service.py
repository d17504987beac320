"""What an administrator fills in for a program: its account, and a token of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.people import tokens
from portal.people.models import Unit
from portal.web.people.forms.invitation import UnitChoice

FOREVER = tokens.MOST_DAYS


class ServiceAccountForm(forms.Form):
    name = forms.CharField(label=_("Which program is it?"), max_length=120)
    email = forms.EmailField(
        label=_("Under which e-mail?"), max_length=254, help_text=_("No mail is sent there; it says whose program it is.")
    )
    unit = UnitChoice(label=_("For which unit and below?"), queryset=Unit.objects.none(), empty_label=_("choose a unit"))

    def __init__(self, *args: Any, user: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["unit"].queryset = Unit.objects.visible_to(user).filter(archived_at=None).order_by("path")


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What is it for?"), max_length=120)
    scopes = forms.CharField(
        label=_("What may it do?"),
        max_length=4000,
        help_text=_("Resources of the API with read or write, parted by spaces: risks:read assets:write."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    days = forms.IntegerField(
        label=_("For how many days?"), min_value=1, max_value=FOREVER, initial=90, help_text=_("Two years at most.")
    )
    allowed_addresses = forms.CharField(
        label=_("From which addresses?"),
        required=False,
        max_length=2000,
        help_text=_("Networks, parted by spaces: 192.0.2.0/24. Left empty: from anywhere."),
    )

    def clean_scopes(self) -> list[str]:
        return _parts(self.cleaned_data["scopes"])

    def clean_allowed_addresses(self) -> list[str]:
        return _parts(self.cleaned_data["allowed_addresses"])


def _parts(text: str) -> list[str]:
    return text.replace(",", " ").split()
