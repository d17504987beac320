"""The table of authority as one form: a line each, empty ones left out."""

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from portal.signing import registry
from risks import authority, scales, wording
from risks.authority import Line
from risks.forms.risk import Answers
from risks.models import Covers

EMPTY_LINES = 3
ASKED = ("covers", "band", "amount", "offices")


class TableForm(Answers):
    """Four answers a line: what, up to which band and sum, who signs."""

    def __init__(self, *args, lines=(), **options):
        super().__init__(*args, **options)
        self.lines = range(1, min(len(lines) + EMPTY_LINES, authority.MOST_LINES) + 1)
        for number in self.lines:
            known = lines[number - 1] if number <= len(lines) else None
            self._ask(number, known)

    def _ask(self, number, known):
        fields = {
            "covers": forms.ChoiceField(
                label=_("Line %(number)d speaks of") % {"number": number}, choices=lambda: [("", "–"), *Covers.choices]
            ),
            "band": forms.ChoiceField(label=_("up to the band"), choices=_bands),
            "amount": forms.DecimalField(label=_("up to the sum"), max_digits=18, decimal_places=2),
            "offices": forms.MultipleChoiceField(label=_("who signs"), choices=_offices, widget=forms.CheckboxSelectMultiple),
        }
        first = (
            {"covers": known.covers, "band": known.up_to_band, "amount": known.up_to_amount, "offices": known.offices}
            if known
            else {}
        )
        for name, field in fields.items():
            field.required = False
            field.initial = first.get(name)
            self.fields[f"{name}_{number}"] = field

    @property
    def rows(self):
        """The bound fields, line by line."""
        return [[self[f"{name}_{number}"] for name in ASKED] for number in self.lines]

    def clean(self):
        said = super().clean()
        for number in self.lines:
            if not said.get(f"covers_{number}") and (said.get(f"amount_{number}") or said.get(f"offices_{number}")):
                self.add_error(f"covers_{number}", _t("Choose what this line speaks of, or empty it."))
        return said

    @property
    def written(self):
        """The lines that speak of something."""
        said = self.cleaned_data
        return [
            Line(said[f"covers_{one}"], said[f"band_{one}"], said[f"amount_{one}"], tuple(said[f"offices_{one}"]))
            for one in self.lines
            if said[f"covers_{one}"]
        ]


def _bands():
    return [(band.key, str(wording.BANDS[band.key])) for band in scales.BANDS]


def _offices():
    return [(office, registry.office_word(office)) for office in authority.OFFICES]
