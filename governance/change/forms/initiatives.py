"""Forms over an initiative: propose it, say it otherwise with its milestones, move it on, stop it."""

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from assets.models import Asset
from governance.change import initiatives, wanted
from governance.change.models import Initiative, Stage
from governance.change.wanted import Planned
from portal import subjects
from risks.forms import choices
from risks.forms.risk import Answers, VersionedForm

DAY = {"type": "date"}
SET_BY_HAND = [(value, word) for value, word in Initiative.Status.choices if value in wanted.SET_BY_HAND]


def _words(label, rows=3):
    return forms.CharField(label=label, required=False, max_length=wanted.LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": rows}))


def _money(label):
    return forms.DecimalField(label=label, required=False, min_value=0, max_digits=18, decimal_places=2)


def _day(label):
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs=DAY))


def _someone(label, **options):
    return forms.ModelChoiceField(label=label, queryset=None, **options)


class InitiativeForm(VersionedForm):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    title = forms.CharField(label=_("What is it called?"), max_length=wanted.LONGEST_TITLE)
    purpose = _words(_("What is it for?"))
    kind = forms.ChoiceField(label=_("What kind of change is it?"), choices=Initiative.Kind, widget=forms.RadioSelect)
    unit = choices.UnitField(label=_("Where does it happen?"))
    sponsor = _someone(_("Who pays for it?"))
    owner = _someone(_("Who sees to it?"))
    security_lead = _someone(_("Who speaks for security, beside the CISO?"), required=False, empty_label=_("Nobody yet"))
    reachability = forms.ChoiceField(label=_("From where can it be reached once it is live?"), choices=Asset.Reachability)
    is_purchase = forms.BooleanField(label=_("Something is bought for it, so its supplier is asked"), required=False)
    touches_safety = forms.BooleanField(label=_("People could be hurt if it fails"), required=False)
    starts_on = _day(_("When does it start?"))
    live_on = _day(_("When is it to be live?"))
    status = forms.ChoiceField(label=_("How does it stand?"), choices=SET_BY_HAND)
    budget = _money(_("What may it cost?"))
    spent = _money(_("What was spent so far?"))
    spent_on = _day(_("Counted up to which day?"))
    benefits = _words(_("What does it bring?"), rows=2)
    benefit_per_year = _money(_("What is that worth in a year?"))

    def __init__(self, *args, offered, **options):
        super().__init__(*args, **options)
        for name in wanted.PEOPLE:
            field = self.fields[name]
            field.queryset = choices.owners()
            field.choices = [("", field.empty_label or _("Choose somebody")), *offered.owners]
        self.fields["unit"].choices = offered.places

    @property
    def answers(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def initial(initiative):
    return {name: getattr(initiative, name) for name in initiatives.FIELDS} | {"version": initiative.version}


class MilestoneForm(Answers):
    title = forms.CharField(label=_("What is reached?"), max_length=wanted.LONGEST_TITLE, required=False)
    due_on = _day(_("On which day?"))
    confidence = forms.IntegerField(label=_("How sure is that, in percent?"), required=False, min_value=0, max_value=wanted.SUREST)

    def clean(self):
        told = super().clean()
        if not self.is_blank:
            for name in ("title", "due_on", "confidence"):
                if told.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, _("Fill this in, or empty the whole milestone."))
        return told

    @property
    def is_blank(self):
        return all(self.cleaned_data.get(name) in (None, "") for name in ("title", "due_on", "confidence"))


_Milestones = formset_factory(
    MilestoneForm, extra=2, max_num=wanted.MOST_MILESTONES, absolute_max=wanted.MOST_MILESTONES + 1, validate_max=True
)


class Milestones(_Milestones):
    """Those not reached yet, two more to fill in; an empty one is none."""

    @property
    def said(self):
        return [Planned(**form.cleaned_data) for form in self.forms if not form.is_blank]


class StageForm(Answers):
    """The stage it moves to, over the version that was read."""

    to = forms.ChoiceField(choices=Stage, widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class ReachingForm(Answers):
    reached_on = _day(_("On which earlier day?"))


class StoppingForm(Answers):
    reason = forms.CharField(label=_("Why is it given up?"), max_length=initiatives.LONGEST_REASON)


class GoalForm(Answers):
    goal = forms.CharField(max_length=20)

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        self.user = user

    def clean_goal(self):
        found = subjects.by_reference(subjects.of_kind("goal").visible_to(self.user), self.cleaned_data["goal"].strip().upper())
        if found is None:
            raise forms.ValidationError(_t("There is no goal of this number that you may open. Give one such as G-0003."))
        return found
