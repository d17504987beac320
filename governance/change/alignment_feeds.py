"""What this room tells of alignment: gates passed first time, what was changed to fewer criteria, and security joined before
design."""

from datetime import date, datetime
from typing import Any

from django.db.models import Exists, Min, OuterRef, Subquery

from governance.change import gate_editions, joined, patterns, stages
from governance.change.gates import ANSWERED
from governance.change.models import Criterion, Gate, Initiative, Stage, Waiver
from governance.together.alignment_terms import Found, Row, feed
from portal.people import working_days
from portal.people.organisations import day_of, morning
from portal.record.models import AuditEntry


def gates_first_time(first: date, today: date) -> Found:
    """Gates that were passed: nothing was found not met and nothing waived, which is charged to IT; security asked nothing less,
    and its first answer came by the day that it promised, which is charged to security. What an approved pattern answers was
    answered in time. An edition of the criteria that asks less counts once, against: no gate that asks by it says so."""
    criteria = Criterion.objects.filter(gate=OuterRef("pk"))
    refused = AuditEntry.objects.filter(kind="gate", subject_id=OuterRef("pk"), verb=ANSWERED, params__answer="NOT_MET")
    waived = Waiver.objects.filter(criterion__gate=OuterRef("pk"))
    answered = criteria.filter(pattern=None, security_at__isnull=False).order_by("security_at").values("security_at")[:1]
    rows = Gate.objects.filter(passed_at__gte=morning(first)).annotate(
        stumbled=Exists(refused) | Exists(waived) | Exists(criteria.exclude(dropped_at=None)), answered_at=Subquery(answered)
    )
    told = [Row("gate", gate.pk, not gate.stumbled and _in_time(gate)) for gate in rows.order_by("pk")]
    fewer = AuditEntry.objects.filter(verb=gate_editions.IN_FORCE, at__gte=morning(first), params__less__gt=0)
    told += [Row("gate-edition", pk, went_well=False) for pk in fewer.order_by("pk").values_list("subject_id", flat=True)]
    return Found(told, day_of(Gate.objects.aggregate(at=Min("opened_at"))["at"]))


def security_before_design(first: date, today: date) -> Found:
    """Initiatives that reached design: the security office had done something for them before, by the order of the log, or had
    answered ahead by a pattern that was used before, or had been asked and was silent for five working days."""
    entries = AuditEntry.objects.filter(kind="initiative", verb=stages.ADVANCED, params__to=Stage.DESIGN, at__gte=morning(first))
    reached = dict(entries.order_by("pk").values_list("subject_id", "pk"))
    moments = dict(entries.values_list("subject_id", "at"))
    rows = Initiative.objects.filter(pk__in=reached).order_by("pk")
    uses = AuditEntry.objects.filter(kind="initiative", verb=patterns.USED, subject_id__in=reached).order_by()
    used = dict(uses.values_list("subject_id").annotate(first=Min("pk")))
    told = [
        Row("initiative", one.pk, used.get(one.pk, entry) < entry or _before(one, entry, moments[one.pk]))
        for one in rows
        for entry in [reached[one.pk]]
    ]
    return Found(told, day_of(Initiative.objects.aggregate(at=Min("proposed_at"))["at"]))


def _in_time(gate: Any) -> bool:
    if gate.promised_on is None or gate.answered_at is None:
        return True  # it was never asked, or a pattern said it all
    return day_of(gate.answered_at) <= gate.promised_on


def _before(initiative: Initiative, entry: int, at: datetime) -> bool:
    if initiative.joined_entry_id is not None and initiative.joined_entry_id < entry:
        return True
    asked = initiative.security_asked_at
    if asked is None or asked > at:
        return False
    return working_days.between(day_of(asked), day_of(at)) >= joined.SILENT_DAYS


for told in (gates_first_time, security_before_design):
    feed(told.__name__, told)
