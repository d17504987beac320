"""Who sits in a seat."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked
from portal.people.reach import Grants, VisibleQuerySet


@tracked()
class Appointment(models.Model):
    """`holder` fills `seat` since `since`, with a named `substitute`; one open row a seat."""

    class Seat(models.TextChoices):
        CIO = "CIO", _("CIO")
        CISO = "CISO", _("CISO")
        CSO = "CSO", _("CSO")
        ARBITER = "ARBITER", _("Arbiter")

    seat = models.CharField(max_length=8, choices=Seat)
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments")
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="substitutes_for"
    )
    since = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seat"], condition=models.Q(ended_at=None), name="one_holder_a_seat"),
            models.CheckConstraint(
                condition=models.Q(substitute=None) | ~models.Q(substitute=models.F("holder")),
                name="substitute_is_someone_else",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_seat_display()}: {self.holder}"

    @classmethod
    def visibility(cls, grants: Grants) -> models.Q:
        """Who sits where, and sat there, is known to everybody who has a role."""
        return models.Q() if grants.names else models.Q(pk__in=())
