"""The one question before a demo is cleared."""

from django import forms
from django.utils.translation import gettext_lazy

from risks.forms.risk import Answers


class ClearingForm(Answers):
    name = forms.CharField(
        label=gettext_lazy("What is the organisation called that shall be cleared?"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
