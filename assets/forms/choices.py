"""What the fields of these forms offer."""

from django import forms
from django.db.models import QuerySet

from portal.people.models import Unit, User


def people() -> QuerySet[User]:
    """Everybody who may own something."""
    return User.objects.filter(is_active=True, is_service=False).order_by("name", "pk")


class UnitField(forms.ModelChoiceField):
    """One place of the tree, shown with its depth."""

    def __init__(self, **options):
        super().__init__(**{"queryset": Unit.objects.none(), "empty_label": None} | options)

    def label_from_instance(self, unit):
        return "\u2003" * (unit.path.count("/") - 2) + unit.name
