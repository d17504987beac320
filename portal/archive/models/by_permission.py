"""Rows of the record's own keeping: seen by those who keep and check it."""

from django.db import models

from portal.people.access import Grants, VisibleQuerySet

PERMISSION = "archive.view_keeping"


class Kept(models.Model):
    objects = VisibleQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def visibility(cls, grants: Grants) -> models.Q:
        return ~models.Q(pk__in=()) if PERMISSION in grants.permissions else models.Q(pk__in=())

    @classmethod
    def countable(cls, grants: Grants) -> models.Q:
        return cls.visibility(grants)
