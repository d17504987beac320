"""Asking why, giving roles, tending units."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.people import explained
from portal.people.models import RoleAssignment, Unit, User
from portal.web.api.fields import by_id_or_number
from portal.web.offices.forms.seats import people


def indented(unit: Unit) -> str:
    """A unit's name, shown with its depth in the tree."""
    return "\u2003" * (unit.path.count("/") - 2) + unit.name


class UnitField(forms.ModelChoiceField):
    def label_from_instance(self, unit: Unit) -> str:
        return indented(unit)


def units():
    return Unit.objects.filter(archived_at=None)


class WhyForm(forms.Form):
    """Whom one asks about, and what: a kind and a number or id."""

    person = forms.ModelChoiceField(label=_("Who?"), queryset=User.objects.order_by("name", "pk"), empty_label=_("choose"))
    kind = forms.ChoiceField(label=_("Sees which kind of thing?"))
    reference = forms.CharField(label=_("Which one?"), max_length=40, help_text=_("Its number, as R-0017, or its id."))

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        kinds = sorted(subjects.all_kinds().values(), key=lambda kind: str(kind.word))
        self.fields["kind"].choices = [(kind.kind, str(kind.word).capitalize()) for kind in kinds]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if said.get("kind") and said.get("reference"):
            said["row"] = by_id_or_number(explained.rows_of(said["kind"]), said["reference"].strip().upper())
            if said["row"] is None:
                self.add_error("reference", _("There is nothing of this kind by that number or id."))
        return said


class RoleForm(forms.Form):
    """Who acts in which role, where."""

    user = forms.ModelChoiceField(label=_("Who?"), queryset=User.objects.none(), empty_label=_("choose"))
    role = forms.ChoiceField(label=_("Acts as"), choices=RoleAssignment.Role)
    unit = UnitField(label=_("In which unit, and below?"), queryset=Unit.objects.none(), empty_label=None)

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["user"].queryset = User.objects.filter(is_active=True).order_by("name", "pk")
        self.fields["unit"].queryset = units()


class NewUnitForm(forms.Form):
    """A unit below another."""

    name = forms.CharField(label=_("What is it called?"), max_length=120)
    kind = forms.ChoiceField(label=_("What is it?"), choices=[one for one in Unit.Kind.choices if one[0] != Unit.Kind.COMPANY])
    parent = UnitField(label=_("Below which unit?"), queryset=Unit.objects.none(), empty_label=None)

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["parent"].queryset = units()


class UnitForm(forms.Form):
    """Name, head and place of a unit, as they were on the screen."""

    name = forms.CharField(label=_("What is it called?"), max_length=120)
    head = forms.ModelChoiceField(label=_("Who heads it?"), queryset=User.objects.none(), required=False, empty_label=_("nobody"))
    parent = UnitField(label=_("Below which unit?"), queryset=Unit.objects.none(), empty_label=None)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, unit: Unit, **options: Any):
        super().__init__(*args, **options)
        self.fields["head"].queryset = people()
        self.fields["parent"].queryset = units().exclude(path__startswith=unit.path)
        if unit.parent_id is None:
            del self.fields["parent"]
