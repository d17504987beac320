"""Something dated that people must look at again."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.attention.models.about_subjects import AboutSubjects
from portal.history import tracked
from portal.people import organisations
from portal.people.access import Grants
from portal.people.models import Delegation

SOON_DAYS = 7
UNCHANGED_AT_MOST = 2  # the third review rates anew


class ReviewQuerySet(AboutSubjects):
    def visible_to(self, user: Any):
        return super().visible_to(user) if user.has_perm("attention.view_review") else self.none()

    def open(self):
        return self.filter(state=Review.State.OPEN)

    def overdue(self, today):
        return self.open().filter(due_on__lt=today)

    def due_soon(self, today):
        """Due today or within a week."""
        return self.open().filter(due_on__gte=today, due_on__lte=today + timedelta(days=SOON_DAYS))

    def for_person(self, user: Any):
        """Those `user` may answer: as the owner, as one of the named people, or today for the owner as their delegate."""
        named = Review.people.through.objects.filter(user=user.pk).values("review")
        stands_for = Delegation.objects.on(organisations.today()).filter(delegate=user.pk).values("delegator")
        return self.filter(Q(owner=user) | Q(pk__in=named) | Q(owner__in=stands_for))

    def to_answer(self, user: Any, until: date):
        """The open ones of `for_person` that are due by `until`, each way to be asked along an index of its own."""
        due = Review.objects.open().filter(due_on__lte=until).order_by()
        named = Review.people.through.objects.filter(user=user.pk).values("review")
        stands_for = Delegation.objects.on(organisations.today()).filter(delegate=user.pk).values("delegator")
        ways = [due.filter(which).values("pk") for which in (Q(owner=user.pk), Q(pk__in=named), Q(owner__in=stands_for))]
        return self.filter(pk__in=ways[0].union(*ways[1:]))


@tracked()
class Review(models.Model):
    """One due look at a subject. Open until answered, or cancelled when its subject ends; one open row a subject and kind."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("Open")
        DONE = "DONE", _("Done")
        CANCELLED = "CANCELLED", _("Cancelled")

    class Outcome(models.TextChoices):
        UNCHANGED = "UNCHANGED", _("Nothing changed")
        CHANGED = "CHANGED", _("Changed")
        CLOSED = "CLOSED", _("Closed")

    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)  # "<subject kind>.<what for>", as in "risk.review"
    due_on = models.DateField()  # in the organisation's zone
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews")  # who must answer
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")  # are told as well and may answer
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    unchanged_in_a_row = models.PositiveSmallIntegerField(default=0)  # "Nothing changed" running, before this review
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(state="OPEN"), name="open_reviews_by_day_and_id"),
            models.Index(fields=["owner", "due_on"], condition=Q(state="OPEN"), name="open_reviews_of_an_owner"),
            models.Index(fields=["subject_kind", "subject_id", "kind", "-id"], name="reviews_of_a_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind"],
                condition=Q(state="OPEN"),
                name="one_open_review_a_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_kind} {self.subject_id} {self.due_on}"

    def get_absolute_url(self) -> str:
        return reverse("attention:review", args=[self.pk])

    @property
    def key(self) -> tuple[str, int]:
        """(kind, id) of the subject, as `subjects.fetch` takes it."""
        return self.subject_kind, self.subject_id

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """The row alone opens to nobody: its subject says who sees it, in `ReviewQuerySet.visible_to`."""
        return Q(pk__in=())

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
