"""The forms of the six steps."""

from decimal import Decimal
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.setup.guests import SEATS, Named
from portal.people.currencies import CODES, OFTEN
from portal.people.models import Appointment
from risks import meanings, scales, wording
from risks.forms.risk import Answers
from risks.meanings import MEASURED, OFFERED, Meaning, Scale
from risks.models import ScaleMeaning

LONGEST_LIST = 60_000


def _currencies():
    return [
        (_("Often"), [(code, code) for code in OFTEN]),
        (_("All others"), [(code, code) for code in sorted(CODES - set(OFTEN))]),
    ]


class OrganisationForm(Answers):
    name = forms.CharField(label=gettext_lazy("What is the organisation called?"), max_length=120)
    currency = forms.ChoiceField(
        label=gettext_lazy("In which currency do we count?"),
        choices=_currencies,
        help_text=gettext_lazy("Set once: every amount in the register is written in it."),
    )
    time_zone = forms.CharField(
        label=gettext_lazy("Whose clock says what is due today?"),
        max_length=64,
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
        help_text=gettext_lazy("A zone such as Europe/Berlin. Everybody may read times in their own."),
    )
    fiscal_year_starts_month = forms.TypedChoiceField(
        label=gettext_lazy("In which month does the fiscal year begin?"), choices=list(MONTHS.items()), coerce=int
    )
    working_days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On which days do people work?"),
        choices=[(day + 1, word) for day, word in WEEKDAYS.items()],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(label=gettext_lazy("In which language do we write?"), choices=settings.LANGUAGES)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    zones = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/")))

    def __init__(self, *args, organisation=None, **options):
        if organisation is not None:
            options["initial"] = {name: getattr(organisation, name) for name in self.base_fields}
        else:
            options["initial"] = {"currency": "EUR", "time_zone": "Europe/Berlin", "working_days": [1, 2, 3, 4, 5]}
        super().__init__(*args, **options)
        if organisation is not None and organisation.set_up_at is not None:
            self.fields["currency"].disabled = True


class UnitsForm(Answers):
    outline = forms.CharField(
        label=gettext_lazy("Which units shall be added?"),
        required=False,
        max_length=LONGEST_LIST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One a line, indented below the one it belongs to. Say what it is in brackets: division, department or site; "
            "a department where nothing is said."
        ),
    )


class LeadersForm(Answers):
    """Holder and substitute of each seat."""

    def __init__(self, *args, **options):
        rows = {row.seat: row for row in Appointment.objects.filter(ended_at=None).select_related("holder", "substitute")}
        options.setdefault("initial", _seated(rows))
        super().__init__(*args, **options)
        for seat in SEATS.values:
            for part, label in (("", _("Name")), ("substitute_", _("Substitute"))):
                self.fields[f"{seat}_{part}name"] = forms.CharField(label=label, max_length=120, required=False)
                self.fields[f"{seat}_{part}email"] = forms.EmailField(label=_("E-mail"), max_length=254, required=False)

    @property
    def rows(self):
        """(seat, its fields) in order."""
        parts = ("name", "email", "substitute_name", "substitute_email")
        return [(seat, [self[f"{seat}_{part}"] for part in parts]) for seat in SEATS]

    @property
    def wanted(self):
        """What guests.seat_all takes."""
        said = self.cleaned_data
        return {
            seat: tuple(Named(said[f"{seat}_{part}name"], said[f"{seat}_{part}email"]) for part in ("", "substitute_"))
            for seat in SEATS.values
        }

    def clean(self):
        answers = super().clean()
        for seat in SEATS.values:
            for part in ("", "substitute_"):
                name, email = answers.get(f"{seat}_{part}name"), answers.get(f"{seat}_{part}email")
                if bool(name) != bool(email) and f"{seat}_{part}email" not in self.errors:
                    self.add_error(f"{seat}_{part}{'email' if name else 'name'}", _("Name and e-mail belong together."))
            if answers.get(f"{seat}_substitute_email") and not answers.get(f"{seat}_email"):
                self.add_error(f"{seat}_email", _("A substitute stands in for somebody; name who that is."))
        return answers


def _seated(rows):
    return {
        f"{seat}_{part}{field}": getattr(person, field)
        for seat, row in rows.items()
        for part, person in (("", row.holder), ("substitute_", row.substitute))
        if person is not None
        for field in ("name", "email")
    }


class LevelsForm(Answers):
    """Where the levels of each scale begin, and their words; what is offered where nothing was said yet."""

    def __init__(self, *args, **options):
        self.known = {row.scale: row for row in ScaleMeaning.objects.all()}
        super().__init__(*args, **options)
        for scale in Scale.values:
            row = self.known.get(scale)
            said = Meaning(tuple(row.bounds), tuple(row.words)) if row else OFFERED[scale]
            self.fields[f"{scale}_version"] = forms.IntegerField(widget=forms.HiddenInput, initial=row.version if row else 0)
            for level in scales.LEVELS:
                if scale in MEASURED and level > scales.LOWEST_LEVEL:
                    label = _("Level %(level)s begins at") % {"level": level}
                    number = forms.DecimalField(label=label, initial=_plain(said.bounds[level - 1]), min_value=0, max_digits=18)
                    number.widget.attrs |= {"step": "any"}
                    self.fields[f"{scale}_bound_{level}"] = number
                self.fields[f"{scale}_words_{level}"] = forms.CharField(
                    label=_("Level %(level)s in words") % {"level": level},
                    initial=str(said.words[level - 1]),
                    required=scale not in MEASURED,
                    max_length=meanings.LONGEST_WORDS,
                )

    @property
    def tables(self):
        """(scale, its title, its unit, rows of (level, word, where it begins or None, words))."""
        for scale in Scale:
            words = wording.LIKELIHOODS if scale == Scale.LIKELIHOOD else wording.IMPACTS
            rows = [
                (level, words[level], self._field(f"{scale}_bound_{level}"), self[f"{scale}_words_{level}"])
                for level in scales.LEVELS
            ]
            yield scale, self[f"{scale}_version"], scale in MEASURED, rows

    def _field(self, name):
        return self[name] if name in self.fields else None

    def meaning(self, scale):
        """What meanings.say takes, with the version it stands on."""
        said = self.cleaned_data
        bounds = ()
        if scale in MEASURED:
            bounds = (Decimal(0), *(said[f"{scale}_bound_{level}"] for level in scales.LEVELS[1:]))
        return Meaning(bounds, tuple(said[f"{scale}_words_{level}"] for level in scales.LEVELS)), said[f"{scale}_version"]

    def take_of(self, scale, error):
        """Put the sentences of an Invalid beside the fields of `scale`."""
        for name, sentences in error.fields.items():
            field = f"{scale}_{name}"
            self.add_error(field if field in self.fields else None, list(sentences))


def _plain(bound):
    return f"{bound.normalize():f}"


class PeopleForm(Answers):
    people = forms.CharField(
        label=gettext_lazy("Who shall be invited?"),
        required=False,
        max_length=LONGEST_LIST,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One a line: name, e-mail, role, unit. Copied from a sheet it fits as well. Without a role somebody is a colleague, "
            "without a unit of the whole organisation."
        ),
    )
