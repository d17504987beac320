"""Likelihood, the worst impact, and why: what an office says of a risk; the other areas may stay open."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from risks import meanings, scales, wanted, wording
from risks.forms import choices
from risks.forms.risk import Answers
from risks.models import Confidence
from risks.rounds import Judgement

OTHERS = tuple(f"{area}_level" for area in scales.IMPACT_AREAS)


class RatingForm(Answers):
    """Two pickers and a reason. `initial` may name the area in which it hurts most."""

    def __init__(self, *args, offers_both=False, versioned=False, **options):
        super().__init__(*args, **options)
        self.fields["likelihood_level"] = choices.strip(
            gettext_lazy("How likely is it now?"), choices.likelihoods, meanings.Scale.LIKELIHOOD, required=True
        )
        self.fields["worst_area"] = forms.ChoiceField(label=gettext_lazy("Where would it hurt most?"), choices=_areas)
        self.fields["worst_level"] = choices.strip(gettext_lazy("How badly there?"), choices.impacts, "", required=True)
        for area in scales.IMPACT_AREAS:
            question = gettext_lazy("How bad, %(area)s?") % {"area": wording.AREAS[area]}
            self.fields[f"{area}_level"] = choices.strip(question, choices.impacts, area)
        self.fields["confidence"] = forms.ChoiceField(
            label=gettext_lazy("How sure are you?"), choices=Confidence, initial=Confidence.MEDIUM
        )
        self.fields["reason"] = forms.CharField(
            label=gettext_lazy("Why?"),
            help_text=gettext_lazy("Facts the other office can answer."),
            max_length=wanted.LONGEST_TEXT,
            widget=forms.Textarea(attrs={"rows": 3}),
        )
        if offers_both:
            words = gettext_lazy("Ask the other office to rate it too; neither sees the other's rating until both have")
            self.fields["both"] = forms.BooleanField(label=words, required=False)
        if versioned:
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean(self):
        """No other area may lie above the one that is said to hurt most."""
        said = super().clean()
        area, worst = said.get("worst_area"), said.get("worst_level")
        for name in OTHERS if worst else ():
            if name != f"{area}_level" and (said.get(name) or 0) > worst:
                self.add_error(name, _("This lies above the area you called the worst; take this one there."))
        return said

    @property
    def judgement(self):
        said = self.cleaned_data
        impact = {area: said[f"{area}_level"] for area in scales.IMPACT_AREAS}
        impact[said["worst_area"]] = said["worst_level"]
        return Judgement(said["likelihood_level"], impact, said["reason"], said["confidence"])

    @property
    def first(self):
        """What is always asked, in order."""
        return [self[name] for name in ("likelihood_level", "worst_area", "worst_level", "reason", "confidence")]

    @property
    def others(self):
        """The areas that may stay open."""
        return [self[name] for name in OTHERS]

    @property
    def last(self):
        return [self[name] for name in ("both", "version") if name in self.fields]

    @property
    def opens_others(self):
        """Whether an answer or an error stands among them."""
        return any(field.errors or field.value() for field in self.others)


class KeepingForm(Answers):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = forms.CharField(
        label=gettext_lazy("What should the other office know?"),
        max_length=wanted.LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _areas():
    return [(area, str(word).capitalize()) for area, word in wording.AREAS.items()]
