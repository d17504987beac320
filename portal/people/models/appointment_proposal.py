"""A change of a seat, before and after a second person confirmed it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked
from portal.people.models.appointment import Appointment
from portal.people.reach import EVERY_ROW, Clause, Grants, VisibleQuerySet, any_of

OPEN = ("PROPOSED", "CONFIRMED")


class ProposalQuerySet(VisibleQuerySet):
    def open(self):
        """Neither settled nor in effect yet."""
        return self.filter(state__in=OPEN)


@tracked()
class AppointmentProposal(models.Model):
    """`holder` shall fill `seat` from `from_on` on, with `substitute`; without a holder the seat becomes vacant. One open row a
    seat; confirmed by somebody else than its proposer and those it names."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", _("Waits for a second person")
        CONFIRMED = "CONFIRMED", _("Confirmed, waits for its day")
        IN_EFFECT = "IN_EFFECT", _("In effect")
        REFUSED = "REFUSED", _("Refused")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")
        LAPSED = "LAPSED", _("Lapsed")

    seat = models.CharField(max_length=8, choices=Appointment.Seat)
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    substitute = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    from_on = models.DateField()  # in the organisation's zone
    reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)  # confirmed, refused, withdrawn or lapsed
    settled_reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seat"], condition=Q(state__in=OPEN), name="one_open_proposal_a_seat"),
            models.CheckConstraint(
                condition=Q(settled_by=None) | ~Q(state__in=["CONFIRMED", "IN_EFFECT"]) | ~Q(settled_by=models.F("proposed_by")),
                name="two_people_change_a_seat",
            ),
        ]
        indexes = [models.Index(fields=["from_on"], condition=Q(state="CONFIRMED"), name="confirmed_appointments_by_day")]

    def __str__(self) -> str:
        return f"{self.get_seat_display()}: {self.holder or _('vacant')}"

    def get_absolute_url(self) -> str:
        return reverse("offices:proposal", args=[self.pk])

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Those who settle it, the seats, the auditors, and whoever is named in it."""
        return any_of(cls.clauses(grants))

    @classmethod
    def clauses(cls, grants: Grants) -> list[Clause]:
        mine = [Clause("named", Q(holder=grants.user_id) | Q(substitute=grants.user_id))]
        return [Clause("permission", EVERY_ROW)] if "people.view_proposal" in grants.permissions else mine if grants.names else []

    @property
    def is_open(self) -> bool:
        return self.state in OPEN
