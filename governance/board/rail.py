"""The counts beside the entries of the rail."""

from collections.abc import Mapping
from typing import Any

from django.core.cache import cache

from portal.people import reach
from portal.people.models import Unit
from portal.record import totals

ROOT = "root-unit"


def counts(user: Any) -> Mapping[str, int]:
    """Open risks of the reader's scope, in one query; attention itself counts the inbox."""
    if not user.has_perm("risks.view_risk") or not (scopes := _scopes(user)):
        return {}
    return {"risks": totals.read(*scopes, prefix="risks.open").get("risks.open", 0)}


def _scopes(user: Any) -> list[int]:
    grants = reach.grants(user)
    if grants.everywhere:
        return _root()
    return grants.unit_ids


def _root() -> list[int]:
    """The root unit's id, remembered: it never changes."""
    known = cache.get(ROOT)
    if known is None:
        known = Unit.objects.filter(parent=None).values_list("pk", flat=True).first()
        if known is not None:
            cache.set(ROOT, known, 3600)
    return [] if known is None else [known]
