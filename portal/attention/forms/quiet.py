"""When somebody wants no mail."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.errors import Invalid


class QuietForm(forms.Form):
    starts_at = forms.TimeField(label=_("From when?"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    ends_at = forms.TimeField(
        label=_("Until when?"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text=_("By your own clock; it may reach over midnight. Leave both empty for mail at any hour."),
    )

    def take(self, error: Invalid) -> None:
        for name, sentences in error.fields.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, str(sentence))
