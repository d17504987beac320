"""What is paid for IT and for security: one line a contract, and what one of two that do the same would save."""

from datetime import date, timedelta

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from governance.change.models.initiative import person
from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet
from risks.models import Office

VIEW = "change.view_spend"


class SpendLineQuerySet(VisibleQuerySet):
    def running(self):
        return self.current().filter(ended_on=None)

    def with_notice(self):
        """With the day of `notice_by` as `notice_on`."""
        days = Coalesce(Cast("notice_days", models.IntegerField()), 0)
        return self.annotate(notice_on=ExpressionWrapper(F("renews_on") - days, output_field=models.DateField()))


@tracked()
class SpendLine(models.Model):
    """Money that one office pays in a year to one vendor, for what (`capability`) and for whom (`unit` and below). `serves` is
    the office that it is for: another one than pays is money spent on the other's behalf."""

    number = models.CharField(max_length=12, unique=True, editable=False)  # L-0001, from a sequence
    vendor = models.CharField(max_length=120)
    product = models.CharField(max_length=160)
    capability = models.CharField(max_length=80)  # what it does, in the words of the house: "Monitoring"
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="spend_lines")
    paid_by = models.CharField(max_length=8, choices=Office)
    serves = models.CharField(max_length=8, choices=Office)
    owner = person(related_name="spend_lines")
    contract = models.CharField(max_length=80, blank=True)
    yearly_cost = models.DecimalField(max_digits=14, decimal_places=2)  # organisation currency
    original_cost = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)  # as the contract has it, a year
    currency = models.CharField(max_length=3, blank=True)  # of the contract; "": the organisation's
    rate = models.DecimalField(max_digits=16, decimal_places=8, null=True, blank=True)  # of one unit of it in the organisation's
    rated_on = models.DateField(null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    renews_on = models.DateField(null=True, blank=True)  # it goes on by itself from this day
    notice_days = models.PositiveSmallIntegerField(null=True, blank=True)  # before that day, to end it
    initiative = models.ForeignKey("change.Initiative", on_delete=models.PROTECT, null=True, blank=True, related_name="spend_lines")
    control = models.ForeignKey("risks.Control", on_delete=models.PROTECT, null=True, blank=True, related_name="spend_lines")
    risk = models.ForeignKey("risks.Risk", on_delete=models.PROTECT, null=True, blank=True, related_name="spend_lines")
    ended_on = models.DateField(null=True, blank=True, editable=False)  # the contract line is over
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    noted_by = person(related_name="+", null=True)
    noted_at = models.DateTimeField(default=clock.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SpendLineQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["capability", "id"], condition=Q(archived_at=None, ended_on=None), name="spend_that_runs")]
        constraints = [
            models.CheckConstraint(condition=Q(yearly_cost__gte=0), name="spend_is_no_income"),
            models.CheckConstraint(
                condition=Q(original_cost=None, currency="", rate=None, rated_on=None)
                | Q(original_cost__gte=0, rate__gt=0, rated_on__isnull=False) & ~Q(currency=""),
                name="another_currency_is_told_whole",
            ),
            models.CheckConstraint(condition=Q(notice_days=None) | Q(renews_on__isnull=False), name="notice_is_before_a_renewal"),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(archived_at=None) & ~Q(external_id=""),
                name="one_spend_line_per_external_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.vendor} {self.product}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Within one's units, and what one looks after."""
        if VIEW not in grants.permissions:
            return Q(pk__in=())
        return grants.in_reach("unit") | Q(owner=grants.user_id)

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)

    @property
    def notice_by(self) -> date | None:
        """The last day on which it can be ended before it goes on by itself."""
        return self.renews_on - timedelta(days=self.notice_days or 0) if self.renews_on else None


@tracked()
class Saving(models.Model):
    """A line that is to end because another one does the same: accepted by somebody, and money once the line has ended and somebody
    of neither office confirms it. It is cash, never added to what treatments lower in modelled losses."""

    class State(models.TextChoices):
        ACCEPTED = "ACCEPTED", _("Accepted")
        CONFIRMED = "CONFIRMED", _("Confirmed")
        DROPPED = "DROPPED", _("Dropped")

    line = models.ForeignKey(SpendLine, on_delete=models.PROTECT, related_name="savings")
    kept = models.ForeignKey(SpendLine, on_delete=models.PROTECT, related_name="+")  # which does it instead
    expected = models.DecimalField(max_digits=14, decimal_places=2)  # a year
    state = models.CharField(max_length=9, choices=State, default=State.ACCEPTED)
    accepted_by = person(related_name="+")
    accepted_at = models.DateTimeField(default=clock.now)
    confirmed = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)  # a year
    confirmed_by = person(related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=~Q(state="DROPPED"), name="a_line_is_saved_once"),
            models.CheckConstraint(condition=~Q(line=F("kept")), name="a_line_is_not_kept_for_itself"),
            models.CheckConstraint(condition=~Q(state="CONFIRMED") | Q(confirmed__gte=0), name="a_confirmed_saving_has_an_amount"),
        ]

    def __str__(self) -> str:
        return str(self.line)  # whoever may open it may not always open `kept`

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """As the line that ends."""
        return Q(line__in=SpendLine.objects.filter(SpendLine.visibility(grants)))
