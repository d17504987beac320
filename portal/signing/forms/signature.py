"""Signing and refusing: each for one thing, as it was read."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.signing.signatures import LONGEST_REASON


class SigningForm(forms.Form):
    """Carries what was read, so that nobody signs what moved meanwhile."""

    digest = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


class RefusalForm(SigningForm):
    reason = forms.CharField(
        label=_("Why not? Its proposer reads this."), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3})
    )
