"""Likelihood and impact, how sure, and why: what an office says of a risk."""

from django import forms
from django.utils.translation import gettext_lazy as _

from risks import meanings, scales, wanted, wording
from risks.forms import choices
from risks.forms.risk import Answers
from risks.models import Confidence
from risks.ratings import Judgement


class RatingForm(Answers):
    """Two pickers first, likelihood and the worst impact; the other areas may stay open."""

    def __init__(self, *args, offers_both=False, versioned=False, **options):
        super().__init__(*args, **options)
        self.fields["likelihood_level"] = choices.strip(
            _("How likely?"), choices.likelihoods, meanings.Scale.LIKELIHOOD, required=True
        )
        for area in scales.IMPACT_AREAS:
            question = _("How bad, %(area)s?") % {"area": wording.AREAS[area]}
            self.fields[f"{area}_level"] = choices.strip(question, choices.impacts, area)
        self.fields["confidence"] = forms.ChoiceField(
            label=_("How sure are you?"), choices=Confidence, widget=forms.RadioSelect, initial=Confidence.MEDIUM
        )
        self.fields["reason"] = forms.CharField(
            label=_("Why?"), max_length=wanted.LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
        )
        if offers_both:
            self.fields["both"] = forms.BooleanField(
                label=_("Ask the other office to rate it too; neither sees the other's rating until both have"), required=False
            )
        if versioned:
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean(self):
        said = super().clean()
        if not any(said.get(f"{area}_level") for area in scales.IMPACT_AREAS):
            self.add_error(None, _("Say how bad it would be in at least the worst area."))
        return said

    @property
    def judgement(self):
        said = self.cleaned_data
        impact = {area: said[f"{area}_level"] for area in scales.IMPACT_AREAS}
        return Judgement(said["likelihood_level"], impact, said["reason"], said["confidence"])


class KeepingForm(Answers):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = forms.CharField(
        label=_("What should the other office know?"), max_length=wanted.LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )
