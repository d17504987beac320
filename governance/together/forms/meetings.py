"""Forms over the pair's meeting: its day, its minutes, an action and its end."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.together import meetings
from risks.forms import choices
from risks.forms.risk import Answers

DAY = {"type": "date"}


class DayForm(Answers):
    meets_on = forms.DateField(label=_("When do the two meet?"), widget=forms.DateInput(attrs=DAY))


class MinutesForm(Answers):
    minutes = forms.CharField(
        label=_("What was said?"), max_length=meetings.LONGEST_MINUTES, widget=forms.Textarea(attrs={"rows": 6})
    )


class ActionForm(Answers):
    text = forms.CharField(label=_("What is done?"), max_length=meetings.LONGEST_ACTION)
    owner = forms.ModelChoiceField(label=_("Who sees to it?"), queryset=None, empty_label=None)
    due_on = forms.DateField(label=_("By when?"), widget=forms.DateInput(attrs=DAY))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["owner"].queryset = choices.people()


class DoneForm(Answers):
    note = forms.CharField(label=_("What shows that it is done?"), max_length=meetings.LONGEST_NOTE)
