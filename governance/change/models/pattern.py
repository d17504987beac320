"""A way of building something that both offices approved once, so that its criteria need no second answer."""

from django.db import models
from django.db.models import Q

from governance.change.models.initiative import person
from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet


class PatternQuerySet(VisibleQuerySet):
    def unsigned(self):
        return self.current().filter(approved_at=None)

    def approved(self):
        return self.current().exclude(approved_at=None)


@tracked()
class Pattern(models.Model):
    """Answers, by the key of a criterion, that hold wherever it is built this way. In use once CIO and CISO have signed."""

    number = models.CharField(max_length=12, unique=True, editable=False)  # AP-0001, from a sequence
    title = models.CharField(max_length=200)
    description = models.TextField()
    answers = models.JSONField(default=dict)  # {key of a criterion: what shows it}
    proposed_by = person(related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    approved_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)  # retired
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PatternQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(answers={}), name="a_pattern_answers_something")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """They hold for the whole organisation."""
        return ~Q(pk__in=()) if "change.view_initiative" in grants.permissions else Q(pk__in=())

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)
