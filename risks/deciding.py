"""Who approves a treatment: whom the table of authority names for the band of its risk and its cost, by the rule of exceptions.

While no table speaks of treatments, the word of one leader suffices: a plan changes a risk, it accepts none. One that retains its
risk rests on an acceptance, which those have signed whom the table names for that.
"""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum

from portal.signing import signatures
from portal.signing.models import SignatureRequest, SignedOff
from risks import authority, retaining
from risks.errors import NeedsSignatures, NotProposed, RiskClosed
from risks.models import AuthorityTable, Covers, Risk, Treatment

RETAIN, PROPOSED = Treatment.Kind.RETAIN, Treatment.State.PROPOSED
NOTHING = Decimal("0.00")


def slots(treatment: Treatment) -> list[list[str]]:
    """Who signs it together, where it is signed."""
    return _asked(treatment, authority.in_force()).slots


def ask(treatment: Treatment, *, actor: Any) -> None:
    """Ask them, where it is by signatures that `treatment` is approved."""
    table = authority.in_force()
    if _is_signed_by(treatment, table):
        signatures.ask(treatment, _asked(treatment, table).slots, actor=actor)


def ask_waiting() -> int:
    """Ask for what was proposed before a table spoke of treatments; returns how many. Safe to run twice, and at once."""
    if not authority.speaks_of(Covers.TREATMENT, authority.in_force()):
        return 0
    waiting = Treatment.objects.filter(~Exists(_requests()), state=PROPOSED).exclude(kind=RETAIN).order_by("pk")
    return sum(_ask_one(pk) for pk in waiting.values_list("pk", flat=True))


@transaction.atomic
def _ask_one(pk: int) -> bool:
    rows = Treatment.objects.select_for_update(of=("self",), skip_locked=True).select_related("risk__unit")
    treatment = rows.filter(pk=pk, state=PROPOSED).first()
    if treatment is not None:  # nobody decides on it, or changes it, right now
        signatures.ask(treatment, slots(treatment), actor=None)
    return treatment is not None


def check(treatment: Treatment, actor: Any) -> None:
    """Raises NeedsSignatures where the table of authority does not let `actor` approve it by a word, and NotAccepted."""
    retaining.check(treatment)
    table = authority.in_force()
    if not _is_signed_by(treatment, table):
        return
    asked_of = _asked(treatment, table)
    if actor.pk not in asked_of.alone:
        raise NeedsSignatures(treatment, authority.words_of(asked_of.slots))


def check_signable(treatment: Treatment) -> None:
    """Raises NotProposed where it waits for no signature, RiskClosed."""
    if treatment.state != PROPOSED or not _is_signed_by(treatment, authority.in_force()):
        raise NotProposed(treatment)
    if treatment.risk.state != Risk.State.OPEN:
        raise RiskClosed(treatment.risk)


def asked() -> QuerySet[Treatment]:
    """Proposed, and asked of those who sign; one that a newer table no longer speaks of waits for a leader again."""
    newest = AuthorityTable.objects.exclude(signed_at=None).order_by("-signed_at", "-pk").values("pk")[:1]
    speaks = AuthorityTable.objects.filter(pk=Subquery(newest), lines__contains=[{"kind": Covers.TREATMENT.value}])
    return Treatment.objects.filter(Exists(speaks), Exists(_requests()), state=PROPOSED).exclude(kind=RETAIN)


def with_asked(rows: QuerySet[Treatment]) -> QuerySet[Treatment]:
    """`asked_slots`: of whom it was asked last (None: of nobody), and `is_signed`: whether they all signed it once."""
    last = _requests().order_by("-pk").values("slots")[:1]
    off = SignedOff.objects.filter(subject_kind="treatment", subject_id=OuterRef("pk"))
    return rows.annotate(asked_slots=Subquery(last), is_signed=Exists(off))


def _asked(treatment: Treatment, table: AuthorityTable | None) -> authority.Asked:
    return authority.asked(table, Covers.TREATMENT, treatment.risk, amount=_sum(treatment), authors=_authors(treatment))


def _is_signed_by(treatment: Treatment, table: AuthorityTable | None) -> bool:
    return treatment.kind != RETAIN and authority.speaks_of(Covers.TREATMENT, table)


def _sum(treatment: Treatment) -> Decimal:
    """What the plan costs; one without steps costs nothing."""
    return treatment.steps.filter(dropped_at=None).aggregate(cost=Sum("cost"))["cost"] or NOTHING


def _authors(treatment: Treatment) -> set[int | None]:
    return {treatment.proposed_by_id, treatment.first_proposed_by_id}


def _requests() -> QuerySet[SignatureRequest]:
    return SignatureRequest.objects.filter(subject_kind="treatment", subject_id=OuterRef("pk"))
