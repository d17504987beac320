"""Forms at a gate: answer a criterion, ask it no more, ask for a waiver; propose a pattern, use one, name a risk."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.change import gates, patterns
from governance.change.models import Criterion, Pattern
from risks import exceptions
from risks.forms.indicator import SpeaksOfForm
from risks.forms.risk import Answers
from risks.models import RiskException


class AnswerForm(Answers):
    answer = forms.ChoiceField(label=_("Is it met?"), choices=Criterion.Answer, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("What shows it?"), max_length=gates.LONGEST_NOTE, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class DroppingForm(Answers):
    reason = forms.CharField(label=_("Why does security ask this no more?"), max_length=gates.LONGEST_REASON)


class WaiverForm(SpeaksOfForm):
    """What one takes by going on, why, and until when."""

    reason_kind = forms.ChoiceField(label=_("Why is it not met now?"), choices=RiskException.ReasonKind, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Say more, for whoever signs"), max_length=exceptions.LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )
    compensating_control = forms.CharField(
        label=_("What makes up for it meanwhile?"),
        max_length=exceptions.LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    ends_on = forms.DateField(
        label=_("Until which day?"),
        help_text=_("Then the next gate is locked until the criterion is met or waived anew."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["risk"].label = _("Which risk does one take by going on?")


class PatternForm(Answers):
    """How it is built, and below what that answers: a criterion a field, empty where it answers nothing."""

    title = forms.CharField(label=_("What is it called?"), max_length=patterns.LONGEST_TITLE)
    description = forms.CharField(
        label=_("How is it built?"), max_length=patterns.LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for key, question in patterns.questions().items():
            self.fields[f"answer-{key}"] = forms.CharField(
                label=question, required=False, max_length=gates.LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 1})
            )

    @property
    def said(self):
        told = self.cleaned_data
        answers = {name.removeprefix("answer-"): note for name, note in told.items() if name.startswith("answer-")}
        return {"title": told["title"], "description": told["description"], "answers": answers}


class UseForm(Answers):
    pattern = forms.ModelChoiceField(label=_("Which approved pattern is it built by?"), queryset=Pattern.objects.none())

    def __init__(self, *args, offered=(), **options):
        super().__init__(*args, **options)
        self.fields["pattern"].queryset = Pattern.objects.approved()
        self.fields["pattern"].choices = [(one.pk, str(one)) for one in offered]
