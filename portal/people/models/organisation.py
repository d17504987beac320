"""The one organisation that runs this portal."""

from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


def check_zone(name: str) -> None:
    """Raises ValidationError unless `name` is an IANA zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(_("“%(name)s” is no time zone. Take one like Europe/Berlin.") % {"name": name}) from error


class Organisation(models.Model):
    """Name, currency and calendar; exactly one row. The currency is set once."""

    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)  # ISO 4217
    time_zone = models.CharField(max_length=64, validators=[check_zone], default="UTC")
    fiscal_year_starts_month = models.PositiveSmallIntegerField(default=1)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="only_one_organisation")]

    def __str__(self) -> str:
        return self.name
