"""The form in which an edition is drafted: why, and each criterion with whether it is asked any more."""

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from governance.change import gate_editions
from governance.change.models import Size
from governance.change.models.gate import LONGEST_QUESTION
from portal.errors import Invalid
from risks.forms.risk import Answers, VersionedForm
from risks.models import Office

NEW_LINES = 3


class EditionForm(VersionedForm):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    reason = forms.CharField(
        label=_("What does it ask otherwise, and why?"),
        max_length=gate_editions.LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _words(label):
    return forms.CharField(label=label, required=False, max_length=LONGEST_QUESTION, widget=forms.Textarea(attrs={"rows": 2}))


class CriterionForm(Answers):
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=gate_editions.LONGEST_KEY)
    question = _words(_("What is asked?"))
    evidence = _words(_("What shows it?"))
    opens = forms.ChoiceField(label=_("Before which stage?"), choices=[(one.value, one.label) for one in gate_editions.GATED])
    office = forms.ChoiceField(label=_("Which office owns it?"), choices=Office)
    from_size = forms.ChoiceField(label=_("Asked from which size on?"), choices=Size)
    is_mandatory = forms.BooleanField(label=_("It blocks the stage until it is met or waived"), required=False)
    is_withdrawn = forms.BooleanField(label=_("Ask it no more"), required=False)

    def clean(self):
        told = super().clean()
        if not self.is_left_out:
            for name in gate_editions.TEXTS:
                if not told.get(name) and name not in self.errors:
                    again = _t("Fill this in, or let it be asked no more.")
                    self.add_error(name, again if told.get("key") else _t("Fill this in, or empty the whole criterion."))
        return told

    @property
    def is_left_out(self):
        """Withdrawn, or a new one that nobody filled in."""
        told = self.cleaned_data
        return bool(told.get("is_withdrawn")) or not (told.get("key") or any(told.get(name) for name in gate_editions.TEXTS))


_Criteria = formset_factory(
    CriterionForm,
    extra=NEW_LINES,
    max_num=gate_editions.MOST_CRITERIA + NEW_LINES,
    absolute_max=gate_editions.MOST_CRITERIA + NEW_LINES + 1,
    validate_max=True,
)


class Criteria(_Criteria):
    """What the edition in force asks, or the draft; three more to fill in."""

    @property
    def said(self):
        kept = [form for form in self.forms if not form.is_left_out]
        return [{name: form.cleaned_data[name] for name in gate_editions.FIELDS} for form in kept]

    def take(self, error):
        """Put what a rule refused beside the criterion it is about; returns what is about none, by field."""
        kept = [form for form in self.forms if not form.is_left_out]
        rest = {}
        for name, sentences in error.fields.items():
            place, _dot, field = name.removeprefix("criteria.").partition(".")
            form = kept[int(place)] if place.isdecimal() and int(place) < len(kept) else None
            if form is None:
                rest[name] = sentences
            else:
                form.take(Invalid(str(error), {"" if field == "key" else field: sentences}))
        return rest
