"""What is asked when a discovery file is taken in."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from assets import authority
from assets.discovery.intake import LONGEST_SOURCE
from assets.forms import choices
from assets.models import SourceOrder


class DiscoveryForm(forms.Form):
    """One file of one source."""

    file = forms.FileField(
        label=gettext_lazy("Which file?"),
        allow_empty_file=True,  # the reader says what is wrong with an empty one
        help_text=gettext_lazy("nmap XML (-oX), or an inventory as CSV or Excel, also packed with gzip; up to 40 MB unpacked."),
    )
    source = forms.CharField(
        label=gettext_lazy("Who looked?"),
        max_length=LONGEST_SOURCE,
        help_text=gettext_lazy("The same name each time, such as nmap-northfield: what vanished is told by source."),
    )
    unit = choices.UnitField(label=gettext_lazy("Where do new assets belong?"))
    networks = forms.CharField(
        label=gettext_lazy("Which networks did the scan cover?"),
        required=False,
        help_text=gettext_lazy("Only where the file does not say: 10.20.1.0/24, 10.20.2.0/24."),
    )
    headings = forms.CharField(
        label=gettext_lazy("Which columns have other headings?"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("Of a list: Standort = location, Seriennummer = serial. It is remembered for the source."),
    )
    is_complete = forms.BooleanField(label=gettext_lazy("This list is complete: what it leaves out is gone"), required=False)

    def __init__(self, *args: Any, user: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["unit"].queryset = authority.units(user)
        if user.unit_id and not self.is_bound:
            self.initial.setdefault("unit", user.unit_id)

    def clean_headings(self) -> list[str]:
        """Apart by commas or semicolons; the verb says which one says nothing."""
        return [text for text in re.split(r"[,;]", self.cleaned_data["headings"]) if text.strip()]

    def clean_networks(self) -> list[str]:
        """Apart by commas, semicolons or spaces; the verb says which one is none."""
        return [text for text in re.split(r"[\s,;]+", self.cleaned_data["networks"]) if text]


class SourceOrderForm(forms.Form):
    """Whose word counts for one field."""

    field = forms.ChoiceField(label=gettext_lazy("For which field?"), choices=SourceOrder.Field.choices)
    sources = forms.CharField(
        label=gettext_lazy("Whose word counts, the strongest first?"),
        max_length=1300,
        help_text=gettext_lazy("Sources as their runs are named, apart by commas; “by hand” is what people wrote."),
    )

    def clean_sources(self) -> list[str]:
        """Apart by commas; the verb says what is wrong with them."""
        return self.cleaned_data["sources"].split(",")
