"""What comes where a risk stands above tolerance and nothing is planned or accepted yet."""

from django import forms
from django.utils.translation import gettext_lazy as _

from risks import breaches
from risks.forms.risk import VersionedForm
from risks.models import Breach


class CourseForm(VersionedForm):
    course = forms.ChoiceField(label=_("What comes?"), choices=Breach.Course, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Why?"), max_length=breaches.LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3}))
    until = forms.DateField(
        label=_("By which day is it there?"),
        help_text=_("Within 30 days. After that day the question comes back."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
