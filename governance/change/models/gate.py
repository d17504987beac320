"""Gates: what must be answered before a stage, by templates of which an edition never changes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from governance.change.models.initiative import Initiative, Stage, person
from governance.change.models.pattern import Pattern
from portal import clock
from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet
from risks.models import Office, RiskException

LONGEST_QUESTION = 300
SETTLING = ("MET", "NOT_APPLICABLE")
MENDED = Q(security_answer="NOT_MET", it_answer__in=SETTLING, it_at__gt=F("security_at"))


class Size(models.TextChoices):
    """How much is asked: S passes in a day."""

    S = "S", _("S")
    M = "M", _("M")
    L = "L", _("L")

    def covers(self, other: str) -> bool:
        """Whether what is asked from `other` on is asked of this size."""
        return list(Size).index(self) >= list(Size).index(Size(other))


class GateTemplate(models.Model):
    """One edition of a set of criteria; rows are only added, so that a gate shows for ever what it asked."""

    key = models.CharField(max_length=40)
    edition = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    kinds = ArrayField(models.CharField(max_length=5))  # of initiatives
    only_purchases = models.BooleanField(default=False)
    taken_in_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "edition"], name="one_gate_template_per_edition")]

    def __str__(self) -> str:
        return f"{self.title}, {self.edition}"


class TemplateCriterion(models.Model):
    """One question before a stage, and which office owns it."""

    template = models.ForeignKey(GateTemplate, on_delete=models.PROTECT, related_name="criteria")
    key = models.CharField(max_length=40)  # the same from edition to edition
    place = models.PositiveSmallIntegerField()
    opens = models.CharField(max_length=6, choices=Stage)  # the stage it stands before
    office = models.CharField(max_length=8, choices=Office)
    from_size = models.CharField(max_length=1, choices=Size)
    is_mandatory = models.BooleanField()
    question = models.CharField(max_length=LONGEST_QUESTION)
    evidence = models.CharField(max_length=LONGEST_QUESTION)  # what shows it

    class Meta:
        ordering = ["template_id", "place"]
        constraints = [models.UniqueConstraint(fields=["template", "key"], name="a_template_asks_a_question_once")]

    def __str__(self) -> str:
        return self.question


class GateQuerySet(VisibleQuerySet):
    def awaited(self, today, by):
        """Put to security and not passed, promised by the day `by` or earlier, while the next word is security's."""
        its_turn = Criterion.objects.of_security_now(today).filter(gate=OuterRef("pk"))
        under_way = Initiative.objects.under_way().values("pk")
        return self.filter(Exists(its_turn), initiative__in=under_way, passed_at=None, promised_on__lte=by)


@tracked()
class Gate(models.Model):
    """What an initiative answers before a stage. It is passed by `stages.advance`; whether it is ready is derived."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="gates")
    opens = models.CharField(max_length=6, choices=Stage)
    size = models.CharField(max_length=1, choices=Size)
    opened_at = models.DateTimeField(null=True, blank=True)  # when its stage's predecessor was reached
    asked_at = models.DateTimeField(null=True, blank=True)  # when it was put to security
    promised_on = models.DateField(null=True, blank=True)  # the day by which security answers, by its size
    passed_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = GateQuerySet.as_manager()

    class Meta:
        ordering = ["initiative_id", "id"]
        constraints = [models.UniqueConstraint(fields=["initiative", "opens"], name="one_gate_before_a_stage")]

    def __str__(self) -> str:
        return _("%(number)s, gate to “%(stage)s”") % {"number": self.initiative.number, "stage": self.get_opens_display()}

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Whoever may open its initiative."""
        return Q(initiative__in=Initiative.objects.filter(Initiative.visibility(grants)))

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)

    @property
    def unit(self):
        return self.initiative.unit


class CriterionQuerySet(models.QuerySet):
    def owed(self):
        """Security has not answered them, or IT has mended since what security did not find met."""
        return self.filter(Q(security_answer="") | MENDED, dropped_at=None)

    def of_security_now(self, today):
        """Mandatory ones of gates that were put to security, of which the next word is security's: what `turns` says of one."""
        first = Q(security_answer="") & ~Q(it_answer="NOT_MET") & (Q(asks__office=Office.SECURITY) | ~Q(it_answer=""))
        waived = RiskException.objects.in_force(today).filter(waiver__criterion=OuterRef("pk"))
        open_rows = self.owed().filter(first | MENDED, asks__is_mandatory=True, gate__asked_at__isnull=False)
        return open_rows.exclude(Exists(waived))


@tracked()
class Criterion(models.Model):
    """One question of one gate, with what both offices say. Its text is that of the edition the gate began with."""

    class Answer(models.TextChoices):
        MET = "MET", _("Met")
        NOT_MET = "NOT_MET", _("Not met")
        NOT_APPLICABLE = "NOT_APPLICABLE", _("Does not apply")

    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="criteria")
    asks = models.ForeignKey(TemplateCriterion, on_delete=models.PROTECT, related_name="asked")
    it_answer = models.CharField(max_length=14, choices=Answer, blank=True)
    it_note = models.TextField(blank=True)  # what shows it
    it_by = person(related_name="+", null=True, blank=True)
    it_at = models.DateTimeField(null=True, blank=True)
    security_answer = models.CharField(max_length=14, choices=Answer, blank=True)
    security_note = models.TextField(blank=True)
    security_by = person(related_name="+", null=True, blank=True)
    security_at = models.DateTimeField(null=True, blank=True)
    pattern = models.ForeignKey(Pattern, on_delete=models.PROTECT, null=True, blank=True, related_name="answered")
    dropped_at = models.DateTimeField(null=True, blank=True)  # security asks it no more
    dropped_by = person(related_name="+", null=True, blank=True)
    dropping_reason = models.CharField(max_length=300, blank=True)
    added_at = models.DateTimeField(default=clock.now)

    objects = CriterionQuerySet.as_manager()

    class Meta:
        ordering = ["gate_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["gate", "asks"], name="a_gate_asks_a_question_once"),
            models.CheckConstraint(condition=Q(dropped_at=None) | ~Q(dropping_reason=""), name="a_dropped_criterion_says_why"),
        ]

    def __str__(self) -> str:
        return self.asks.question

    @property
    def is_met(self) -> bool:
        """Both offices say so, or that it does not apply."""
        return self.it_answer in SETTLING and self.security_answer in SETTLING

    @property
    def is_mended(self) -> bool:
        """IT says it is met after security had said it was not, so security looks again."""
        if self.security_answer != self.Answer.NOT_MET or self.it_answer not in SETTLING:
            return False
        return self.it_at is not None and self.security_at is not None and self.it_at > self.security_at

    def answer_of(self, office: str) -> str:
        return self.it_answer if office == Office.IT else self.security_answer


class Waiver(models.Model):
    """The exception that stands for an answer: while it is in force, the criterion does not block."""

    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="waivers")
    exception = models.OneToOneField(RiskException, on_delete=models.PROTECT, related_name="waiver")
    asked_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["criterion_id", "-id"]

    def __str__(self) -> str:
        return str(self.exception)
