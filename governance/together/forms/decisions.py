"""Forms over a question: its words, its options, taking it back."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from governance.together import foundation, wanted
from governance.together.wanted import LETTERS, Option
from portal import subjects
from risks.forms import choices
from risks.forms.risk import Answers, VersionedForm

_NUMBERS = re.compile(r"[\s,;]+")


def _words(label, hint="", *, required=True, rows=3):
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=hint, required=required, max_length=wanted.LONGEST_TEXT, widget=widget)


def _day(label):
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))


def numbers_told(text, letters, user):
    """What `user` may see of the numbers in `text`, in their order; `letters` are those of the kinds that may be named. Raises
    ValidationError where there is nothing of a number."""
    found, missing = [], []
    for told in dict.fromkeys(one.upper() for one in _NUMBERS.split(text) if one):
        kind = letters.get(told[:1])
        row = kind and subjects.of_kind(kind).visible_to(user).filter(number=told, archived_at=None).first()
        found.append(row) if row else missing.append(told)
    if missing:
        raise ValidationError(_t("There is nothing of this number that you may see: %s.") % ", ".join(missing))
    return found


class DecisionForm(Answers):
    """The question and what is around it; the options stand in forms of their own."""

    title = forms.CharField(label=_("What is it called?"), max_length=wanted.LONGEST_TITLE)
    question = _words(_("What must be decided?"), _("One question that an option answers."), rows=2)
    context = _words(_("What must one know to decide it?"), required=False, rows=5)
    unit = choices.UnitField(label=_("Where does it apply?"))
    rests_on = forms.CharField(
        label=_("What does it rest on?"),
        help_text=_("Numbers such as R-0017 or A-0003, parted by commas. When such a risk moves, this is asked anew."),
        required=False,
        max_length=600,
    )
    proposed_option = forms.ChoiceField(
        label=_("Which option do you ask for?"), choices=[("", _("None yet")), *((one, one) for one in LETTERS)], required=False
    )
    decide_by = forms.DateField(
        label=_("By when is an answer needed?"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    delay_cost_per_month = forms.DecimalField(
        label=_("What does a month later cost the business?"), required=False, min_value=0, max_digits=18, decimal_places=2
    )
    touches_safety = forms.BooleanField(label=_("People could be hurt, so the CSO answers as well"), required=False)
    is_confidential = forms.BooleanField(label=_("Only the leaders and I read this"), required=False)

    def __init__(self, *args, user=None, **options):
        super().__init__(*args, **options)
        self.user = user

    def clean_rests_on(self):
        """The things of these numbers, as far as the reader may see them."""
        return numbers_told(self.cleaned_data["rests_on"], foundation.LETTERS, self.user)


class ChangeForm(DecisionForm, VersionedForm):
    """The same over a question that is written down."""


class OptionForm(forms.Form):
    title = forms.CharField(label=_("What would we do?"), max_length=wanted.LONGEST_TITLE, required=False)
    description = _words(_("What follows from it?"), required=False, rows=2)
    cost = forms.DecimalField(label=_("What does it cost?"), required=False, min_value=0, max_digits=18, decimal_places=2)
    ready_on = _day(_("Ready on, most likely"))
    earliest_on = _day(_("In one case of ten ready before"))
    latest_on = _day(_("In one case of ten ready after"))
    residual_loss_per_year = forms.DecimalField(
        label=_("Loss a year that remains"), required=False, min_value=0, max_digits=18, decimal_places=2
    )
    conditions = _words(
        _("On what conditions?"),
        _("One a line. They become steps with a day once this option is decided."),
        required=False,
        rows=2,
    )

    @property
    def letter(self):
        return LETTERS[int(self.prefix.rsplit("-", 1)[-1])]

    @property
    def is_blank(self):
        return not any(value not in (None, "") for value in self.cleaned_data.values())


class _Options(forms.BaseFormSet):
    def clean(self):
        """Written from the first on, without a gap, so that a letter is what one sees."""
        blank = [form.is_blank for form in self.forms if hasattr(form, "cleaned_data")]
        if True in blank and False in blank[blank.index(True) :]:
            raise ValidationError(_("Write the options one after the other, without leaving one empty between."))

    def options(self):
        return [Option(**form.cleaned_data) for form in self.forms if not form.is_blank]


OptionForms = forms.formset_factory(
    OptionForm, formset=_Options, extra=len(LETTERS), max_num=len(LETTERS), absolute_max=len(LETTERS), validate_max=True
)


class WithdrawalForm(Answers):
    reason = _words(_("Why does it need no answer any more?"))
