"""What the first person is asked."""

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from risks.forms.risk import Answers


def _secret(label, **options):
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, strip=False, max_length=200, widget=widget, **options)


class FirstPersonForm(Answers):
    name = forms.CharField(
        label=gettext_lazy("What is your name?"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=gettext_lazy("By which e-mail will you sign in?"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = _secret(
        gettext_lazy("Choose a password"), help_text=gettext_lazy("At least 12 characters; a few words that only you put together.")
    )
    again = _secret(gettext_lazy("The same password again"))
    code = forms.CharField(
        label=gettext_lazy("Which six digits does the app show now?"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def clean_password(self):
        """Weak ones are told before the code is used up."""
        password = self.cleaned_data["password"]
        password_validation.validate_password(password)
        return password

    def clean(self):
        answers = super().clean()
        if "password" in answers and answers.get("again") != answers["password"]:
            self.add_error("again", _("The two passwords differ; type them anew."))
        return answers
