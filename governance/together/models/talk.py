"""What the two would rather talk about before it is signed."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from governance.together.models.meeting import Meeting
from portal import clock
from portal.signing.models import SignedOff


class TalkAskedQuerySet(models.QuerySet):
    def waiting(self):
        """Not spoken of yet, and not signed by all since it was asked."""
        own = {"subject_kind": OuterRef("subject_kind"), "subject_id": OuterRef("subject_id"), "at__gt": OuterRef("asked_at")}
        return self.filter(~Exists(SignedOff.objects.filter(**own)), spoken_in=None)


class TalkAsked(models.Model):
    """A leader put something that waits for signatures on the pair's agenda; it stays there until the pair has met, or all have
    signed. A decision keeps that itself."""

    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    spoken_in = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="spoken_of")

    objects = TalkAskedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"], condition=Q(spoken_in=None), name="a_talk_is_asked_for_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}"
