"""Forms over the ledger: a line, its end, what it saved."""

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from governance.change import ledger
from governance.change.models import Initiative
from portal.people import currencies
from risks.forms import choices
from risks.forms.risk import Answers, VersionedForm
from risks.models import Control, Office, Risk

DAY = {"type": "date"}


def _day(label, help_text=""):
    return forms.DateField(label=label, required=False, help_text=help_text, widget=forms.DateInput(attrs=DAY))


class LineForm(VersionedForm):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    vendor = forms.CharField(label=_("To whom is it paid?"), max_length=ledger.TEXTS["vendor"])
    product = forms.CharField(label=_("For what?"), max_length=ledger.TEXTS["product"])
    capability = forms.CharField(
        label=_("What does it do?"),
        max_length=ledger.TEXTS["capability"],
        help_text=_("In one or two words, the same for all that do the same: Monitoring, Backup, Sign-in."),
    )
    unit = choices.UnitField(label=_("For which part of the organisation?"))
    paid_by = forms.ChoiceField(label=_("Which office pays?"), choices=Office, widget=forms.RadioSelect)
    serves = forms.ChoiceField(
        label=_("For which office is it?"), choices=[("", _("The one that pays")), *Office.choices], required=False
    )
    owner = forms.ModelChoiceField(label=_("Who looks after it?"), queryset=None)
    yearly_cost = forms.DecimalField(
        label=_("What does it cost in a year?"),
        help_text=_("In the organisation's currency; left empty where the contract is in another one."),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
    )
    original_cost = forms.DecimalField(
        label=_("What does the contract say, where it is in another currency?"),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
    )
    currency = forms.ChoiceField(label=_("In which currency?"), required=False)
    rate = forms.DecimalField(
        label=_("What is one unit of it worth in ours?"), required=False, min_value=0, max_digits=16, decimal_places=8
    )
    rated_on = _day(_("Of which day is that rate?"))
    contract = forms.CharField(label=_("Contract"), max_length=ledger.TEXTS["contract"], required=False)
    starts_on = _day(_("Since when?"))
    renews_on = _day(_("When does it go on by itself?"))
    notice_days = forms.IntegerField(
        label=_("How many days before must it be ended?"), required=False, min_value=0, max_value=ledger.MOST_NOTICE_DAYS
    )
    initiative = forms.ModelChoiceField(label=_("Which initiative is it for?"), queryset=None, required=False)
    control = forms.ModelChoiceField(label=_("Which control does it pay for?"), queryset=None, required=False)
    risk = forms.CharField(
        label=_("Which risk is it there to lower?"), help_text=_("Its number, such as R-0017."), max_length=20, required=False
    )

    def __init__(self, *args, offered, user, without=(), **options):
        """`without`: what it is for that `user` may not open, which stays as it is."""
        super().__init__(*args, **options)
        self.user = user
        self.fields["currency"].choices = [("", _("The organisation's")), *((code, code) for code in sorted(currencies.CODES))]
        self.fields["owner"].queryset = choices.owners()
        self.fields["owner"].choices = [("", _("Choose somebody")), *offered.owners]
        self.fields["unit"].choices = offered.places
        self.fields["initiative"].queryset = Initiative.objects.visible_to(user).current().order_by("number")
        self.fields["control"].queryset = Control.objects.visible_to(user).current().order_by("number")
        for name in without:
            del self.fields[name]

    def clean_risk(self):
        number = self.cleaned_data["risk"].strip().upper()
        risk = Risk.objects.visible_to(self.user).current().filter(number=number).first()
        if number and risk is None:
            raise forms.ValidationError(_t("No risk you may open has this number. Look it up in the register."))
        return risk

    @property
    def answers(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def initial(line):
    told = {name: getattr(line, name) for name in ledger.FIELDS} | {"version": line.version}
    return told | {"risk": line.risk.number if line.risk else ""}


class EndingForm(Answers):
    ended_on = _day(_("On which day was it over?"), _("Left empty it is today."))


class ConfirmingForm(Answers):
    confirmed = forms.DecimalField(label=_("What does that save in a year?"), min_value=0, max_digits=14, decimal_places=2)
