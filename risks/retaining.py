"""To retain a risk is to accept it: such a plan holds for as long as a risk acceptance of the same risk is in force, and not a day
longer. Reason, what compensates, price, end and extension are those of the acceptance."""

from datetime import date

from django.db.models import DateField, Exists, JSONField, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from portal.people import organisations
from risks.exception_errors import NotAccepted
from risks.models import RiskException, Treatment

RETAIN, APPROVED = Treatment.Kind.RETAIN, Treatment.State.APPROVED


def check(treatment: Treatment) -> None:
    """Raises NotAccepted while nobody accepts the risk that `treatment` retains."""
    if treatment.kind == RETAIN and not _acceptances(organisations.today()).filter(risk=treatment.risk_id).exists():
        raise NotAccepted(treatment)


def held() -> QuerySet[Treatment]:
    """Those whose risk is accepted today."""
    return Treatment.objects.filter(Exists(_of_row()), kind=RETAIN)


def lapsed() -> QuerySet[Treatment]:
    """Those under way whose risk is accepted no more."""
    return Treatment.objects.filter(~Exists(_of_row()), kind=RETAIN, state=APPROVED)


def with_acceptance(rows: QuerySet[Treatment]) -> QuerySet[Treatment]:
    """`accepted_by`: the acceptance in force of the risk that ends last, as {pk, number, ends_on}; None where there is none."""
    told = JSONObject(pk="pk", number="number", ends_on="ends_on")
    return rows.annotate(accepted_by=Subquery(_of_row().values(told=told)[:1], output_field=JSONField()))


def with_end(rows: QuerySet[Treatment]) -> QuerySet[Treatment]:
    """`accepted_until`: the last day of that acceptance."""
    return rows.annotate(accepted_until=Subquery(_of_row().values("ends_on")[:1], output_field=DateField()))


def until(treatment: Treatment) -> date | None:
    """The last day of that acceptance, for what retains a risk; read `with_end`, or it asks once."""
    if treatment.kind != RETAIN:
        return None
    if hasattr(treatment, "accepted_until"):
        return treatment.accepted_until
    return with_end(Treatment.objects.filter(pk=treatment.pk)).get().accepted_until


def _of_row() -> QuerySet[RiskException]:
    return _acceptances(organisations.today()).filter(risk=OuterRef("risk")).order_by("-ends_on", "-pk")


def _acceptances(today: date) -> QuerySet[RiskException]:
    return RiskException.objects.in_force(today).filter(kind=RiskException.Kind.RISK_ACCEPTANCE)
