"""What a person fills in about their own account."""

from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.web.people.forms.entrance import PasswordForm, zones


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("What is your name?"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Which language do you read?"), choices=lambda: settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("In which time zone do you read times?"), choices=zones, required=False)


class ChangePasswordForm(PasswordForm):
    current = forms.CharField(
        label=_("What is your password now?"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    field_order = ("current", "password", "again")


class FactorRuleForm(forms.Form):
    """From when on everybody needs a second factor."""

    begins = forms.DateField(
        label=_("From which day on?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_(
            "Until then whoever has none is led to it at sign-in and may go on without. Empty: only seats and administrators."
        ),
    )


class AppForm(ActivateTOTPForm):
    """The six digits that prove the app has the secret."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = _("Which six digits does the app show now?")
        code.max_length = 20
        code.widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 20, "autofocus": True}


class PasskeyForm(AddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.label, name.help_text = _("What do you call it?"), _("So that you know it again, for example “work laptop”.")
        name.max_length = 60
        name.widget.attrs = {"maxlength": 60}
        self.initial["name"] = ""
