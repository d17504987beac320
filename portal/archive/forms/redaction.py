"""Which words of one subject are to go."""

from typing import Any

from django import forms
from django.template.defaultfilters import truncatechars
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from portal.archive import changes, redactions
from portal.web import shown


class RedactionForm(forms.Form):
    fields_ = forms.MultipleChoiceField(label=_("The words of which fields?"), required=False, widget=forms.CheckboxSelectMultiple)
    with_present = forms.BooleanField(label=_("What they say today goes as well"), required=False, initial=True)
    entries = forms.TypedMultipleChoiceField(
        label=_("Which words in the log?"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=_("Why?"), help_text=_("Without repeating what is to go: this stays."), widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, kind: str, pk: int, **options: Any):
        super().__init__(*args, **options)
        named = [(one.name, str(changes.label_of(kind, one))) for one in redactions.fields_of(kind)]
        named += [(one.name, str(one.label)) for one in redactions.beside_of(kind, pk)]
        told = [
            (entry.pk, f"{shown.moment(entry.at)}: {truncatechars(entry.words.text, 160)}")
            for entry in redactions.words_of(kind, pk)
        ]
        self.fields["fields_"].choices = [(name, capfirst(label)) for name, label in named]
        self.fields["entries"].choices = told
        if not told:
            del self.fields["entries"]
        if kind == "user":
            del self.fields["with_present"]
