"""The three answers to a review."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.attention.models import Review

NOTE_CHARACTERS = 2000


class AnswerForm(forms.Form):
    """One outcome, the words that go with it, and the version that was on the screen."""

    outcome = forms.ChoiceField(choices=Review.Outcome, widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("What changed?"), required=False, max_length=NOTE_CHARACTERS, widget=forms.Textarea(attrs={"rows": 3})
    )

    _questions = {
        Review.Outcome.UNCHANGED: _("Anything to add?"),
        Review.Outcome.CHANGED: _("What changed?"),
        Review.Outcome.CLOSED: _("Why is it closed?"),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        outcome = self["outcome"].value()
        self.fields["note"].label = self._questions.get(outcome, self.fields["note"].label)
        self.fields["note"].required = outcome in (Review.Outcome.CHANGED, Review.Outcome.CLOSED)


def answers(review: Review) -> dict[str, AnswerForm]:
    """One empty form for each answer, by its outcome in lower case."""
    return {
        outcome.lower(): AnswerForm(initial={"outcome": outcome, "version": review.version}, auto_id=f"id_{outcome.lower()}_%s")
        for outcome in Review.Outcome.values
    }
