"""Forms over the ledger: a line, its end, what it saved."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.change import ledger
from governance.change.models import Initiative
from risks.forms import choices
from risks.forms.risk import Answers, VersionedForm
from risks.models import Control, Office

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
    yearly_cost = forms.DecimalField(label=_("What does it cost in a year?"), min_value=0, max_digits=14, decimal_places=2)
    contract = forms.CharField(label=_("Contract"), max_length=ledger.TEXTS["contract"], required=False)
    starts_on = _day(_("Since when?"))
    renews_on = _day(_("When does it go on by itself?"))
    notice_days = forms.IntegerField(
        label=_("How many days before must it be ended?"), required=False, min_value=0, max_value=ledger.MOST_NOTICE_DAYS
    )
    initiative = forms.ModelChoiceField(label=_("Which initiative is it for?"), queryset=None, required=False)
    control = forms.ModelChoiceField(label=_("Which control does it pay for?"), queryset=None, required=False)

    def __init__(self, *args, offered, user, without=(), **options):
        """`without`: what it is for that `user` may not open, which stays as it is."""
        super().__init__(*args, **options)
        self.fields["owner"].queryset = choices.owners()
        self.fields["owner"].choices = [("", _("Choose somebody")), *offered.owners]
        self.fields["unit"].choices = offered.places
        self.fields["initiative"].queryset = Initiative.objects.visible_to(user).current().order_by("number")
        self.fields["control"].queryset = Control.objects.visible_to(user).current().order_by("number")
        for name in without:
            del self.fields[name]

    @property
    def answers(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def initial(line):
    return {name: getattr(line, name) for name in ledger.FIELDS} | {"version": line.version}


class EndingForm(Answers):
    ended_on = _day(_("On which day was it over?"), _("Left empty it is today."))


class ConfirmingForm(Answers):
    confirmed = forms.DecimalField(label=_("What does that save in a year?"), min_value=0, max_digits=14, decimal_places=2)
