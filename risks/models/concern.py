"""What somebody noticed who does not look after risks, and what became of it."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked_once_changed
from portal.people.access import Grants, VisibleQuerySet
from risks.models.risk import Risk

SETTLE, TRIAGE = "risks.settle_concern", "risks.triage_concern"


class ConcernQuerySet(VisibleQuerySet):
    def waiting(self):
        return self.filter(state=Concern.State.WAITS)

    def raised_by_person(self, user_id: int):
        return self.filter(of_person(user_id))


@tracked_once_changed()
class Concern(models.Model):
    """Two answers: what could happen, and where. It becomes a risk or gets an answer. Of whoever wished it the name stands in
    `ConcernSender` alone, and nothing else that is kept tells it."""

    class State(models.TextChoices):
        WAITS = "WAITS", _("Waits for triage")
        RISK = "RISK", _("Became a risk")
        ANSWERED = "ANSWERED", _("Answered")

    number = models.CharField(max_length=12, unique=True, editable=False)  # CN-0001, from a sequence
    text = models.CharField(max_length=200)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="concerns")
    is_anonymous = models.BooleanField(default=False)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    raised_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=8, choices=State, default=State.WAITS)
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, null=True, related_name="concerns")
    answer = models.TextField(blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = ConcernQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["unit", "id"], condition=Q(state="WAITS"), name="concerns_that_wait")]
        constraints = [
            models.CheckConstraint(condition=Q(is_anonymous=False) | Q(raised_by=None), name="who_is_anonymous_is_not_named"),
            models.CheckConstraint(condition=~Q(state="RISK") | Q(risk__isnull=False), name="what_became_a_risk_names_it"),
            models.CheckConstraint(condition=~Q(state="ANSWERED") | ~Q(answer=""), name="what_was_answered_says_how"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Whoever raised it; and within their units those who settle concerns."""
        return of_person(grants.user_id) | (grants.in_reach("unit") if SETTLE in grants.permissions else Q(pk__in=()))

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        """A number of concerns would tell of one."""
        return cls.visibility(grants)


class ConcernSender(models.Model):
    """Who raised a concern without wanting to be named. No history, no audit entry and no page but the triage desk's tells it."""

    concern = models.OneToOneField(Concern, on_delete=models.PROTECT, related_name="sender")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.concern_id}"


def of_person(user_id: int) -> Q:
    """Concerns that this person raised, by name or without."""
    return Q(raised_by=user_id) | Exists(ConcernSender.objects.filter(concern=OuterRef("pk"), person=user_id))
