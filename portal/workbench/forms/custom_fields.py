"""What is asked of a custom field and of a tag."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from portal.workbench import custom_fields, listed
from portal.workbench.forms.imports import Telling
from portal.workbench.models import CustomField, Tag


class _Lines(forms.CharField):
    """One a line."""

    widget = forms.Textarea(attrs={"rows": 5})

    def clean(self, told: Any) -> list[str]:
        return [line for line in super().clean(told).splitlines() if line.strip()]


class ChangedFieldForm(Telling, forms.Form):
    """How it is called, and what a choice offers."""

    label = forms.CharField(label=_("What is it called?"), max_length=60, help_text=_("As it stands above its column."))
    help = forms.CharField(label=_("What should people know who fill it in?"), max_length=200, required=False)
    options = _Lines(label=_("Which choices?"), required=False, help_text=_("One a line; only for one of a list."))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, field: CustomField | None = None, **options: Any):
        if field is not None:
            offered = "\n".join(one["label"] for one in field.options if one["is_offered"])
            options["initial"] = {"label": field.label, "help": field.help, "options": offered, "version": field.version}
        super().__init__(*args, **options)
        if field is not None and field.type != CustomField.Type.CHOICE:
            del self.fields["options"]


class FieldForm(ChangedFieldForm):
    """A new one."""

    kind = forms.ChoiceField(label=_("Of what?"))
    type = forms.ChoiceField(label=_("What stands in it?"), choices=CustomField.Type)
    field_order = ("kind", "label", "type", "options", "help")

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        del self.fields["version"]
        self.fields["kind"].choices = [
            (name, capfirst(str(kind.subject.plural))) for name, kind in listed.all_kinds().items() if kind.change is not None
        ]


class TagForm(Telling, forms.Form):
    """Its name."""

    name = forms.CharField(label=_("What is the tag called?"), max_length=40)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class MergingForm(Telling, forms.Form):
    """The tag that stays."""

    into = forms.TypedChoiceField(label=_("Which tag means the same, and stays?"), coerce=int)

    def __init__(self, *args: Any, tag: Tag, **options: Any):
        super().__init__(*args, **options)
        self.fields["into"].choices = [(one.pk, one.name) for one in custom_fields.known().tags if one.pk != tag.pk]
