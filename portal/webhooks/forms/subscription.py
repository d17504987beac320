"""What is asked for a webhook."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.errors import Invalid
from portal.people.models import User


def kinds() -> list[tuple[str, str]]:
    """(key, word) of every kind, by key."""
    return sorted((kind, str(one.plural)) for kind, one in subjects.all_kinds().items())


class SubscriptionForm(forms.Form):
    name = forms.CharField(label=_("What do you call it?"), max_length=120)
    url = forms.CharField(
        label=_("Which address shall be told?"), max_length=500, help_text=_("As in https://hooks.example.com/concord.")
    )
    reader = forms.ModelChoiceField(
        label=_("As which service account?"),
        help_text=_("What it may not see is not told."),
        queryset=User.objects.none(),
    )
    events = forms.CharField(
        label=_("Of what?"),
        required=False,
        max_length=2000,
        help_text=_("Kinds and verbs parted by commas, as in risk, asset.registered; nothing for everything."),
    )

    def __init__(self, *args: Any, user: Any, **options: Any):
        super().__init__(*args, **options)
        accounts = User.objects.visible_to(user).filter(is_service=True, is_active=True).order_by("name")
        self.fields["reader"].queryset = accounts
        if not accounts.exists():
            self.fields["reader"].help_text = _("There is none yet: manage.py issue_token on the host makes the first one.")

    def clean_events(self) -> list[str]:
        return [one.strip() for one in self.cleaned_data["events"].split(",") if one.strip()]

    def take(self, error: Invalid) -> None:
        for name, sentences in error.fields.items():
            self.add_error(name, [str(one) for one in sentences])
