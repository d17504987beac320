"""How long a decision keeps its words: ten years after the last that was done with it. Who decided what and when stays for good."""

from collections.abc import Sequence

from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from governance.together.models import Condition, Decision, DecisionLink, DecisionOutcome
from portal.archive import periods
from portal.record.models import AuditEntry
from portal.signing.models import Signature
from portal.talk.models import Comment


def closed() -> QuerySet:
    """Decisions that took effect or were taken back and wait for nothing, with `closed_at`: the last that was signed, met, noted or
    said of them."""
    own = {"subject_kind": "decision", "subject_id": OuterRef("pk")}
    taken_back = AuditEntry.objects.filter(kind="decision", subject_id=OuterRef("pk"), verb="decision.withdrawn")
    moments = (
        _last(taken_back, "at"),
        _last(Signature.objects.filter(**own), "signed_at"),
        _last(Condition.objects.filter(decision=OuterRef("pk")).exclude(met_at=None), "met_at"),
        _last(DecisionOutcome.objects.filter(decision=OuterRef("pk")), "known_at"),
        _last(Comment.objects.filter(**own), "written_at"),
    )
    State = Decision.State
    over = Decision.objects.filter(Q(state=State.WITHDRAWN) | Q(state=State.DECIDED, stale_since=None))
    over = over.exclude(pk__in=Condition.objects.open().values("decision"))
    return over.annotate(closed_at=Greatest("decided_at", "confirmed_at", *moments))


def _last(rows: QuerySet[Model], moment: str) -> Subquery:
    return Subquery(rows.order_by(f"-{moment}").values(moment)[:1])


def tells_of(held: Sequence[tuple[str, int]]) -> Q:
    """Decisions that rest on one of these, or in which one of these people had a say."""
    people = [pk for kind, pk in held if kind == "user"]
    signed = Signature.objects.filter(subject_kind="decision", signed_by__in=people).values("subject_id")
    met = Condition.objects.filter(Q(owner__in=people) | Q(asked_by__in=people) | Q(met_by__in=people)).values("decision")
    said = Comment.objects.filter(subject_kind="decision", author__in=people).values("subject_id")
    noted = DecisionOutcome.objects.filter(noted_by__in=people).values("decision")
    found = Q(pk__in=())
    if people:
        found = Q(asked_by__in=people) | Q(pk__in=signed) | Q(pk__in=met) | Q(pk__in=said) | Q(pk__in=noted)
    for kind, ids in periods.by_kind(held).items():
        found |= Q(pk__in=DecisionLink.objects.filter(subject_kind=kind, subject_id__in=ids).values("decision"))
    return found


periods.add(periods.words_ten_years_after("decision", _("Decisions"), "together.Decision", closed, "closed_at", about=tells_of))
