"""What both sides may be proud of, as facts propose it, and what one office adds to a plan of the other."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.together.models.charter import Office
from portal import clock
from portal.attention.models.about_subjects import AboutSubjects
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet

VIEW = "together.view_goal"
PAIR = [(one.value, one.label) for one in (Office.CIO, Office.CISO)]


def _person(**options):
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **options)


class AchievementQuerySet(VisibleQuerySet):
    def waiting(self):
        return self.filter(state=Achievement.State.PROPOSED)

    def published(self):
        return self.filter(state=Achievement.State.PUBLISHED)


@tracked()
class Achievement(models.Model):
    """One fact that both offices are credited with, once somebody of the pair has said it in words for everybody. Cash that
    finance confirmed and modelled losses that the other office verified are two measures, and never added."""

    class Kind(models.TextChoices):
        GOAL_MET = "GOAL_MET", _("Goal met")
        CASH_SAVED = "CASH_SAVED", _("Cash saved")
        LOSS_LOWERED = "LOSS_LOWERED", _("Modelled loss lowered")
        FIRST_TIME = "FIRST_TIME", _("Every gate passed the first time")

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", _("Proposed by facts")
        PUBLISHED = "PUBLISHED", _("Published")
        DECLINED = "DECLINED", _("Not published")

    kind = models.CharField(max_length=12, choices=Kind)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)  # organisation currency, a year
    verifier = models.CharField(max_length=8, choices=PAIR, blank=True)  # whose leader verifies a modelled amount
    verified_by = _person(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.PROPOSED)
    words = models.CharField(max_length=300, blank=True)  # by whoever published it
    proposed_at = models.DateTimeField(default=clock.now)
    settled_by = _person(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    cio = _person(null=True, blank=True)  # who filled the seats when it was published
    ciso = _person(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AchievementQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_kind", "subject_id"], name="a_fact_is_proposed_once"),
            models.CheckConstraint(condition=~Q(state="PUBLISHED") | ~Q(words=""), name="what_is_published_has_words"),
            models.CheckConstraint(
                condition=~Q(state="PUBLISHED") | ~Q(kind="LOSS_LOWERED") | Q(verified_at__isnull=False),
                name="a_modelled_loss_is_verified_first",
            ),
        ]

    def __str__(self) -> str:
        return self.words or str(self.get_kind_display())

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """What is published, for everybody who reads goals; what waits, for the two."""
        if VIEW not in grants.permissions:
            return Q(pk__in=())
        if grants.seats & {Office.CIO, Office.CISO}:
            return ~Q(pk__in=())
        return Q(state=cls.State.PUBLISHED)

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)

    @property
    def needs_verification(self) -> bool:
        return self.kind == self.Kind.LOSS_LOWERED and self.verified_at is None


class BackingQuerySet(AboutSubjects):
    """Seen by whoever may open what is backed."""

    def kinds(self) -> set[str]:
        return {"treatment"}

    def standing(self):
        return self.filter(ended_at=None)


@tracked()
class Backing(models.Model):
    """Money or days of people with which one office backs what the other has proposed."""

    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    office = models.CharField(max_length=8, choices=PAIR)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)  # organisation currency
    person_days = models.PositiveSmallIntegerField(null=True, blank=True)
    words = models.CharField(max_length=300, blank=True)
    backed_by = _person()
    backed_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = BackingQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0) | Q(person_days__gt=0), name="who_backs_brings_something"),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "office"], condition=Q(ended_at=None), name="an_office_backs_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office}: {self.subject_kind} {self.subject_id}"
