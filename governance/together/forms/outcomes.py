"""The form that notes what became of a decision."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.together import outcomes
from governance.together.models import DecisionOutcome
from risks.forms.risk import Answers

DAY = {"type": "date"}
MONEY = {"required": False, "min_value": 0, "max_digits": 18, "decimal_places": 2}


class OutcomeForm(Answers):
    what_happened = forms.CharField(
        label=_("What happened?"), max_length=outcomes.LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )
    bore_out = forms.ChoiceField(label=_("What does it bear out?"), choices=DecisionOutcome.Bore)
    happened_on = forms.DateField(
        label=_("When?"), required=False, help_text=_("Today, if left empty."), widget=forms.DateInput(attrs=DAY)
    )
    actual_cost = forms.DecimalField(label=_("What did it cost?"), **MONEY)
    actual_ready_on = forms.DateField(label=_("When was it ready?"), required=False, widget=forms.DateInput(attrs=DAY))
    actual_loss = forms.DecimalField(label=_("What loss came of it so far?"), **MONEY)
