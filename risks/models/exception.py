"""A dated, priced permission to leave a risk as it is, or to deviate from a policy."""

from datetime import date

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked
from portal.people.access import Clause, Grants, VisibleQuerySet
from risks.models.risk import Risk

# What a signature covers. Price, owner and all that happens to it later are no part of it: a price that the loss engine fills,
# or an owner who leaves, must not take away what was signed.
MATERIAL = (
    "risk_id",
    "kind",
    "title",
    "reason_kind",
    "reason",
    "compensating_control",
    "starts_on",
    "ends_on",
    "original_starts_on",
)
_COLUMNS = ", ".join(f"NEW.{name}" for name in MATERIAL)
_DIGEST = pgtrigger.Trigger(
    name="content_digest",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func=f"""
        NEW.content_digest = encode(sha256(convert_to(jsonb_build_array({_COLUMNS})::text, 'UTF8')), 'hex');
        RETURN NEW;
    """,
)


class ExceptionQuerySet(VisibleQuerySet):
    def open(self):
        """Neither closed nor withdrawn."""
        return self.filter(closed_at=None)

    def signed(self):
        """All had signed what they say now."""
        return self.filter(signed_digest=F("content_digest"))

    def unsigned(self):
        """Open, and not signed as they stand."""
        return self.open().exclude(signed_digest=F("content_digest"))

    def expired(self, today: date):
        """Signed and past their last day, but not closed: what they covered is open again."""
        return self.open().signed().filter(ends_on__lt=today)

    def in_force(self, today: date):
        return self.open().signed().filter(starts_on__lte=today, ends_on__gte=today)

    def with_following(self):
        """`following_id`, `following_number` and `following_ends_on` of the signed extension that takes over when it ends."""
        rows = RiskException.objects.open().signed().filter(extends=OuterRef("pk")).order_by("-pk")
        parts = {"following_id": "pk", "following_number": "number", "following_ends_on": "ends_on"}
        return self.annotate(**{name: Subquery(rows.values(part)[:1]) for name, part in parts.items()})

    def with_standing(self, today: date):
        """`standing` as the day has it; the twin of RiskException.standing_on."""
        standings = RiskException.Standing
        return self.annotate(
            standing=Case(
                When(closed_at__isnull=False, then=Value(standings.CLOSED)),
                When(~Q(signed_digest=F("content_digest")), then=Value(standings.PROPOSED)),
                When(ends_on__lt=today, then=Value(standings.EXPIRED)),
                When(starts_on__gt=today, then=Value(standings.SIGNED)),
                default=Value(standings.ACTIVE),
                output_field=models.CharField(max_length=8),
            )
        )


@tracked()
class RiskException(models.Model):
    """One permission: why, what compensates, from when to when. In force once every office that must has signed it as it
    stands; what depends on signatures and on the day is derived, never kept."""

    class Kind(models.TextChoices):
        RISK_ACCEPTANCE = "RISK_ACCEPTANCE", _("Risk acceptance")
        POLICY_EXCEPTION = "POLICY_EXCEPTION", _("Policy exception")
        GATE_WAIVER = "GATE_WAIVER", _("Gate waiver")

    class ReasonKind(models.TextChoices):
        COST = "COST", _("The cure costs more than the harm")
        TIME = "TIME", _("The cure takes time")
        TECHNICAL = "TECHNICAL", _("There is no cure yet")
        BUSINESS = "BUSINESS", _("Work would stop without it")

    class Standing(models.TextChoices):
        PROPOSED = "PROPOSED", _("Waits for signatures")
        SIGNED = "SIGNED", _("Signed, not begun")
        ACTIVE = "ACTIVE", _("In force")
        EXPIRED = "EXPIRED", _("Expired")
        CLOSED = "CLOSED", _("Closed")

    class Outcome(models.TextChoices):
        FIXED = "FIXED", _("The gap is fixed")
        UNFIXED = "UNFIXED", _("Closed with the gap open")
        EXTENDED = "EXTENDED", _("Extended")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn before it was signed")

    number = models.CharField(max_length=12, unique=True, editable=False)  # E-0001, from a sequence
    kind = models.CharField(max_length=20, choices=Kind)
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="exceptions")
    title = models.CharField(max_length=200)  # what is permitted
    reason_kind = models.CharField(max_length=9, choices=ReasonKind)
    reason = models.TextField()
    compensating_control = models.TextField(blank=True)
    price = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)  # organisation currency; null: not priced
    starts_on = models.DateField()
    ends_on = models.DateField()  # the last day
    original_starts_on = models.DateField()  # of the first in a row of extensions
    extends = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="extensions")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="exceptions")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    changed_by = models.ForeignKey(  # who said last what a signature covers, since it was proposed
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    content_digest = models.CharField(max_length=64, editable=False, default="")  # of the material columns; a trigger writes it
    signed_digest = models.CharField(max_length=64, editable=False, blank=True)  # the content all had signed last
    signed_at = models.DateTimeField(null=True, blank=True)
    expiry_told_at = models.DateTimeField(null=True, blank=True)  # when its end was announced
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    closing_reason = models.TextField(blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = ExceptionQuerySet.as_manager()

    class Meta:
        triggers = [_DIGEST]
        indexes = [models.Index(fields=["ends_on", "id"], condition=Q(closed_at=None), name="open_exceptions_by_end")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="an_exception_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(closed_at=None) | ~Q(outcome=""), name="a_closed_exception_says_how"),
            models.CheckConstraint(condition=~Q(outcome="UNFIXED") | ~Q(closing_reason=""), name="an_open_gap_needs_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Whoever may open the risk it rests on, and reads exceptions."""
        if "risks.view_exception" not in grants.permissions:
            return Q(pk__in=())
        return Q(risk__in=Risk.objects.filter(Risk.visibility(grants)))

    @classmethod
    def clauses(cls, grants: Grants) -> list[Clause]:
        """The reasons to see its risk, each on its own."""
        if "risks.view_exception" not in grants.permissions:
            return []
        return [
            Clause(one.why, Q(risk__in=Risk.objects.filter(one.rows)), one.unit and f"risk__{one.unit}")
            for one in Risk.clauses(grants)
        ]

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        """Nobody counts them one by one: a number of permissions would tell of a confidential risk. The whole list says from three
        on how many more there are (risks/exception_book.py)."""
        return cls.visibility(grants)

    @property
    def unit(self):
        return self.risk.unit

    @property
    def is_signed(self) -> bool:
        return self.signed_digest != "" and self.signed_digest == self.content_digest

    def standing_on(self, today: date) -> "RiskException.Standing":
        """As the day has it; the twin of `with_standing`."""
        if self.closed_at is not None:
            return self.Standing.CLOSED
        if not self.is_signed:
            return self.Standing.PROPOSED
        if self.ends_on < today:
            return self.Standing.EXPIRED
        return self.Standing.SIGNED if self.starts_on > today else self.Standing.ACTIVE

    @property
    def is_extension(self) -> bool:
        return self.original_starts_on < self.starts_on
