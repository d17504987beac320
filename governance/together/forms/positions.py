"""Forms with which an office answers, and the arbiter settles."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.together import conditions, wanted
from governance.together.conditions import Wanted
from governance.together.models import Position
from portal.signing.signatures import LONGEST_REASON
from risks.forms import choices
from risks.forms.risk import Answers

ROWS_OF_CONDITIONS = 3


def _words(label, hint="", *, required=False):
    return forms.CharField(
        label=label, help_text=hint, required=required, max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3})
    )


class PositionForm(Answers):
    digest = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    stance = forms.ChoiceField(label=_("How does your office stand?"), choices=Position.Stance, widget=forms.RadioSelect)
    reason = _words(
        _("Why?"), _("Facts and consequences; this may be read by courts and regulators. Needed unless you simply support it.")
    )
    preferred_option = forms.ChoiceField(label=_("Where you oppose: what would you rather do?"), required=False)
    deferred_subject = forms.CharField(
        label=_("Where you defer: on which subject does the other office's word count?"),
        max_length=wanted.LONGEST_TITLE,
        required=False,
    )
    would_change_my_mind = _words(_("What would change your mind?"))

    def __init__(self, *args, options=(), standing=(), **more):
        """`standing`: the conditions that the office asked for and that are not met yet."""
        super().__init__(*args, **more)
        self.sent = [row for row in range(conditions.MOST) if f"condition_{row}" in self.data]
        self.rows = range(min(conditions.MOST, max(ROWS_OF_CONDITIONS, len(standing) + 1, *(row + 1 for row in self.sent))))
        for row, one in enumerate(standing):
            kept = {"": one.text, "_owner": one.owner_id, "_due_on": one.due_on.isoformat()}
            self.initial |= {f"condition_{row}{name}": value for name, value in kept.items()}
        named = [(one.letter, str(one)) for one in options]
        self.fields["preferred_option"].choices = [("", _("None of these")), *named]
        owners = choices.owners()
        for row in self.rows:
            self.fields[f"condition_{row}"] = forms.CharField(label=_("Condition"), required=False, max_length=conditions.LONGEST)
            self.fields[f"condition_{row}_owner"] = forms.ModelChoiceField(
                label=_("Who sees to it"), queryset=owners, required=False, empty_label=_("Who asked the question")
            )
            self.fields[f"condition_{row}_due_on"] = forms.DateField(
                label=_("By when"), required=False, widget=forms.DateInput(attrs={"type": "date"})
            )

    @property
    def condition_rows(self):
        names = ("", "_owner", "_due_on")
        return [[self[f"condition_{row}{name}"] for name in names] for row in self.rows]

    def said(self):
        """What `positions.take` understands; a form without conditions, as on a card, leaves them as they stand."""
        told = self.cleaned_data
        rows = [
            Wanted(told[f"condition_{row}"].strip(), told[f"condition_{row}_owner"], told[f"condition_{row}_due_on"])
            for row in self.sent
            if told[f"condition_{row}"].strip()
        ]
        names = ("digest", "reason", "preferred_option", "deferred_subject", "would_change_my_mind")
        return {name: told[name] for name in names} | {"told": rows if self.sent else None}


class ArbitrationForm(Answers):
    digest = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    option = forms.ChoiceField(label=_("What shall be done?"), widget=forms.RadioSelect)
    reason = _words(_("What decided it?"), _("Both offices read this; what they said stays beside it."), required=True)

    def __init__(self, *args, options=(), **more):
        super().__init__(*args, **more)
        self.fields["option"].choices = [(one.letter, str(one)) for one in options]


class MeetingForm(Answers):
    note = forms.CharField(
        label=_("What shows that it is met?"), max_length=conditions.LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )
