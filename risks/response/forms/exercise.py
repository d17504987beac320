"""Forms over exercises."""

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from risks import scales, wording
from risks.forms import choices
from risks.forms.risk import Answers, VersionedForm
from risks.models import Treatment
from risks.response import exercises
from risks.response.exercises import Fed
from risks.response.forms.fields import words

DAY = {"type": "date"}


class ExerciseForm(VersionedForm):
    title = forms.CharField(label=_("What is tried?"), max_length=200)
    planned_on = forms.DateField(label=_("On which day?"), widget=forms.DateInput(attrs=DAY))
    lead = forms.ModelChoiceField(label=_("Who leads it?"), queryset=None)
    scene = words(_("What are the participants told first?"))

    def __init__(self, *args, offered, **options):
        super().__init__(*args, **options)
        self.fields["lead"].queryset = choices.owners()
        self.fields["lead"].choices = offered.owners

    @property
    def answers(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class InjectForm(Answers):
    at_minute = forms.IntegerField(label=_("After how many minutes?"), required=False, min_value=0, max_value=10_000)
    text = forms.CharField(label=_("What comes up?"), required=False, max_length=exercises.LONGEST)

    def clean(self):
        told = super().clean()
        if told.get("text") and told.get("at_minute") is None and "at_minute" not in self.errors:
            self.add_error("at_minute", _("Say after how many minutes it comes up."))
        return told

    @property
    def row(self):
        return Fed(self.cleaned_data["at_minute"], self.cleaned_data["text"]) if self.cleaned_data.get("text") else None


_Injects = formset_factory(
    InjectForm, extra=3, max_num=exercises.MOST_INJECTS, absolute_max=exercises.MOST_INJECTS + 1, validate_max=True
)


class Injects(_Injects):
    """The notes there are, three more to fill in."""

    @property
    def said(self):
        return [row for form in self.forms if (row := form.row) is not None]


class FindingForm(Answers):
    text = words(_("What did it show?"), required=True, most=exercises.LONGEST, rows=2)
    is_gap = forms.BooleanField(label=_("It is a gap, not something that worked"), required=False, initial=True)


class EndingForm(Answers):
    summary = words(_("How did it go?"), required=True)
    next_due_on = forms.DateField(label=_("Try it again by when?"), required=False, widget=forms.DateInput(attrs=DAY))


class CallOffForm(Answers):
    reason = words(_("Why does it not take place?"), required=True, most=exercises.LONGEST, rows=2)


class GapForm(Answers):
    """A gap as a treatment, in one step."""

    risk = forms.ChoiceField(label=_("Of which risk?"))
    title = forms.CharField(label=_("What is to be done?"), max_length=200)
    kind = forms.ChoiceField(
        label=_("Which way is it?"), choices=Treatment.Kind, widget=forms.RadioSelect, initial=Treatment.Kind.REDUCE
    )
    owner = forms.ModelChoiceField(label=_("Who answers for it?"), queryset=None)
    due_on = forms.DateField(label=_("Done by when?"), widget=forms.DateInput(attrs=DAY))

    def __init__(self, *args, offered, rows, **options):
        super().__init__(*args, **options)
        self.rows = {str(row.pk): row for row in rows}
        self.fields["risk"].choices = [(key, str(row)) for key, row in self.rows.items()]
        self.fields["owner"].queryset = choices.owners()
        self.fields["owner"].choices = offered.owners
        self.fields["likelihood_level"] = choices.strip(_("How likely after it?"), choices.likelihoods, "likelihood")
        for area in scales.IMPACT_AREAS:
            question = _("How bad after it, %(area)s?") % {"area": wording.AREAS[area]}
            self.fields[f"{area}_level"] = choices.strip(question, choices.impacts, area)

    def clean_risk(self):
        return self.rows[self.cleaned_data["risk"]]

    @property
    def answers(self):
        said = dict(self.cleaned_data)
        impact = {area: said.pop(f"{area}_level") for area in scales.IMPACT_AREAS}
        return said | {"impact": impact}
