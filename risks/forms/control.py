"""The forms of controls and of evidence."""

from decimal import Decimal

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from risks import controls
from risks.forms import choices
from risks.forms.risk import Answers, VersionedForm
from risks.models import Control, ControlRisk, Office, Risk


class ControlForm(VersionedForm):
    name = forms.CharField(label=_("What works against the risk?"), max_length=200)
    description = forms.CharField(
        label=_("How does it work?"), required=False, max_length=controls.LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )
    office = forms.ChoiceField(label=_("Whose office runs it?"), choices=Office, widget=forms.RadioSelect)
    owner = forms.ModelChoiceField(label=_("Who answers for it?"), queryset=None, required=False, empty_label=_("Nobody yet"))
    unit = choices.UnitField(label=_("Where does it work?"))
    design_percent = forms.IntegerField(
        label=_("What share of the risk would it remove, working as designed?"),
        help_text=_("0 to 100 percent."),
        min_value=0,
        max_value=100,
    )
    operating_percent = forms.IntegerField(
        label=_("What share of that does it reach in operation?"),
        help_text=_("0 to 100 percent. Without valid evidence half of it counts."),
        min_value=0,
        max_value=100,
    )
    yearly_cost = forms.DecimalField(
        label=_("What does it cost a year?"), min_value=0, max_digits=18, decimal_places=2, initial=Decimal(0)
    )
    state = forms.ChoiceField(
        label=_("Does it work already?"),
        choices=[(state.value, state.label) for state in controls.BEFORE_RETIREMENT],
        initial=Control.State.IN_FORCE,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        self.fields["owner"].queryset = choices.owners()
        self.user = user

    def take(self, error):
        """Shares are asked for in percent."""
        shares = {"design_effectiveness": "design_percent", "operating_effectiveness": "operating_percent"}
        for name, sentences in error.fields.items():
            field = shares.get(name, name)
            self.add_error(field if field in self.fields else None, list(sentences))

    @property
    def answers(self):
        told = {name: value for name, value in self.cleaned_data.items() if not name.endswith("_percent") and name != "version"}
        told["design_effectiveness"] = Decimal(self.cleaned_data["design_percent"]) / 100
        told["operating_effectiveness"] = Decimal(self.cleaned_data["operating_percent"]) / 100
        return told


def initial_control(control):
    told = {name: getattr(control, name) for name in ("name", "description", "office", "owner", "unit", "yearly_cost", "state")}
    return told | {
        "design_percent": int(control.design_effectiveness * 100),
        "operating_percent": int(control.operating_effectiveness * 100),
        "version": control.version,
    }


class ReasonForm(Answers):
    reason = forms.CharField(label=_("Why?"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class BearingForm(Answers):
    risk = forms.CharField(label=_("Which risk?"), help_text=_("Its number, such as R-0017."), max_length=20)
    bears_on = forms.MultipleChoiceField(
        label=_("What does the control do to it?"), choices=ControlRisk.Side, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, user=None, **options):
        super().__init__(*args, **options)
        self.user = user

    def clean_risk(self):
        number = self.cleaned_data["risk"].strip().upper()
        risk = Risk.objects.visible_to(self.user).current().filter(number=number).first()
        if risk is None:
            raise forms.ValidationError(_("No risk you may open has this number. Look it up in the register."))
        return risk


class EvidenceForm(Answers):
    title = forms.CharField(label=_("What does it show?"), max_length=200)
    file = forms.FileField(label=_("A file"), help_text=_("At most 25 MB. Or a link below."), required=False, allow_empty_file=True)
    link = forms.CharField(label=_("Or a link"), max_length=500, required=False, widget=forms.URLInput)
    collected_on = forms.DateField(label=_("When was it collected?"), widget=forms.DateInput(attrs={"type": "date"}))
    valid_until = forms.DateField(
        label=_("Through which day does it hold?"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args, of_control, **options):
        super().__init__(*args, **options)
        self.fields["valid_until"].required = of_control

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file is not None and file.size > settings.ATTACHMENT_LIMIT:
            raise forms.ValidationError(_("This file is larger than 25 MB. Send a smaller one, or a link."))
        return file

    def clean(self):
        told = super().clean()
        if not self.errors and bool(told.get("file")) == bool(told.get("link")):
            self.add_error("file", _("Give either a file or a link."))
        return told
