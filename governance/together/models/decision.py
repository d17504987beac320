"""A question put to the seats, its options, and what it rests on."""

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet
from portal.people.models import Unit
from portal.signing.models import SignatureRequest
from risks.models.score import Band

PAIR = frozenset({"CIO", "CISO"})


class DecisionQuerySet(VisibleQuerySet):
    def whole(self):
        """With the options and links that stand, and all that was ever said."""
        standing = {"archived_at": None}
        return self.select_related("unit", "asked_by").prefetch_related(
            Prefetch("options", DecisionOption.objects.filter(**standing)),
            Prefetch("links", DecisionLink.objects.filter(**standing)),
            Prefetch("positions", self.model._meta.get_field("positions").related_model.objects.with_signature()),
        )

    def put(self):
        """Before the seats: open, or decided and asked anew because what it rested on has moved."""
        states = Decision.State
        return self.current().filter(Q(state=states.OPEN) | Q(state=states.DECIDED, stale_since__isnull=False))


@tracked()
class Decision(models.Model):
    """One question that both leaders answer. It takes effect once every seat has signed the option asked for, or the arbiter
    has settled it; what the seats said stays, whichever way it went."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        OPEN = "OPEN", _("Waits for answers")
        DECIDED = "DECIDED", _("Decided")
        WITHDRAWN = "WITHDRAWN", _("Taken back")

    class Outcome(models.TextChoices):
        TOGETHER = "TOGETHER", _("Decided together")
        ARBITER = "ARBITER", _("Settled by the arbiter")

    number = models.CharField(max_length=12, unique=True, editable=False)  # D-0001, from a sequence
    title = models.CharField(max_length=200)
    question = models.TextField()
    context = models.TextField(blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="decisions")
    touches_safety = models.BooleanField(default=False)  # the CSO has a seat
    is_confidential = models.BooleanField(default=False)  # for the leaders and whoever asked
    is_privileged = models.BooleanField(default=False)  # for the seats and counsel
    proposed_option = models.CharField(max_length=1, blank=True)  # the letter of the option asked for
    decide_by = models.DateField(null=True, blank=True)
    delay_cost_per_month = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)  # business that waits
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    opened_at = models.DateTimeField(null=True, blank=True)
    talk_asked_at = models.DateTimeField(null=True, blank=True)  # an office would rather talk first
    differs_since = models.DateTimeField(null=True, blank=True)  # when an office first said no
    escalated_at = models.DateTimeField(null=True, blank=True)  # when the arbiter was asked
    arbitrated_at = models.DateTimeField(null=True, blank=True)
    arbiter_reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    stale_since = models.DateTimeField(null=True, blank=True)  # what it rested on has moved; asked anew
    asked_anew_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)  # signed anew last
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "id"], name="decisions_by_state")]
        constraints = [
            models.CheckConstraint(condition=~Q(state="DECIDED") | ~Q(outcome=""), name="a_decision_says_how_it_came_about"),
            models.CheckConstraint(
                condition=Q(state__in=("DRAFT", "WITHDRAWN")) | ~Q(proposed_option=""), name="what_is_put_asks_for_an_option"
            ),
            models.CheckConstraint(condition=Q(arbitrated_at=None) | ~Q(arbiter_reason=""), name="an_arbiter_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Within one's units, and what one asked. Drafts: who asked, and the leaders. Confidential ones: these and, once asked,
        the arbiter. Privileged ones: the seats it was put to, the arbiter once asked, and counsel; whoever asked."""
        if "together.view_decision" not in grants.permissions:
            return Q(pk__in=())
        if grants.names & PAIR:
            return ~Q(pk__in=())
        own = Q(asked_by_id=grants.user_id)
        open_to_reach = grants.in_reach("unit") & Q(is_confidential=False) & ~Q(state=cls.State.DRAFT)
        seen = (~Q(pk__in=()) if "CSO" in grants.names else own | open_to_reach) & Q(is_privileged=False)
        if "CSO" in grants.names:
            asked = SignatureRequest.objects.filter(subject_kind="decision", slots__contains=[["CSO"]])
            seen |= Q(touches_safety=True) | Q(pk__in=asked.values("subject_id"))
        if "ARBITER" in grants.names:
            seen |= Q(escalated_at__isnull=False)
        if "COUNSEL" in grants.names:
            seen |= Q(is_privileged=True)
        return seen

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        """Nobody counts what they may not open: a number of decisions would tell of a confidential one."""
        return cls.visibility(grants)

    @property
    def is_put(self) -> bool:
        return self.state == self.State.OPEN or (self.state == self.State.DECIDED and self.stale_since is not None)


@tracked()
class DecisionOption(models.Model):
    """One way to answer, under a letter; what it costs, when it is ready, and the yearly loss that would remain. Ready before
    `earliest_on` in one case of ten and after `latest_on` in one of ten; `ready_on` is the likely day."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="options")
    letter = models.CharField(max_length=1)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    cost = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)  # organisation currency
    ready_on = models.DateField(null=True, blank=True)
    earliest_on = models.DateField(null=True, blank=True)
    latest_on = models.DateField(null=True, blank=True)
    residual_loss_per_year = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)  # organisation currency
    conditions = models.TextField(blank=True)  # one a line; steps that are followed up once it is decided
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["decision_id", "letter"]
        constraints = [models.UniqueConstraint(fields=["decision", "letter"], name="one_option_a_letter")]

    def __str__(self) -> str:
        return f"{self.letter} {self.title}"


@tracked()
class DecisionLink(models.Model):
    """What a decision is about or rests on. Of a risk it notes band and tolerance as they stood when the seats were asked."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="links")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    band = models.CharField(max_length=9, choices=Band, blank=True)
    is_above_tolerance = models.BooleanField(null=True, blank=True)
    other_band_since = models.DateField(null=True, blank=True)  # the risk has stood in another band since
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["decision_id", "subject_kind", "subject_id"]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="decisions_about_a_subject")]
        constraints = [
            models.UniqueConstraint(fields=["decision", "subject_kind", "subject_id"], name="a_decision_names_a_thing_once")
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}"

    @property
    def key(self) -> tuple[str, int]:
        """(kind, id), as `subjects.fetch` takes it."""
        return self.subject_kind, self.subject_id
