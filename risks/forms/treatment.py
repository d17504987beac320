"""The forms of a plan: the treatment itself, and its steps in one formset."""

from decimal import Decimal

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from risks import plans, scales, wording
from risks.forms import choices
from risks.forms.risk import Answers, VersionedForm
from risks.models import Office, Treatment
from risks.treatments import Step

DAY = {"type": "date"}


class TreatmentForm(VersionedForm):
    """What is done, by when and by whom, and the levels it leads to; a level left open stays as it is."""

    title = forms.CharField(label=_("What is to be done?"), max_length=200)
    kind = forms.ChoiceField(
        label=_("Which way is it?"), choices=Treatment.Kind, widget=forms.RadioSelect, initial=Treatment.Kind.REDUCE
    )
    reason = forms.CharField(label=_("Why this way?"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3}))
    owner = forms.ModelChoiceField(label=_("Who answers for the whole plan?"), queryset=None, empty_label=_("Choose somebody"))
    due_on = forms.DateField(label=_("Done by when?"), widget=forms.DateInput(attrs=DAY))

    def __init__(self, *args, offered, present=None, **options):
        super().__init__(*args, **options)
        self.fields["owner"].queryset = choices.owners()
        self.fields["owner"].choices = [("", _("Choose somebody")), *offered.owners]
        self.fields["likelihood_level"] = choices.strip(_("How likely after it?"), choices.likelihoods, "likelihood")
        for area in scales.IMPACT_AREAS:
            if present is None or getattr(present, f"{area}_level") is not None:
                question = _("How bad after it, %(area)s?") % {"area": wording.AREAS[area]}
                self.fields[f"{area}_level"] = choices.strip(question, choices.impacts, area)

    @property
    def answers(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class StepForm(Answers):
    office = forms.ChoiceField(label=_("Whose step?"), choices=[("", "–"), *Office.choices], required=False)
    title = forms.CharField(label=_("What is done?"), max_length=200, required=False)
    owner = forms.ModelChoiceField(label=_("By whom?"), queryset=None, required=False)
    due_on = forms.DateField(label=_("By when?"), required=False, widget=forms.DateInput(attrs=DAY))
    cost = forms.DecimalField(label=_("At what cost?"), required=False, min_value=0, max_digits=18, decimal_places=2)

    def __init__(self, *args, offered, **options):
        super().__init__(*args, **options)
        self.fields["owner"].queryset = choices.owners()
        self.fields["owner"].choices = [("", "–"), *offered.owners]

    def clean(self):
        told = super().clean()
        if self.is_blank:
            return told
        for name in ("office", "title", "owner", "due_on"):
            if not told.get(name) and name not in self.errors:
                self.add_error(name, _("Fill this in, or empty the whole step."))
        return told

    @property
    def is_blank(self):
        return not any(self.cleaned_data.get(name) for name in ("office", "title", "owner", "due_on", "cost"))

    @property
    def step(self):
        told = self.cleaned_data
        return Step(told["office"], told["title"], told["owner"], told["due_on"], told["cost"] or Decimal(0))


_Steps = formset_factory(StepForm, extra=3, max_num=plans.MOST_STEPS, absolute_max=plans.MOST_STEPS + 1, validate_max=True)


class Steps(_Steps):
    """The open steps of a plan, three more to fill in; an empty one is none."""

    @property
    def said(self):
        return [form.step for form in self.forms if not form.is_blank]


class StepDoneForm(Answers):
    done_on = forms.DateField(label=_("Done on"), required=False, widget=forms.DateInput(attrs=DAY))
