"""One form over all parameters of a formula, each as one types it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from risks import formula_bounds, formula_versions, formula_words
from risks.forms.risk import VersionedForm

HINTS = {
    "criticality_points": _("Five numbers, the mildest first, as 0.0 1.0 3.0 5.0 7.0."),
    "reachability_points": _("Four numbers, the nearest first, as 0.0 3.0 5.5 8.0."),
    **dict.fromkeys(formula_bounds.STEPS, _("Days and points, as 1: 1.0, 31: 2.0; empty where it shall not count.")),
}


class FormulaForm(VersionedForm):
    """`formula` is what it starts from."""

    def __init__(self, *args, formula, **options):
        super().__init__(*args, **options)
        self.fields["version"].required = False
        values = formula_words.values(formula)
        for name in formula_bounds.TYPED:
            self.fields[name] = forms.CharField(
                label=formula_bounds.WORDS[name],
                help_text=HINTS.get(name, ""),
                initial=formula_words.write(name, values[name]),
                required=name not in formula_bounds.STEPS,
                max_length=200,
            )
        self.fields["reason"] = forms.CharField(
            label=_("What does it change, and why?"),
            max_length=formula_versions.LONGEST_REASON,
            widget=forms.Textarea(attrs={"rows": 3}),
        )
        self.order_fields(["reason"])

    @property
    def parameters(self):
        return {name: formula_words.read(name, self.cleaned_data[name]) for name in formula_bounds.TYPED}
