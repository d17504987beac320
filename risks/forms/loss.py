"""The guided form of an estimate: how often, and what an event costs by form of loss."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from risks.forms.risk import Answers, VersionedForm
from risks.loss_parts import Downtime, LossPart, part
from risks.models import LossScenario

RATE = {"max_digits": 12, "decimal_places": 5, "min_value": 0}
MONEY = {"max_digits": 18, "decimal_places": 2, "min_value": 0}
PERCENT = {"max_digits": 5, "decimal_places": 2, "min_value": 0, "max_value": 100}
Often, Form = LossScenario.Often, LossScenario.Form


class LossForm(VersionedForm):
    """How often it happens, whose word that is, and how often a second loss follows the first."""

    often = forms.ChoiceField(label=_("How do you know how often it happens?"), choices=Often, widget=forms.RadioSelect)
    low_per_year = forms.DecimalField(label=_("How often a year, at least?"), help_text=_("0.1 is once in ten years."), **RATE)
    mode_per_year = forms.DecimalField(
        label=_("How often, most likely?"), help_text=_("Not for a range that holds nine times in ten."), required=False, **RATE
    )
    high_per_year = forms.DecimalField(label=_("How often a year, at most?"), **RATE)
    vulnerability_percent = forms.DecimalField(
        label=_("Of a hundred attempts, how many succeed?"),
        help_text=_("Only where you count attempts."),
        required=False,
        **PERCENT,
    )
    source = forms.CharField(
        label=_("Where does that come from?"),
        help_text=_("A log, a study, a claim, a person's word."),
        max_length=300,
        required=False,
    )
    estimated_on = forms.DateField(label=_("Estimated on which day?"), widget=forms.DateInput(attrs={"type": "date"}))
    secondary_percent = forms.DecimalField(
        label=_("In how many of a hundred events do the secondary losses follow?"), required=False, **PERCENT
    )

    @property
    def answers(self):
        said = dict(self.cleaned_data)
        succeed, follow = said.pop("vulnerability_percent"), said.pop("secondary_percent")
        said["vulnerability_share"] = Decimal(1) if succeed is None else succeed / 100
        said["secondary_share"] = Decimal(1) if follow is None else follow / 100
        return said


class PartForm(Answers):
    """One form of loss; empty where it costs nothing."""

    low = forms.DecimalField(label=_("At least"), required=False, **MONEY)
    mode = forms.DecimalField(label=_("Most likely"), required=False, **MONEY)
    high = forms.DecimalField(label=_("At most"), required=False, **MONEY)
    is_secondary = forms.BooleanField(label=_("Follows only sometimes"), required=False)
    deductible = forms.DecimalField(label=_("Our share first"), required=False, **MONEY)
    limit = forms.DecimalField(label=_("Insured above it up to"), required=False, **MONEY)
    source = forms.CharField(label=_("Source"), required=False, max_length=200)

    def clean(self):
        said = super().clean()
        if not self.is_blank and not self.errors:
            for name in ("low", "high"):
                if said.get(name) is None:
                    self.add_error(name, _("Fill this in, or empty the whole row."))
        return said

    @property
    def is_blank(self):
        return not any(self.cleaned_data.get(name) is not None for name in ("low", "mode", "high"))


class DowntimeForm(Answers):
    """A standstill: it becomes the lost production of the event."""

    low_hours = forms.DecimalField(label=_("Hours down, at least"), required=False, **MONEY)
    mode_hours = forms.DecimalField(label=_("Most likely"), required=False, **MONEY)
    high_hours = forms.DecimalField(label=_("At most"), required=False, **MONEY)
    value_per_hour = forms.DecimalField(label=_("An hour of the line is worth"), required=False, **MONEY)
    restart = forms.DecimalField(label=_("Restart costs"), required=False, **MONEY)
    penalty = forms.DecimalField(label=_("Penalties for late delivery"), required=False, **MONEY)

    def clean(self):
        said = super().clean()
        if any(said.get(name) is not None for name in self.fields):
            for name in ("low_hours", "mode_hours", "high_hours", "value_per_hour"):
                if said.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Fill this in, or empty the whole standstill."))
        return said

    @property
    def downtime(self):
        said = self.cleaned_data
        if said.get("value_per_hour") is None:
            return None
        return Downtime(**{name: said[name] or Decimal(0) for name in self.fields})


class Estimate:
    """All forms of one page together."""

    def __init__(self, data=None, *, scenario=None, version=0, today=None):
        known = {one.form: one for one in map(part, scenario.losses)} if scenario else {}
        self.main = LossForm(data, initial=_initial(scenario, version, today))
        self.parts = [(form, PartForm(data, prefix=form.lower(), initial=_initial_of_part(known.get(form.value)))) for form in Form]
        down = known.get(Form.PRODUCTIVITY)
        stored = down.downtime if down else None
        values = {name: getattr(stored, name) for name in DowntimeForm.base_fields} if stored else {}
        self.downtime = DowntimeForm(data, prefix="downtime", initial=values)

    def is_valid(self):
        checked = [form.is_valid() for form in self.forms]  # each of them, so that every row says what it lacks
        return all(checked)

    @property
    def forms(self):
        return [self.main, *(form for _form, form in self.parts), self.downtime]

    @property
    def answers(self):
        """What the verb takes."""
        return self.main.answers | {"losses": list(self._losses())}

    def _losses(self):
        downtime = self.downtime.downtime
        for form, said in self.parts:
            told = said.cleaned_data
            if form == Form.PRODUCTIVITY and downtime is not None:
                low, mode, high = downtime.losses
                told = told | {"low": low, "mode": mode, "high": high}
            elif said.is_blank:
                continue
            names = ("low", "mode", "high", "is_secondary", "deductible", "limit", "source")
            kept = downtime if form == Form.PRODUCTIVITY else None
            yield LossPart(form=form.value, downtime=kept, **{name: told[name] for name in names})

    def take(self, error):
        """Put what a rule refuses beside the rows it is about."""
        by_form = {form.value: said for form, said in self.parts}
        for name, sentences in error.fields.items():
            form = by_form.get(name.removeprefix("losses."))
            if form is not None:
                form.add_error("low", list(sentences))
            else:
                field = {"vulnerability_share": "vulnerability_percent", "secondary_share": "secondary_percent"}.get(name, name)
                self.main.add_error(field if field in self.main.fields else None, list(sentences))


def _initial(scenario, version, today):
    if scenario is None:
        return {"often": Often.PERT, "estimated_on": today, "version": version}
    names = ("often", "low_per_year", "mode_per_year", "high_per_year", "source")
    values = {name: getattr(scenario, name) for name in names}
    for name in ("low_per_year", "mode_per_year", "high_per_year"):
        values[name] = None if values[name] is None else f"{values[name].normalize():f}"
    values["vulnerability_percent"] = f"{(scenario.vulnerability_share * 100).normalize():f}"
    values["secondary_percent"] = f"{(scenario.secondary_share * 100).normalize():f}"
    return values | {"estimated_on": today, "version": version}


def _initial_of_part(known):
    if known is None:
        return {}
    names = ("low", "mode", "high", "is_secondary", "deductible", "limit", "source")
    shown = {name: getattr(known, name) for name in names}
    return {name: value for name, value in shown.items() if not (known.downtime and name in ("low", "mode", "high"))}
