"""What is asked when somebody answers for another criticality than the one that follows."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assets.forms.asset import LEVELS
from assets.models import CriticalityOverride
from assets.overrides import LONGEST_REASON


class OverrideForm(forms.Form):
    aspect = forms.ChoiceField(label=_("In which aspect?"), choices=CriticalityOverride.Aspect.choices)
    level = forms.TypedChoiceField(label=_("Which level counts?"), choices=LEVELS[1:], coerce=int)
    reason = forms.CharField(label=_("Why?"), max_length=LONGEST_REASON)
    ends_on = forms.DateField(
        label=_("Until when?"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Within a year."),
    )
