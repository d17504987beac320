"""Forms over incidents."""

from django import forms
from django.utils.translation import gettext_lazy as _

from risks.forms import choices
from risks.forms.risk import Answers, VersionedForm
from risks.models import IncidentLoss
from risks.response import incidents
from risks.response.forms.fields import Numbers, moment, words


class IncidentForm(VersionedForm):
    """What happened, when and where, and what it belongs to."""

    title = forms.CharField(label=_("What happened?"), max_length=incidents.LONGEST_TITLE)
    description = words(_("Say more, as far as it is known"))
    unit = choices.UnitField(label=_("Where?"))
    noticed_at = moment(_("When was it noticed?"), _("In your time zone. Empty: now."))
    occurred_at = moment(_("When did it begin?"))
    lead = forms.ModelChoiceField(label=_("Who leads?"), queryset=None, required=False, empty_label=_("Nobody yet"))
    risks = Numbers("risk", label=_("Which risks are these?"), help_text=_("Numbers, such as R-0017 R-0022."))
    assets = Numbers("asset", label=_("Which assets are hit?"), help_text=_("Numbers, such as A-0004."))
    is_confidential = forms.BooleanField(
        label=_("Confidential: only the leaders, whoever leads it and whoever reported it may open it"), required=False
    )

    def __init__(self, *args, user, offered, **options):
        super().__init__(*args, **options)
        self.fields["lead"].queryset = choices.owners()
        self.fields["lead"].choices = [("", _("Nobody yet")), *offered.owners]
        self.fields["unit"].choices = offered.places
        for name in ("risks", "assets"):
            self.fields[name].user = user

    @property
    def answers(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class MomentForm(Answers):
    at = moment(_("When?"), _("Empty: now."))

    def take(self, error):
        """Either end of an incident is asked for by the same field."""
        super().take(type(error)(str(error), {"at": next(iter(error.fields.values()))}))


class ClosingForm(Answers):
    summary = words(_("What happened, and what was done?"), required=True)
    closed_at = moment(_("When was it over?"), _("Empty: now."))


class LossForm(Answers):
    form = forms.ChoiceField(label=_("Which form of loss?"), choices=IncidentLoss.Form)
    amount = forms.DecimalField(label=_("How much?"), min_value=0, max_digits=18, decimal_places=2)
    is_final = forms.BooleanField(label=_("This is final, no estimate"), required=False)
    reason = forms.CharField(label=_("Where does the number come from?"), required=False, max_length=incidents.LONGEST_REASON)


class LikelihoodForm(Answers):
    risk = forms.ChoiceField(label=_("Which risk?"))
    reason = words(_("Why?"), required=True, rows=2)
    field_order = ["risk", "likelihood_level", "reason"]

    def __init__(self, *args, rows, **options):
        super().__init__(*args, **options)
        self.rows = {str(row.pk): row for row in rows}
        self.fields["risk"].choices = [(key, str(row)) for key, row in self.rows.items()]
        self.fields["likelihood_level"] = choices.strip(
            _("How likely is it since?"), choices.likelihoods, "likelihood", required=True
        )
        self.order_fields(self.field_order)

    def clean_risk(self):
        return self.rows[self.cleaned_data["risk"]]
