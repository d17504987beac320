"""The next edition of a set of criteria, while it is drafted and signed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from governance.change.models.gate import GateTemplate
from governance.change.models.initiative import person
from portal import clock
from portal.history import NO_TRUNCATE, tracked
from portal.people.access import Grants, VisibleQuerySet


class GateEditionQuerySet(VisibleQuerySet):
    def open(self):
        """Drafted, or waiting for their signatures."""
        return self.filter(in_force_at=None, archived_at=None)


@tracked()
class GateEdition(models.Model):
    """What the gates of one set are to ask next: all of it, not only what differs from `base`, the edition in force when it was
    drafted. Once CIO and CISO have signed it becomes `template`, which never changes."""

    class State(models.TextChoices):
        DRAFTED = "DRAFTED", _l("Draft")
        PROPOSED = "PROPOSED", _l("Waits for signatures")
        USED = "USED", _l("Took effect")
        WITHDRAWN = "WITHDRAWN", _l("Taken back")

    base = models.ForeignKey(GateTemplate, on_delete=models.PROTECT, related_name="next_editions")
    edition = models.PositiveSmallIntegerField()
    criteria = models.JSONField()  # in their order, each as `gate_editions.FIELDS` name its parts
    reason = models.TextField()
    drafted_by = person(related_name="+")
    drafted_at = models.DateTimeField(default=clock.now)
    proposed_at = models.DateTimeField(null=True, blank=True)
    in_force_at = models.DateTimeField(null=True, blank=True)
    template = models.OneToOneField(
        GateTemplate, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="drafted_as"
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)  # taken back before it was signed
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = GateEditionQuerySet.as_manager()

    class Meta:
        triggers = [NO_TRUNCATE]
        constraints = [
            models.UniqueConstraint(
                fields=["base"], condition=Q(in_force_at=None, archived_at=None), name="one_open_edition_of_a_set"
            ),
            models.CheckConstraint(
                condition=Q(in_force_at=None, template=None) | Q(in_force_at__isnull=False, template__isnull=False),
                name="an_edition_in_force_is_a_template",
            ),
        ]

    def __str__(self) -> str:
        return _("%(set)s, edition %(number)s") % {"set": self.base.title, "number": self.edition}

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """They hold for the whole organisation."""
        return ~Q(pk__in=()) if "change.view_initiative" in grants.permissions else Q(pk__in=())

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)

    @property
    def state(self) -> str:
        if self.in_force_at is not None:
            return self.State.USED
        if self.archived_at is not None:
            return self.State.WITHDRAWN
        return self.State.DRAFTED if self.proposed_at is None else self.State.PROPOSED

    @property
    def state_word(self) -> str:
        return self.State(self.state).label

    @property
    def is_open(self) -> bool:
        return self.in_force_at is None and self.archived_at is None
