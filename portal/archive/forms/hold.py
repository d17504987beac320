"""What a legal hold covers."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.archive import periods, redactions
from portal.web.api.fields import by_id_or_number


def kinds() -> list[tuple[str, str]]:
    """Lines of the retention table, then the kinds that hold words of people, which could be redacted."""
    lines = [(one.key, str(one.word)) for one in periods.table()]
    with_words = [one for one in subjects.all_kinds().values() if one.kind not in periods.KEYS and redactions.fields_of(one.kind)]
    return lines + [(one.kind, capfirst(str(one.plural))) for one in with_words]


class DayInput(forms.DateInput):
    input_type = "date"


class HoldForm(forms.Form):
    matter = forms.CharField(label=_("Which matter?"), max_length=120)
    reason = forms.CharField(label=_("Why must nothing go?"), widget=forms.Textarea(attrs={"rows": 3}))
    kinds = forms.MultipleChoiceField(
        label=_("What does it cover?"),
        help_text=_("With nothing chosen and nobody named it covers everything."),
        choices=kinds,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    about = forms.CharField(
        label=_("Which single things or people?"),
        help_text=_("Kind and number, parted by commas: risk R-0017, user 12."),
        required=False,
    )
    covers_from = forms.DateField(label=_("From which day?"), required=False, widget=DayInput)
    covers_to = forms.DateField(label=_("To which day?"), required=False, widget=DayInput)

    def __init__(self, *args: Any, user: Any, **options: Any):
        super().__init__(*args, **options)
        self._user = user

    def clean_about(self) -> list[tuple[str, int]]:
        found = []
        for part in filter(None, (one.strip() for one in self.cleaned_data["about"].split(","))):
            kind, _space, key = part.partition(" ")
            row = None
            if kind in subjects.all_kinds():
                row = by_id_or_number(subjects.of_kind(kind).visible_to(self._user), key.strip())
            if row is None:
                raise forms.ValidationError(_("There is no %(part)s that you may open."), params={"part": part})
            found.append((kind, row.pk))
        return found


class LiftingForm(forms.Form):
    reason = forms.CharField(label=_("Why is the matter over?"))
