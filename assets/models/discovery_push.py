"""A discovery file on its way in parts, so that a cut connection loses nothing."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from assets.models.discovery_run import DiscoveryRun
from portal import clock
from portal.people.access import Grants, VisibleQuerySet


class DiscoveryPushQuerySet(VisibleQuerySet):
    def counted(self):
        """With how many parts came, and how many bytes in them."""
        return self.annotate(received_count=Count("parts"), received_bytes=Coalesce(Sum("parts__size"), 0))


class DiscoveryPush(models.Model):
    """What `take_in` is told, kept until the last part is there. It ends as a run, or is abandoned."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("Waits for parts")
        FINISHED = "FINISHED", _("Taken in")
        ABANDONED = "ABANDONED", _("Abandoned: no part came for a day")

    source = models.CharField(max_length=60)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255, blank=True)
    networks = ArrayField(models.CharField(max_length=49), default=list, blank=True)
    headings = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    is_complete = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    run = models.OneToOneField(DiscoveryRun, on_delete=models.PROTECT, null=True, related_name="+")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=clock.now)
    touched_at = models.DateTimeField(default=clock.now)  # when the last part came
    ended_at = models.DateTimeField(null=True)

    objects = DiscoveryPushQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "discovery pushes"
        indexes = [models.Index(fields=["touched_at"], condition=Q(state="OPEN"), name="open_pushes_by_moment")]

    def __str__(self) -> str:
        return self.source

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Whoever began it: nobody else sends its parts."""
        return Q(started_by=grants.user_id) if "assets.take_in_discovery" in grants.permissions else Q(pk__in=())


class DiscoveryPart(models.Model):
    """Some bytes of the file; gone once the push has ended."""

    push = models.ForeignKey(DiscoveryPush, on_delete=models.PROTECT, related_name="parts")
    number = models.PositiveIntegerField()  # from 1
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    received_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["push", "number"], name="one_part_a_number")]

    def __str__(self) -> str:
        return f"{self.push_id} {self.number}"
