"""Forms over achievements: the words that publish one, a verified amount, and what backs a plan."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.together import achievement_page, achievements, backing
from risks.forms.risk import Answers


class WordsForm(Answers):
    words = forms.CharField(label=_("What was reached, in words for everybody"), max_length=achievements.LONGEST)


class AmountForm(Answers):
    amount = forms.DecimalField(label=_("How much less does a modelled year cost?"), max_digits=18, decimal_places=2)


class BackingForm(Answers):
    treatment = forms.ModelChoiceField(label=_("Which plan of the other office?"), queryset=None, empty_label=_("Choose a plan"))
    amount = forms.DecimalField(label=_("Money"), max_digits=14, decimal_places=2, required=False)
    person_days = forms.IntegerField(label=_("Days of people"), min_value=0, max_value=backing.MOST_DAYS, required=False)
    words = forms.CharField(label=_("What it is for"), max_length=backing.LONGEST, required=False)

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        self.fields["treatment"].queryset = achievement_page.plans_to_back(user)
