"""What somebody said about a subject of any kind."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal import clock, subjects
from portal.attention.models.about_subjects import AboutSubjects
from portal.history import tracked
from portal.people.access import Grants


class CommentQuerySet(AboutSubjects):
    def kinds(self) -> set[str]:
        return {kind for kind, subject in subjects.all_kinds().items() if subject.is_spoken_of}

    def about(self, kind: str, pk: int):
        """All that was said about one subject; whoever may open that may read it."""
        return self.filter(subject_kind=kind, subject_id=pk)


@tracked()
class Comment(models.Model):
    """One thing said, or an answer to one. What it said before stays readable in its versions; a thread is settled as a whole."""

    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    answers = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replies")  # null: it begins
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    written_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(null=True, blank=True)  # when its words last changed
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = CommentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "-id"], condition=Q(answers=None), name="threads_of_a_subject"),
            models.Index(fields=["subject_kind", "subject_id", "id"], name="comments_of_a_subject"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(answers=None) | Q(resolved_at=None), name="a_thread_is_resolved_as_a_whole")
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def key(self) -> tuple[str, int]:
        """(kind, id) of the subject, as `subjects.fetch` takes it."""
        return self.subject_kind, self.subject_id

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """The row alone opens to nobody: its subject says who reads it, in `CommentQuerySet.visible_to`."""
        return Q(pk__in=())
