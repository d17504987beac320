"""The form in which a leader marks the option they would take."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.together import marks
from risks.forms.risk import Answers


class MarkForm(Answers):
    letter = forms.ChoiceField(label=_("Which option would you take?"), widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Why?"), max_length=marks.LONGEST_REASON, required=False)

    def __init__(self, *args, page, **options):
        before = page.mine
        super().__init__(*args, initial={"letter": before.letter, "reason": before.reason} if before else None, **options)
        self.fields["letter"].choices = [(row.option.letter, str(row.option)) for row in page.rows]
