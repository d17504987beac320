"""What the fields of these forms offer."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from portal.people import access
from portal.people.models import Unit, User


def units(user: Any) -> QuerySet[Unit]:
    """The units that `user` works for, in the order of the organisation."""
    grants = access.grants(user)
    found = Unit.objects.filter(archived_at=None)
    if grants.everywhere:
        return found
    return found.filter(path__regex="^(" + "|".join(grants.unit_paths) + ")") if grants.unit_paths else found.none()


def people() -> QuerySet[User]:
    """Everybody who may own something."""
    return User.objects.filter(is_active=True, is_service=False).order_by("name", "pk")


class UnitField(forms.ModelChoiceField):
    """One place of the tree, shown with its depth."""

    def __init__(self, **options):
        super().__init__(**{"queryset": Unit.objects.none(), "empty_label": None} | options)

    def label_from_instance(self, unit):
        return "\u2003" * (unit.path.count("/") - 2) + unit.name
