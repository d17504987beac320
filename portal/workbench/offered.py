"""The places and people that filters and forms of a list offer."""

from collections import Counter
from typing import Any

from portal.people.models import Unit, User


def units(user: Any) -> list[tuple[int, str]]:
    """Every place of the organisation, shown with its depth."""
    return [(unit.pk, indented(unit)) for unit in Unit.objects.filter(archived_at=None)]


def spelled_apart() -> dict[str, dict[int, str]]:
    """Places whose name others have too, with the one above them, as an import reads them; by model. One query."""
    standing = list(Unit.objects.filter(archived_at=None).select_related("parent"))
    counts = Counter(unit.name.casefold() for unit in standing)
    apart = {unit.pk: f"{unit.parent.name} / {unit.name}" for unit in standing if counts[unit.name.casefold()] > 1 and unit.parent}
    return {Unit._meta.label: apart}


def indented(unit: Unit) -> str:
    return "\u2003" * (unit.path.count("/") - 2) + unit.name


def people(user: Any) -> list[tuple[int, str]]:
    """Everybody who may be named."""
    return list(User.objects.filter(is_active=True, is_service=False).order_by("name", "pk").values_list("pk", "name"))
