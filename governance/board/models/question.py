"""What a reader of a released pack asks, and the one answer both offices give."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from governance.board.models.pack import BoardPack, PackBlock
from portal import clock
from portal.history import APPEND_ONLY, tracked
from portal.people.access import Grants, VisibleQuerySet


class QuestionQuerySet(VisibleQuerySet):
    def waiting(self):
        """Both offices have not signed the same words yet."""
        return self.filter(answered_at=None)

    def drafted(self):
        """Of those, the ones that somebody wrote an answer to."""
        return self.waiting().filter(pk__in=AnswerWords.objects.values("question"))

    def whole(self):
        written = AnswerWords.objects.select_related("written_by").order_by("-pk")
        return self.select_related("block__pack__unit", "asked_by").prefetch_related(models.Prefetch("answers", written))


@tracked()
class PackQuestion(models.Model):
    """A question about one block. It is answered once the CIO and the CISO have signed the same words."""

    block = models.ForeignKey(PackBlock, on_delete=models.PROTECT, related_name="questions")
    text = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(answered_at=None), name="questions_that_wait")]

    def __str__(self) -> str:
        return self.text if len(self.text) <= 80 else f"{self.text[:79]}…"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Whoever may open the pack."""
        return Q(block__pack__in=BoardPack.objects.filter(BoardPack.visibility(grants)))

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)

    @property
    def answer(self) -> "AnswerWords | None":
        """The newest words, signed by both or not."""
        return next(iter(self.answers.all()), None)


class AnswerWords(models.Model):
    """Words of an answer by one of the two; the newest are what both sign. No row is ever changed."""

    question = models.ForeignKey(PackQuestion, on_delete=models.PROTECT, related_name="answers")
    text = models.TextField()
    office = models.CharField(max_length=8)  # the seat for which they wrote
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=clock.now)

    class Meta:
        triggers = APPEND_ONLY
        ordering = ["question_id", "-id"]

    def __str__(self) -> str:
        return f"{self.question_id} {self.office}"
