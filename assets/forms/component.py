"""What is asked when a bill of materials is brought."""

from django import forms
from django.utils.translation import gettext_lazy as _


class BillForm(forms.Form):
    file = forms.FileField(
        label=_("Which file?"),
        allow_empty_file=True,  # the reader says what is wrong with an empty one
        help_text=_("CycloneDX as JSON, 1.2 to 1.6; up to 40 MB."),
    )
