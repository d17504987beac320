"""Which offices were asked to sign a subject."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef

from portal import clock
from portal.attention.models.about_subjects import AboutSubjects
from portal.history import APPEND_ONLY
from portal.signing import registry


class AboutSignable(AboutSubjects):
    """Seen by whoever may see the subject and reads signatures."""

    def kinds(self) -> set[str]:
        return set(registry.all_kinds())

    def visible_to(self, user: Any):
        return super().visible_to(user) if user.has_perm("signing.view_signature") else self.none()


class RequestQuerySet(AboutSignable):
    def newest(self):
        """What counts: the last request of each subject."""
        later = SignatureRequest.objects.filter(
            subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"), pk__gt=OuterRef("pk")
        )
        return self.filter(~Exists(later))


class SignatureRequest(models.Model):
    """Asks `slots` to sign a subject: each slot is a list of offices of which one signs, [["CIO"], ["CSO", "HEAD"]]. The newest
    row of a subject counts; no row is ever changed."""

    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    slots = models.JSONField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)

    objects = RequestQuerySet.as_manager()

    class Meta:
        triggers = APPEND_ONLY
        indexes = [models.Index(fields=["subject_kind", "subject_id", "-id"], name="requests_of_a_subject")]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}: {self.slots}"

    @property
    def key(self) -> tuple[str, int]:
        """(kind, id) of the subject, as `subjects.fetch` takes it."""
        return self.subject_kind, self.subject_id
