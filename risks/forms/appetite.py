"""Appetite and tolerance of one place: a row for every kind of risk that has its own, points always, money where asked."""

from dataclasses import replace
from decimal import Decimal

from django import forms
from django.utils.translation import gettext as _

from risks import appetite
from risks.appetite import ALL, Bounds, bounds_of
from risks.forms.risk import Answers
from risks.models import Appetite, Risk

POINTS = ("appetite", "tolerance")
AMOUNTS = ("appetite_amount", "tolerance_amount")


class AppetiteForm(Answers):
    """For all, and for each kind that has its own; `unit` None: of the whole organisation. Without `with_money` the sums that hold
    are left as they are."""

    def __init__(self, *args, unit=None, with_money=False, **options):
        rows = {row.category: row for row in Appetite.objects.filter(unit=unit)}
        super().__init__(*args, **options)
        self.names = POINTS + (AMOUNTS if with_money else ())
        self.needs_all = unit is None
        labels = dict(
            zip(
                (*POINTS, *AMOUNTS),
                (_("Appetite"), _("Tolerance"), _("Appetite in money"), _("Tolerance in money")),
                strict=True,
            )
        )
        for category in (ALL, *Risk.Category.values):
            row = rows.get(category)
            known = bounds_of(row) or (Bounds(*appetite.OFFERED) if category == ALL and self.needs_all else None)
            self.fields[f"version_{category}"] = forms.IntegerField(widget=forms.HiddenInput, initial=row.version if row else 0)
            for name in self.names:
                self.fields[f"{name}_{category}"] = self._field(name, labels[name], known, required=category == ALL)
        if with_money:
            self._ask_bad_years(bounds_of(rows.get(ALL)))

    def _ask_bad_years(self, known):
        chance = known.bad_year_chance if known else None
        self.fields["bad_year_amount_"] = forms.DecimalField(
            label=_("A bad year of everything together costs more than"),
            max_digits=18,
            decimal_places=2,
            initial=known.bad_year_amount if known else None,
            required=False,
        )
        self.fields["bad_year_chance_"] = forms.DecimalField(
            label=_("and happens with a chance of at most, percent"),
            max_digits=5,
            decimal_places=2,
            initial=None if chance is None else f"{(chance * 100).normalize():f}",
            required=False,
        )

    @property
    def bad_years(self):
        """The two fields about everything together."""
        return [self[name] for name in ("bad_year_amount_", "bad_year_chance_") if name in self.fields]

    def _field(self, name, label, known, *, required):
        if name in POINTS:
            initial = getattr(known, f"{name}_points", None)
            return forms.IntegerField(
                label=label, min_value=0, max_value=100, initial=initial, required=required and self.needs_all
            )
        initial = getattr(known, name, None)
        return forms.DecimalField(
            label=label, min_value=Decimal(0), max_digits=18, decimal_places=2, initial=initial, required=False
        )

    @property
    def rows(self):
        """(category, its word, version, the fields of what was asked in order), all others first."""
        for category, word in ((ALL, _("Every kind without its own row")), *Risk.Category.choices):
            yield category, word, self[f"version_{category}"], *(self[f"{name}_{category}"] for name in self.names)

    @property
    def wanted(self):
        """What appetite.agree takes."""
        found = {}
        for category in (ALL, *Risk.Category.values):
            said = [self.cleaned_data[f"{name}_{category}"] for name in self.names]
            if said[:2] == [None, None]:
                found[category] = None
            else:
                found[category] = Bounds(*said) if len(said) > len(POINTS) else tuple(said)
        if self.bad_years and found[ALL] is not None:
            chance = self.cleaned_data["bad_year_chance_"]
            found[ALL] = replace(
                found[ALL],
                bad_year_amount=self.cleaned_data["bad_year_amount_"],
                bad_year_chance=None if chance is None else chance / 100,
            )
        return found

    @property
    def versions(self):
        return {category: self.cleaned_data[f"version_{category}"] for category in (ALL, *Risk.Category.values)}

    def clean(self):
        answers = super().clean()
        for category in (ALL, *Risk.Category.values):
            fields = [f"{name}_{category}" for name in self.names]
            missing = [name for name in fields[:2] if answers.get(name) is None]
            if self.errors.keys() & set(fields) or not missing or not any(answers.get(name) is not None for name in fields):
                continue
            self.add_error(missing[0], _("Appetite and tolerance belong together; fill both or neither."))
        said = [name for name in ("bad_year_amount_", "bad_year_chance_") if answers.get(name) is not None]
        if said and answers.get("appetite_") is None and not self.needs_all:
            self.add_error(said[0], _("Say appetite and tolerance of every kind here as well; a row holds whole."))
        return answers
