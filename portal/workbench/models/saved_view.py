"""A question to a list that somebody gave a name."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet
from portal.people.models import Appointment, RoleAssignment
from portal.workbench import listed

ROLES = [*Appointment.Seat.choices, *RoleAssignment.Role.choices]


class SavedViewQuerySet(VisibleQuerySet):
    def of(self, kind: str) -> "SavedViewQuerySet":
        return self.filter(kind=kind, archived_at=None)


@tracked()
class SavedView(models.Model):
    """Filters, columns, order and groups of the lists of `kind`, as the address has them. Whoever opens it sees the rows that
    they may open, and no others: the view holds the question, never an answer."""

    class Audience(models.TextChoices):
        PRIVATE = "PRIVATE", _("Only who keeps it")
        UNIT = "UNIT", _("Whoever works for a unit")
        ROLE = "ROLE", _("Whoever acts in a role")
        ALL = "ALL", _("Everybody")

    kind = models.CharField(max_length=40)  # of portal.workbench.listed
    name = models.CharField(max_length=80)
    params = models.JSONField(default=dict)  # as in portal.workbench.tables.Asked.params
    audience = models.CharField(max_length=7, choices=Audience, default=Audience.PRIVATE)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=11, choices=ROLES, blank=True)
    is_default = models.BooleanField(default=False)  # what the list shows first to whoever acts in `role`
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["kind", "id"], condition=Q(archived_at=None), name="standing_views_of_a_kind")]
        constraints = [
            models.UniqueConstraint("kind", "owner", Lower("name"), condition=Q(archived_at=None), name="a_view_by_its_name"),
            models.UniqueConstraint(
                fields=["kind", "role"], condition=Q(archived_at=None, is_default=True), name="one_first_view_a_role"
            ),
            models.CheckConstraint(condition=Q(is_default=False) | Q(audience="ROLE"), name="a_first_view_is_of_a_role"),
            models.CheckConstraint(
                condition=Q(audience="UNIT", unit__isnull=False) | Q(~Q(audience="UNIT"), unit=None),
                name="a_view_of_a_unit_names_it",
            ),
            models.CheckConstraint(
                condition=Q(Q(audience="ROLE"), ~Q(role="")) | Q(~Q(audience="ROLE"), role=""), name="a_view_of_a_role_names_it"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """One's own; those of the units one works for, of the roles one acts in, and of everybody, of kinds that one may read."""
        kinds = [name for name, kind in listed.all_kinds().items() if kind.permission in grants.permissions]
        above = {path[: place + 1] for path in grants.unit_paths for place, letter in enumerate(path) if letter == "/" and place}
        theirs = Q(audience="ALL") | Q(audience="ROLE", role__in=grants.names) | Q(audience="UNIT", unit__path__in=above)
        return Q(kind__in=kinds) & (Q(owner=grants.user_id) | theirs)
