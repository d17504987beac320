"""Who wants to hear of which subject."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet


class WatchQuerySet(VisibleQuerySet):
    def standing(self):
        return self.filter(ended_at=None)


@tracked()
class Watch(models.Model):
    """Somebody hears of what is done with a subject; of a saved view: with whatever it shows them."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="watches")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    since = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = WatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "person"], condition=Q(ended_at=None), name="a_person_watches_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.subject_kind} {self.subject_id}"

    @property
    def key(self) -> tuple[str, int]:
        """(kind, id) of the subject, as `subjects.fetch` takes it."""
        return self.subject_kind, self.subject_id

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """One's own."""
        return Q(person=grants.user_id)


class WatchMark(models.Model):
    """How far the sealed log was read for those who watch; one row."""

    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.seq)
