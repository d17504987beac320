"""The two answers of a concern, and how the triage desk settles one."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from risks import wanted
from risks.forms import choices
from risks.forms.risk import Answers
from risks.models import Risk


class ConcernForm(Answers):
    """What somebody noticed, and where; whoever looks after the register asks the rest."""

    text = forms.CharField(
        label=_("What could happen?"), max_length=wanted.LONGEST_TITLE, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    unit = choices.UnitField(label=_("Where?"))
    is_anonymous = forms.BooleanField(label=_("Only the triage desk may know that it was me"), required=False)

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        self.fields["unit"].choices = choices.Offered().places
        if user.unit_id and not self.is_bound:
            self.initial.setdefault("unit", user.unit_id)


class BecomingForm(Answers):
    """As what the register takes it; where it is known already, the number is enough."""

    title = forms.CharField(label=_("What could happen?"), max_length=wanted.LONGEST_TITLE, required=False)
    category = forms.ChoiceField(label=_("What kind?"), choices=Risk.Category, required=False)
    known = forms.CharField(
        label=_("Or which risk is it already?"), help_text=_("A number such as R-0017."), max_length=12, required=False
    )

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        self.user = user

    def clean_known(self):
        """The open risk of that number, as far as the reader may see it."""
        told = self.cleaned_data["known"].strip().upper()
        if not told:
            return None
        found = Risk.objects.visible_to(self.user).current().filter(number=told, state=Risk.State.OPEN).first()
        if found is None:
            raise ValidationError(_t("There is no open risk of this number that you may see."))
        return found

    def clean_category(self):
        return self.cleaned_data["category"] or Risk.Category.IT


class AnswerForm(Answers):
    answer = forms.CharField(
        label=_("What do you answer?"), max_length=wanted.LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )
