"""Editions of frameworks, and the requirements each one names."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.compliance import catalog
from portal import clock
from portal.history import tracked
from portal.people.access import EVERY_ROW, Grants, VisibleQuerySet

VIEW = "compliance.view_framework"


def known_to_readers(grants: Grants) -> Q:
    """Frameworks are the whole organisation's: who reads them reads them all."""
    return EVERY_ROW if VIEW in grants.permissions else Q(pk__in=())


@tracked()
class Framework(models.Model):
    """One edition of one catalog. The newest edition of a `key` is current; the ones before stay as they were."""

    class State(models.TextChoices):
        CURRENT = "CURRENT", _("Current")
        SUPERSEDED = "SUPERSEDED", _("Superseded")

    key = models.SlugField(max_length=catalog.LONGEST_KEY)
    edition = models.CharField(max_length=catalog.LONGEST_EDITION)
    name = models.CharField(max_length=catalog.LONGEST_NAME)
    publisher = models.CharField(max_length=catalog.LONGEST_NAME, blank=True)
    is_official = models.BooleanField(default=False)  # the wording is the publisher's, not ours
    state = models.CharField(max_length=10, choices=State, default=State.CURRENT)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")
    based_on = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="selections")
    source_id = models.CharField(max_length=200, blank=True)  # the uuid of the OSCAL document
    digest = models.CharField(max_length=64)  # of what was read last
    requirement_count = models.PositiveIntegerField()
    assessable_count = models.PositiveIntegerField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    imported_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "edition"], name="an_edition_is_there_once"),
            models.UniqueConstraint(fields=["key"], condition=Q(state="CURRENT"), name="one_edition_is_current"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.edition}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return known_to_readers(grants)


class RequirementQuerySet(VisibleQuerySet):
    def assessable(self):
        return self.filter(assessable=True)

    def below(self, requirement: "Requirement"):
        """`requirement` and everything under it."""
        return self.filter(framework=requirement.framework_id, place__range=(requirement.place, requirement.last_place))


@tracked(exclude=["search", "parts", "parameters"])
class Requirement(models.Model):
    """One requirement of one edition, or a group of them (then it is not `assessable`). `place` orders the whole tree, parents
    first; everything below stands between `place` and `last_place`."""

    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="requirements")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    identifier = models.CharField(max_length=catalog.LONGEST_IDENTIFIER)
    source_id = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=catalog.LONGEST_KIND, blank=True)
    title = models.CharField(max_length=catalog.LONGEST_TITLE)
    text = models.TextField(blank=True)  # the publisher's wording, where it was imported
    guidance = models.TextField(blank=True)
    parts = models.JSONField(default=list, blank=True)
    parameters = models.JSONField(default=list, blank=True)
    assessable = models.BooleanField(default=True)
    is_withdrawn = models.BooleanField(default=False)
    place = models.PositiveIntegerField()
    last_place = models.PositiveIntegerField()
    depth = models.PositiveSmallIntegerField()
    search = models.GeneratedField(
        expression=SearchVector("identifier", "title", "text", config="english"), output_field=SearchVectorField(), db_persist=True
    )

    objects = RequirementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["framework", "identifier"], name="an_identifier_is_there_once"),
            models.UniqueConstraint(fields=["framework", "place"], name="a_place_is_taken_once"),
        ]
        indexes = [GinIndex(fields=["search"], name="requirements_by_words")]

    def __str__(self) -> str:
        return f"{self.identifier} {self.title}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return known_to_readers(grants)
