"""The forms of those who are not in yet: a new password, and the first steps of an invited person."""

from functools import cache
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.errors import Invalid


@cache
def _zone_names() -> tuple[str, ...]:
    """Read from the system's files once: that takes a second."""
    return tuple(
        sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/", "right/")))
    )


def zones() -> list[tuple[str, str]]:
    """Every zone by its name, after the organisation's own."""
    return [("", _("The organisation's")), ("UTC", "UTC"), *((name, name.replace("_", " ")) for name in _zone_names())]


def tell(form: forms.Form, error: Invalid) -> None:
    """Put the sentences of a rule beside the fields they speak of."""
    for name, sentences in error.fields.items() or {"": [error.sentence]}.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, str(sentence))


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=_("Which e-mail do you sign in with?"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class PasswordForm(forms.Form):
    """A new password, typed once and shown by the browser's own means; twelve characters or more."""

    password = forms.CharField(
        label=_("Which password do you choose?"),
        help_text=_("Twelve characters or more; a few unrelated words are best."),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same once more"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self):
        told = super().clean()
        if told.get("password") and told.get("again") and told["password"] != told["again"]:
            self.add_error("again", _("The two differ. Type the password twice."))
        return told


class ArrivalForm(PasswordForm):
    name = forms.CharField(label=_("What is your name?"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Which language do you read?"), choices=lambda: settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("In which time zone are you?"), choices=zones, required=False)

    field_order = ("name", "language", "time_zone", "password", "again")
