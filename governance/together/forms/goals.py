"""Forms over goals: a theme, a goal with a measure of each office, a reading, an end."""

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from governance.together import goals
from governance.together.forms.decisions import numbers_told
from governance.together.goals import Measure
from governance.together.models import Theme
from risks.forms.risk import Answers, VersionedForm
from risks.models import Risk

DAY = {"type": "date"}
OFFICE_WORDS = (("CIO", _("IT")), ("CISO", _("Security")))


class ThemeForm(Answers):
    name = forms.CharField(label=_("What is it called?"), max_length=goals.LONGEST_NAME)
    about = forms.CharField(
        label=_("What is it about?"), required=False, max_length=goals.LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2})
    )


class ChangedThemeForm(ThemeForm, VersionedForm):
    """The same over a theme that is there."""


class GoalForm(Answers):
    """What both want, and by what each office tells that it is near."""

    theme = forms.ModelChoiceField(label=_("Under which theme?"), queryset=None, empty_label=None)
    title = forms.CharField(label=_("What do both offices want?"), max_length=goals.LONGEST_TITLE)
    about = forms.CharField(
        label=_("What must one know about it?"),
        required=False,
        max_length=goals.LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    from_on = forms.DateField(label=_("From when?"), widget=forms.DateInput(attrs=DAY))
    due_on = forms.DateField(label=_("By when?"), widget=forms.DateInput(attrs=DAY))
    there_for = forms.CharField(
        label=_("Which risks is it there for?"),
        help_text=_("Numbers such as R-0017, parted by commas."),
        required=False,
        max_length=600,
    )

    def __init__(self, *args, user=None, **options):
        super().__init__(*args, **options)
        self.user = user
        self.fields["theme"].queryset = Theme.objects.visible_to(user).current()
        for office, word in OFFICE_WORDS:
            self._add_measure(office.lower(), word)

    def _add_measure(self, prefix, word):
        number = {"max_digits": 18, "decimal_places": 4}
        said = {
            "name": forms.CharField(label=_t("What does %s measure?") % word, max_length=goals.LONGEST_TITLE),
            "counted_in": forms.CharField(
                label=_t("Counted in"), required=False, max_length=goals.LONGEST_UNIT, help_text=_t("days, % of servers, people")
            ),
            "start_value": forms.DecimalField(label=_t("Where does it start?"), **number),
            "target_value": forms.DecimalField(label=_t("What is its target?"), **number),
        }
        self.fields |= {f"{prefix}_{name}": field for name, field in said.items()}

    def clean_there_for(self):
        """The risks of these numbers, as far as the reader may see them."""
        return numbers_told(self.cleaned_data["there_for"], {"R": "risk"}, self.user)

    def told(self):
        """The keywords of goals.propose."""
        told = {name: self.cleaned_data[name] for name in (*goals.FIELDS, "there_for")}
        parts = ("name", "start_value", "target_value", "counted_in")
        measures = {o: Measure(*(self.cleaned_data[f"{o.lower()}_{part}"] for part in parts)) for o in goals.OFFICES}
        return told | {"measures": measures}

    def take(self, error):
        """What is wrong with a measure stands at its name."""
        for name in list(error.fields):
            if name.startswith("measures."):
                error.fields[f"{name.removeprefix('measures.').lower()}_name"] = error.fields.pop(name)
        super().take(error)

    @property
    def beside(self):
        return [self[name] for name in (*goals.FIELDS, "there_for")]

    @property
    def by_office(self):
        parts = ("name", "counted_in", "start_value", "target_value")
        return [(word, [self[f"{office.lower()}_{part}"] for part in parts]) for office, word in OFFICE_WORDS]

    @staticmethod
    def told_of(goal, user):
        """What it says now, as the form shows it. Risks that `user` may not see stay as they are."""
        seen = Risk.objects.visible_to(user).filter(pk__in=[one.pk for one in goals.things_of(goal)])
        kept = {name: getattr(goal, name) for name in goals.FIELDS} | {"there_for": ", ".join(one.number for one in seen)}
        for office, one in goals.measures_of(goal).items():
            plain = {part: getattr(one, part) for part in ("name", "counted_in")}
            numbers = {part: getattr(one, part).normalize() for part in ("start_value", "target_value")}
            kept |= {f"{office.lower()}_{part}": value for part, value in (plain | numbers).items()}
        return kept


class ChangedGoalForm(GoalForm, VersionedForm):
    """The same over a goal that is there."""

    def kept(self, goal):
        """The keywords of goals.change; risks that the reader may not see stay named."""
        seen = {one.pk for one in Risk.objects.visible_to(self.user).filter(pk__in=[one.pk for one in goals.things_of(goal)])}
        unseen = [one for one in goals.things_of(goal) if one.pk not in seen]
        told = self.told()
        return told | {"version": self.cleaned_data["version"], "there_for": [*told["there_for"], *unseen]}


class GoalReadingForm(Answers):
    office = forms.ChoiceField(label=_("Whose measure?"), choices=OFFICE_WORDS)
    value = forms.DecimalField(label=_("What does it say?"), max_digits=18, decimal_places=4)
    happened_on = forms.DateField(
        label=_("On which day?"), widget=forms.DateInput(attrs=DAY), help_text=_("Today, if left empty."), required=False
    )
    note = forms.CharField(label=_("Where is it from?"), required=False, max_length=goals.LONGEST_NOTE)


class EndForm(Answers):
    reason = forms.CharField(
        label=_("Why is it no goal any more?"), max_length=goals.LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2})
    )
