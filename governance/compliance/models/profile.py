"""How well each requirement is practised in a part of the organisation, and how well it should be."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.compliance.models.framework import VIEW, Framework, Requirement
from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet
from risks.models import Office

LEVELS = (0, 1, 2, 3, 4)


class Owner(models.TextChoices):
    """Whose subject a requirement is."""

    IT = Office.IT.value, Office.IT.label
    SECURITY = Office.SECURITY.value, Office.SECURITY.label
    BOTH = "BOTH", _("Both offices")


def level(**options):
    """A practice level: 0 not done, 1 now and then, 2 repeatable, 3 as a rule, 4 always and improving."""
    return models.PositiveSmallIntegerField(validators=[MaxValueValidator(4)], **options)


def tier():
    """A CSF tier, 1 partial to 4 adaptive; of the organisation as a whole."""
    return models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(4)])


class Profiles(VisibleQuerySet):
    def alive(self):
        """Those of frameworks that are current."""
        return self.filter(archived_at=None, framework__state=Framework.State.CURRENT)


@tracked()
class Profile(models.Model):
    """One framework in one unit: the current and the target practice of every requirement."""

    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="profiles")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    current_tier = tier()
    target_tier = tier()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = Profiles.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["framework", "unit"], condition=Q(archived_at=None), name="one_profile_a_framework_and_unit"
            ),
            models.CheckConstraint(
                condition=(Q(current_tier=None) | Q(current_tier__range=(1, 4)))
                & (Q(target_tier=None) | Q(target_tier__range=(1, 4))),
                name="tiers_are_1_to_4",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.framework}, {self.unit.name}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return grants.in_reach("unit") if VIEW in grants.permissions else Q(pk__in=())


@tracked(exclude=["round"])  # it has a history of its own
class Practice(models.Model):
    """One requirement of one profile. `current_level` is the level that counts: what the offices agreed on or did not object to,
    never what is blind (`ratings.py`); `round` is where they stand, or how they last settled it."""

    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="practices")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="practices")
    owner = models.CharField(max_length=8, choices=Owner, default=Owner.BOTH)
    target_level = level(null=True, blank=True)
    current_level = level(null=True, blank=True)
    offices_differ = models.BooleanField(default=False)
    note = models.CharField(max_length=500, blank=True)
    round = models.ForeignKey("PracticeRound", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "requirement"], name="one_practice_a_requirement"),
            models.CheckConstraint(
                condition=(Q(current_level=None) | Q(current_level__lte=4)) & (Q(target_level=None) | Q(target_level__lte=4)),
                name="practice_levels_are_0_to_4",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id}: {self.requirement_id}"

    @property
    def gap(self) -> int | None:
        """Levels still to go; None where the current or the target level is not known."""
        if self.current_level is None or self.target_level is None:
            return None
        return max(0, self.target_level - self.current_level)

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(profile__in=Profile.objects.filter(Profile.visibility(grants)))


@tracked()
class PracticeRating(models.Model):
    """One office's revealed judgement of one practice. First ratings stay; a change is a further row."""

    class Kind(models.TextChoices):
        FIRST = "FIRST", _("First rating")
        MOVED = "MOVED", _("Moved")
        TOOK_THEIRS = "TOOK_THEIRS", _("Took theirs")
        KEPT = "KEPT", _("Kept")

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="ratings")
    round = models.ForeignKey("PracticeRound", on_delete=models.PROTECT, null=True, related_name="ratings")  # None: an older one
    kind = models.CharField(max_length=11, choices=Kind, default=Kind.FIRST)
    office = models.CharField(max_length=8, choices=Office)
    level = level()
    reason = models.CharField(max_length=500, blank=True)
    rated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(default=clock.now)
    known_at = models.DateTimeField(default=clock.now)  # when the other office could read it

    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["practice", "office", "-id"], name="ratings_of_a_practice")]
        constraints = [models.CheckConstraint(condition=Q(level__lte=4), name="rated_levels_are_0_to_4")]

    def __str__(self) -> str:
        return f"{self.practice_id} {self.office}: {self.level}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return Q(practice__in=Practice.objects.filter(Practice.visibility(grants)))

    @property
    def seat_mark(self) -> str:
        """The sign of the office: a ring for the CIO's, a dot for the CISO's."""
        return {Office.IT: "cio", Office.SECURITY: "ciso"}[Office(self.office)]
