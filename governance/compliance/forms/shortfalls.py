"""What is asked when a shortfall becomes a plan."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.change.models import Initiative
from portal.web.api.fields import by_id_or_number
from risks.forms import choices
from risks.forms.risk import Answers
from risks.models import Risk


class ShortfallTreatmentForm(Answers):
    risk = forms.CharField(label=_("Which risk does it treat?"), help_text=_("A number such as R-0017."), max_length=20)
    owner = forms.ModelChoiceField(label=_("Who answers for the plan?"), queryset=None, empty_label=_("Choose somebody"))
    due_on = forms.DateField(label=_("Until when?"), widget=forms.DateInput(attrs={"type": "date"}))
    likelihood_level = forms.TypedChoiceField(
        label=_("How likely is it then?"), choices=[(level, str(level)) for level in range(1, 6)], coerce=int
    )
    cost = forms.DecimalField(label=_("What does it cost?"), min_value=0, max_digits=16, decimal_places=2, initial=0)

    def __init__(self, *args, user, offered=None, **options):
        super().__init__(*args, **options)
        self.user = user
        _name(self, ["owner"], offered or choices.Offered())

    def clean_risk(self):
        told = self.cleaned_data["risk"].strip().split(" ")[0].upper()
        found = by_id_or_number(Risk.objects.visible_to(self.user).open().current(), told)
        if found is None:
            raise forms.ValidationError(_("There is no open risk of this number that you may see."))
        return found


class ShortfallInitiativeForm(Answers):
    kind = forms.ChoiceField(label=_("What kind of change is it?"), choices=Initiative.Kind)
    owner = forms.ModelChoiceField(label=_("Who sees to it?"), queryset=None, empty_label=_("Choose somebody"))
    sponsor = forms.ModelChoiceField(label=_("Who pays for it?"), queryset=None, empty_label=_("Choose somebody"))

    def __init__(self, *args, offered=None, **options):
        super().__init__(*args, **options)
        _name(self, ["owner", "sponsor"], offered or choices.Offered())


def _name(form, names, offered):
    """Who may be named in these fields, read once for all of them."""
    for name in names:
        field = form.fields[name]
        field.queryset = choices.owners()
        field.choices = [("", field.empty_label), *offered.owners]
