"""The sealed log as one person may read it."""

from typing import Any

from django.db.models import Q, QuerySet

from portal import subjects
from portal.record.models import Seal


def seals_for(user: Any) -> QuerySet[Seal]:
    """Sealed entries about subjects that `user` may open."""
    visible = Q(pk__in=())
    for kind, subject in subjects.all_kinds().items():
        visible |= Q(entry__kind=kind, entry__subject_id__in=subject.visible_to(user).order_by().values("pk"))
    return Seal.objects.filter(visible)
