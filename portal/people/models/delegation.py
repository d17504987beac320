"""Somebody answers for somebody else, for a while."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked
from portal.people.reach import Grants, VisibleQuerySet


class DelegationQuerySet(VisibleQuerySet):
    def on(self, day: date):
        """Those that count on `day`."""
        return self.filter(ended_at=None, from_on__lte=day, to_on__gte=day)

    def not_over(self, day: date):
        """Those that count on `day` or will later."""
        return self.filter(ended_at=None, to_on__gte=day)


@tracked()
class Delegation(models.Model):
    """`delegate` answers reviews for `delegator` from `from_on` to `to_on`, both included. Opens nothing to the delegate that
    their own roles do not, and fills no seat."""

    delegator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations_to_me")
    from_on = models.DateField()
    to_on = models.DateField()
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    named_at = models.DateTimeField(default=clock.now)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)  # before its day
    version = models.PositiveIntegerField(default=1)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(to_on__gte=F("from_on")), name="a_delegation_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(delegate=F("delegator")), name="a_delegate_is_someone_else"),
        ]
        indexes = [
            models.Index(fields=["delegator", "to_on"], condition=Q(ended_at=None), name="delegations_of_a_person"),
            models.Index(fields=["delegate", "to_on"], condition=Q(ended_at=None), name="delegations_to_a_person"),
        ]

    def __str__(self) -> str:
        return str(_("%(delegate)s for %(delegator)s") % {"delegate": self.delegate, "delegator": self.delegator})

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Who answers for whom is known to everybody who has a role."""
        return Q() if grants.names else Q(pk__in=())
