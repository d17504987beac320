"""The places and people that filters and forms of a list offer."""

from typing import Any

from portal.people.models import Unit, User


def units(user: Any) -> list[tuple[int, str]]:
    """Every place of the organisation, shown with its depth."""
    return [(unit.pk, indented(unit)) for unit in Unit.objects.filter(archived_at=None)]


def indented(unit: Unit) -> str:
    return "\u2003" * (unit.path.count("/") - 2) + unit.name


def people(user: Any) -> list[tuple[int, str]]:
    """Everybody who may be named."""
    return list(User.objects.filter(is_active=True, is_service=False).order_by("name", "pk").values_list("pk", "name"))
