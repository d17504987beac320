"""Forms over plans: what a plan is about, and what a draft says, in three formsets."""

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from portal.people.models import Appointment, User
from portal.web.named import Named, NameField
from risks.forms import choices
from risks.forms.risk import Answers, VersionedForm
from risks.models import Office, Phase, PlanClock
from risks.response import plan_content
from risks.response.forms.fields import Numbers, moment, words
from risks.response.plan_content import KEEP, Action, Contact, Duty


class PlanForm(VersionedForm):
    name = forms.CharField(label=_("For which scenario?"), max_length=200)
    unit = choices.UnitField(label=_("Where?"))
    owner = forms.ModelChoiceField(label=_("Who keeps it?"), queryset=None)
    risks = Numbers("risk", label=_("Which risks is it for?"), help_text=_("Numbers, such as R-0017."))
    assets = Numbers(
        "asset", label=_("Which assets must come back?"), help_text=_("Numbers, such as A-0004. How soon is said with each asset.")
    )
    review_every_days = forms.IntegerField(label=_("Look again after how many days?"), min_value=1, max_value=366, initial=180)

    def __init__(self, *args, user, offered, **options):
        super().__init__(*args, **options)
        self.fields["owner"].queryset = choices.owners()
        self.fields["owner"].choices = offered.owners
        self.fields["unit"].choices = offered.places
        for name in ("risks", "assets"):
            self.fields[name].user = user

    @property
    def answers(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class Doer(NameField):
    """Who acts, a person or a seat; the answer is what the rules take."""

    def clean(self, value):
        who = super().clean(value)
        return {"person": who, "seat": ""} if isinstance(who, User) else {"person": None, "seat": who or ""}


def doers(people):
    """People and seats in one list."""
    return Named(people, {str(seat.label): seat for seat in Appointment.Seat})


class Row(Answers):
    """One row of a formset; an empty one is none. Its names are those of the page's one list."""

    ASKED: tuple[str, ...] = ()

    def __init__(self, *args, named, **options):
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field, NameField):
                field.named = named

    @property
    def is_blank(self):
        return not any(self.cleaned_data.get(name) for name in self.ASKED)

    def clean(self):
        told = super().clean()
        if not self.is_blank:
            for name in self.ASKED:
                if not told.get(name) and name not in self.errors:
                    self.add_error(name, _("Fill this in, or empty the whole row."))
        return told


class ActionForm(Row):
    ASKED = ("title",)
    phase = forms.ChoiceField(label=_("In which phase?"), choices=Phase, initial=Phase.CONTAIN)
    office = forms.ChoiceField(label=_("Whose action?"), choices=Office)
    title = forms.CharField(label=_("What is done?"), max_length=plan_content.LONGEST_TITLE, required=False)
    doer = Doer(label=_("By whom?"), required=False)
    minutes_allowed = forms.IntegerField(
        label=_("Within how many minutes?"), required=False, min_value=1, max_value=plan_content.MOST_MINUTES
    )
    done_when = forms.CharField(label=_("When is it done?"), required=False, max_length=plan_content.LONGEST_WORDS)

    @property
    def row(self):
        told = self.cleaned_data
        return Action(
            told["phase"],
            told["office"],
            told["title"],
            **told["doer"],
            minutes_allowed=told["minutes_allowed"],
            done_when=told["done_when"],
        )


class ContactForm(Row):
    ASKED = ("name", "role")
    keeps = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Who?"), max_length=plan_content.LONGEST_NAME, required=False)
    role = forms.CharField(label=_("As what?"), max_length=plan_content.LONGEST_NAME, required=False)
    reach = forms.CharField(label=_("How to reach them at work?"), max_length=plan_content.LONGEST_REACH, required=False)
    private = forms.CharField(
        label=_("And at home?"),
        help_text=_("Shown in an activated plan alone. What is kept is not shown here; write to replace it."),
        max_length=plan_content.LONGEST_REACH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    called_by = forms.IntegerField(label=_("Called by which row?"), required=False, min_value=1)
    account = NameField(label=_("Which account is theirs?"), required=False)

    @property
    def row(self):
        told = self.cleaned_data
        private = told["private"] or (KEEP if told["keeps"] else "")
        return Contact(told["name"], told["role"], told["reach"], told["account"], told["called_by"], private, told["keeps"])


class ClockForm(Row):
    ASKED = ("law", "name", "amount")
    law = forms.CharField(label=_("By which law?"), max_length=60, required=False)
    name = forms.CharField(label=_("What is told to whom?"), max_length=plan_content.LONGEST_NAME, required=False)
    amount = forms.IntegerField(label=_("Within how many?"), required=False, min_value=1, max_value=plan_content.MOST_AMOUNT)
    measure = forms.ChoiceField(label=_("Of what?"), choices=PlanClock.Measure)
    starts = forms.ChoiceField(label=_("From when?"), choices=PlanClock.Starts)
    doer = Doer(label=_("Who tells?"), required=False)

    @property
    def row(self):
        told = self.cleaned_data
        return Duty(told["law"], told["name"], told["amount"], told["measure"], told["starts"], **told["doer"])


def _rows(form, most):
    made = formset_factory(form, extra=3, max_num=most, absolute_max=most + 1, validate_max=True)

    class Rows(made):
        """The rows there are, three more to fill in."""

        @property
        def said(self):
            return [one.row for one in self.forms if not one.is_blank]

    return Rows


Actions = _rows(ActionForm, plan_content.MOST_ACTIONS)
Contacts = _rows(ContactForm, plan_content.MOST_CONTACTS)
Clocks = _rows(ClockForm, plan_content.MOST_CLOCKS)


class VersionForm(VersionedForm):
    """The version that was read."""


class RetireForm(Answers):
    reason = words(_("Why does nobody act by it any more?"), required=True, most=plan_content.LONGEST_WORDS)


class ActivationForm(Answers):
    """For which incident a plan is activated."""

    incident = forms.ChoiceField(label=_("For which incident?"))
    aware_at = moment(
        _("Since when are we aware of it?"), _("The notification clocks count from here. Empty: when it was noticed.")
    )

    def __init__(self, *args, incidents, **options):
        super().__init__(*args, **options)
        self.rows = {str(one.pk): one for one in incidents}
        self.fields["incident"].choices = [(key, str(one)) for key, one in self.rows.items()]

    def clean_incident(self):
        return self.rows[self.cleaned_data["incident"]]


class NoteForm(Answers):
    text = words(_("What happened?"), required=True, most=1000, rows=2)


class MaterialForm(Answers):
    at = moment(_("Since when?"), _("Empty: now."))


class EndForm(Answers):
    summary = words(_("What was done, and what is left?"), required=True)
