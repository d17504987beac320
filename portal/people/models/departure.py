"""Who left, and to whom what they held passed."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from portal import clock
from portal.people.reach import EVERY_ROW, Clause, Grants, VisibleQuerySet, any_of


class Departure(models.Model):
    """`person` left; `passed` holds for each group of holdings how many rows went to whom: {key: {"<user id>" or "": count}}.
    Only ever added."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="departures")
    handed_over_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    passed = models.JSONField(default=dict)
    successors = ArrayField(models.BigIntegerField(), default=list)

    objects = VisibleQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.person)

    def get_absolute_url(self) -> str:
        return reverse("offices:departure", args=[self.pk])

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Administrators and auditors, whoever handed over, and those to whom something passed."""
        return any_of(cls.clauses(grants))

    @classmethod
    def clauses(cls, grants: Grants) -> list[Clause]:
        mine = Q(handed_over_by=grants.user_id) | Q(successors__contains=[grants.user_id])
        if "people.view_access" in grants.permissions:
            return [Clause("permission", EVERY_ROW)]
        return [Clause("took-part", mine)] if grants.names else []

    def shares(self) -> list[tuple[str, int | None, int]]:
        """(group, successor's id or None where it ended, count)."""
        found: list[tuple[str, int | None, int]] = []
        for key, parts in self.passed.items():
            found += [(key, int(pk) if pk else None, count) for pk, count in _sorted(parts)]
        return found


def _sorted(parts: dict[str, Any]) -> list[tuple[str, int]]:
    return sorted(parts.items(), key=lambda part: -part[1])
