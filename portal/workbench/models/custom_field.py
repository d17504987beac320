"""Fields that an administrator adds to a kind, tags, and what both say of one thing."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet
from portal.workbench import listed


def _readable(grants: Grants) -> list[str]:
    return [name for name, kind in listed.all_kinds().items() if kind.permission in grants.permissions]


@tracked()
class CustomField(models.Model):
    """One field that the kind itself does not have. It is retired, never deleted: what was said in it stays on record."""

    class Type(models.TextChoices):
        TEXT = "TEXT", _("Text")
        NUMBER = "NUMBER", _("Number")
        MONEY = "MONEY", _("Money")
        DAY = "DAY", _("Day")
        FLAG = "FLAG", _("Yes or no")
        CHOICE = "CHOICE", _("One of a list")
        PERSON = "PERSON", _("Person")

    kind = models.CharField(max_length=40)  # of portal.workbench.listed
    key = models.CharField(max_length=40)  # its name in addresses, files and the API; never another
    label = models.CharField(max_length=60)
    help = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=6, choices=Type)
    options = models.JSONField(default=list)  # of a choice: [{"key", "label", "is_offered"}]
    place = models.PositiveSmallIntegerField(default=0)  # among those of its kind
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="a_custom_field_by_its_key"),
            models.UniqueConstraint("kind", Lower("label"), condition=Q(retired_at=None), name="a_custom_field_by_its_label"),
        ]

    def __str__(self) -> str:
        return self.label

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q() if "workbench.define_field" in grants.permissions else Q(kind__in=_readable(grants))


@tracked()
class Tag(models.Model):
    """A word that things of any kind may bear. One that was merged into another stands for it no more, until that is undone."""

    name = models.CharField(max_length=40)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    moved = models.JSONField(default=dict)  # of a merged one: id of particulars → [their version then, whether they bore both]
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), condition=Q(merged_into=None), name="a_tag_by_its_name")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q() if grants.user_id else Q(pk__in=())


class ParticularsQuerySet(VisibleQuerySet):
    def visible_to(self, user: Any):
        """Those of whatever `user` may open: one subquery a kind, evaluated only where rows name it."""
        about = Q(pk__in=())
        for name, kind in sorted(listed.all_kinds().items()):
            if kind.change is not None:
                rows = kind.subject.named_to(user).order_by().filter(pk=OuterRef("subject_id"))
                about |= Q(("subject_kind", name), Exists(rows))
        return self.filter(about)


@tracked()
class Particulars(models.Model):
    """What the custom fields and the tags say of one thing; whoever may open that may read it."""

    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    told = models.JSONField(default=dict)  # f + id of the field → what stands in it, as portal.workbench.particulars writes it
    tags = ArrayField(models.BigIntegerField(), default=list)
    version = models.PositiveIntegerField(default=1)

    objects = ParticularsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "particulars"
        constraints = [models.UniqueConstraint(fields=["subject_kind", "subject_id"], name="one_row_of_particulars_a_subject")]
        indexes = [
            GinIndex(fields=["told"], opclasses=["jsonb_path_ops"], name="particulars_by_field"),
            GinIndex(fields=["tags"], name="particulars_by_tag"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """The row alone opens to nobody: its subject says who reads it."""
        return Q(pk__in=())
