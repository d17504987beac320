"""Forms over indicators: register and change one, write down what was read, say which risks it speaks of."""

from django import forms
from django.utils.translation import gettext_lazy as _

from risks import readings
from risks.forms import choices
from risks.forms.risk import Answers, VersionedForm
from risks.models import Indicator, Risk


def _number(label, hint=""):
    return forms.DecimalField(label=label, help_text=hint, max_digits=18, decimal_places=4)


class IndicatorForm(VersionedForm):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    name = forms.CharField(label=_("What do we watch?"), max_length=200)
    description = forms.CharField(
        label=_("How is it measured?"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    unit_of_measure = forms.CharField(label=_("In what is it counted?"), help_text=_("Such as days or %."), max_length=20)
    direction = forms.ChoiceField(label=_("Which way is worse?"), choices=Indicator.Direction, widget=forms.RadioSelect)
    warning_at = _number(_("From which value on is it watched closely?"))
    breach_at = _number(
        _("From which value on is it outside of its bounds?"), _("Then it adds to the score of the risks it speaks of.")
    )
    every_days = forms.IntegerField(label=_("After how many days is the next reading due?"), min_value=1, max_value=366, initial=30)
    unit = choices.UnitField(label=_("Where is it measured?"))
    owner = forms.ModelChoiceField(label=_("Who sees to its readings?"), queryset=None)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["owner"].queryset = choices.owners()

    @property
    def answers(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def initial_indicator(indicator):
    names = [name for name in IndicatorForm.base_fields if name != "version"]
    return {name: getattr(indicator, name) for name in names} | {"version": indicator.version}


class ReadingForm(Answers):
    value = _number(_("What does it read?"))
    observed_at = forms.DateTimeField(
        label=_("When was it observed?"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    note = forms.CharField(label=_("What should one know about it?"), required=False, max_length=readings.LONGEST_NOTE)


class SpeaksOfForm(Answers):
    risk = forms.CharField(label=_("Which risk?"), help_text=_("Its number, such as R-0017."), max_length=20)

    def __init__(self, *args, user=None, **options):
        super().__init__(*args, **options)
        self.user = user

    def clean_risk(self):
        number = self.cleaned_data["risk"].strip().upper()
        risk = Risk.objects.visible_to(self.user).current().filter(number=number).first()
        if risk is None:
            raise forms.ValidationError(_("No risk you may open has this number. Look it up in the register."))
        return risk
