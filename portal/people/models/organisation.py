"""The one organisation that runs this portal."""

from zoneinfo import ZoneInfo

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.history import tracked
from portal.people.reach import Grants, VisibleQuerySet

MONDAY_TO_FRIDAY = (1, 2, 3, 4, 5)


def check_zone(name: str) -> None:
    """Raises ValidationError unless `name` is an IANA zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(_("“%(name)s” is no time zone. Take one like Europe/Berlin.") % {"name": name}) from error


def monday_to_friday() -> list[int]:
    return list(MONDAY_TO_FRIDAY)


@tracked()
class Organisation(models.Model):
    """Name, currency and calendar; exactly one row. The currency is set once. It is a demo from its first moment or never."""

    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)  # ISO 4217
    time_zone = models.CharField(max_length=64, validators=[check_zone], default="UTC")
    language = models.CharField(max_length=10, default="en")
    fiscal_year_starts_month = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(12)])
    working_days = ArrayField(models.PositiveSmallIntegerField(), default=monday_to_friday)  # ISO weekdays, Monday is 1
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    steps_done = ArrayField(models.CharField(max_length=20), default=list, blank=True)  # of the set-up
    factor_from = models.DateField(null=True, blank=True)  # everybody needs a second factor then; None: seats and some roles
    set_up_at = models.DateTimeField(null=True, blank=True)  # None while it is being set up
    version = models.PositiveIntegerField(default=1)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="only_one_organisation")]
        triggers = [
            pgtrigger.Trigger(
                name="never_a_demo_later",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__is_demo=False, new__is_demo=True),
                func="RAISE EXCEPTION 'an organisation never becomes a demo';",
            ),
            pgtrigger.Protect(name="stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visibility(cls, grants: Grants) -> models.Q:
        """Known to everybody who has a role."""
        return models.Q() if grants.names else models.Q(pk__in=())
