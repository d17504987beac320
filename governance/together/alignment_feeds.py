"""What this room and the register tell of alignment: five of the eight terms. What is privileged counts in none of them, nor does
what is still open."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, F, Min, OuterRef, Q

from governance.together import goal_page, goal_standing, ownership_faults
from governance.together.alignment_terms import Found, Row, feed
from governance.together.models import Charter, Decision, Goal, OwnershipArea
from portal.people import working_days
from portal.people.organisations import day_of, morning
from portal.signing import registry
from portal.signing import standing as standings
from portal.signing.models import Signature, SignatureRequest
from risks.models import RatingRound, Risk, RiskException

ANSWER_WORKING_DAYS = 5
PAIR = {"CIO", "CISO"}


def answered_in_time(first: date, today: date) -> Found:
    """What was asked of either office: both had answered within five working days. What waits within its days is not counted yet,
    nor what does not wait any more without an answer."""
    private = Decision.objects.filter(is_privileged=True).values("pk")
    asked = SignatureRequest.objects.exclude(subject_kind="decision", subject_id__in=private)
    rows, given = [], {}
    requests = [one for one in asked.filter(asked_at__gte=morning(first)).order_by("pk") if _offices(one)]
    answers = Signature.objects.filter(request__in=[one.pk for one in requests], office__in=PAIR).order_by("pk")
    for pk, office, at in answers.values_list("request", "office", "signed_at"):
        given.setdefault(pk, {}).setdefault(office, day_of(at))
    waiting = _waiting(requests)
    for one in requests:
        due = working_days.after(day_of(one.asked_at), ANSWER_WORKING_DAYS)
        offices, answered = _offices(one), given.get(one.pk, {})
        if offices <= answered.keys():
            rows.append(Row(*one.key, all(answered[office] <= due for office in offices)))
        elif due < today and one.pk in waiting:
            rows.append(Row(*one.key, False))
    return Found(rows, day_of(asked.aggregate(at=Min("asked_at"))["at"]))


def _offices(request: SignatureRequest) -> set[str]:
    """Which of the two it asks on their own."""
    return {slot[0] for slot in request.slots if len(slot) == 1} & PAIR


def _waiting(requests: Iterable[SignatureRequest]) -> set[int]:
    """Those that still wait: the newest of a subject that may be signed."""
    newest = {one.key: one.pk for one in requests}
    kinds: dict[str, set[int]] = {}
    for kind, pk in newest:
        kinds.setdefault(kind, set()).add(pk)
    found = set()
    for kind, ids in kinds.items():
        open_ids = registry.of_kind(kind).unsigned().filter(pk__in=ids).values_list("pk", flat=True)
        found |= {newest[kind, pk] for pk in open_ids}
    return found


def settled_by_the_two(first: date, today: date) -> Found:
    """Differences of ratings and of positions that were settled: by the two, not by the arbiter."""
    outcomes = RatingRound.Outcome
    rounds = RatingRound.objects.filter(needs_both=True, outcome__in=(outcomes.AGREED, outcomes.ARBITRATED))
    rounds = rounds.exclude(revealed_at=None)
    decided = Decision.objects.filter(state=Decision.State.DECIDED, is_privileged=False, differs_since__isnull=False)
    decided = decided.exclude(stale_since__isnull=False, differs_since__gte=F("stale_since"))  # differs anew, and still
    own = {"subject_kind": "decision", "subject_id": OuterRef("pk"), "signed_at__gte": OuterRef("differs_since")}
    decided = decided.annotate(by_arbiter=Exists(Signature.objects.filter(office="ARBITER", **own)))  # whoever confirmed it since
    rows = [
        Row("risk", risk, outcome == outcomes.AGREED)
        for risk, outcome in rounds.filter(settled_at__gte=morning(first)).order_by("pk").values_list("risk", "outcome")
    ]
    rows += [
        Row("decision", pk, outcome == Decision.Outcome.TOGETHER and not by_arbiter)
        for pk, outcome, by_arbiter in decided.filter(decided_at__gte=morning(first))
        .order_by("pk")
        .values_list("pk", "outcome", "by_arbiter")
    ]
    began = [
        RatingRound.objects.filter(needs_both=True).aggregate(at=Min("revealed_at"))["at"],
        Decision.objects.filter(is_privileged=False).aggregate(at=Min("differs_since"))["at"],
    ]
    return Found(rows, min((day_of(at) for at in began if at), default=None))


def areas_without_fault(first: date, today: date) -> Found:
    """Areas of the charter in force that one office answers for, and no open risk of theirs on the other side."""
    areas = list(OwnershipArea.objects.in_force().order_by("place"))
    astray: dict[str, set[str]] = {}
    found = Risk.objects.current().filter(state=Risk.State.OPEN).exclude(accountable="").order_by()
    for category, side in found.values_list("category", "accountable").distinct():
        astray.setdefault(side, set()).add(category)
    began = Charter.objects.filter(signed_at__isnull=False).aggregate(at=Min("signed_at"))["at"]
    return Found([Row("charter", area.charter_id, _is_clear(area, astray), area.key) for area in areas], day_of(began))


def _is_clear(area: OwnershipArea, sides: dict[str, set[str]]) -> bool:
    if len(area.accountable) != 1:
        return False
    own = ownership_faults.SIDES.get(area.accountable[0])
    return own is None or not any(set(area.risk_categories) & kinds for side, kinds in sides.items() if side != own)


def goals_on_track(first: date, today: date) -> Found:
    """Shared goals that both have signed as they stand: met or on track. Those without enough readings are left out."""
    rows = list(Goal.objects.current().filter(shared_at__isnull=False).prefetch_related("measures", "links").order_by("pk"))
    signed = standings.read({("goal", one.pk): one for one in rows})
    shared = [one for one in rows if signed["goal", one.pk].signed_off_at is not None]
    states = goal_page.states(shared)
    told = [
        Row("goal", one.pk, states[one.pk] in goal_standing.GOOD)
        for one in shared
        if states[one.pk] != goal_standing.NOT_ENOUGH_DATA
    ]
    return Found(told, day_of(Goal.objects.aggregate(at=Min("shared_at"))["at"]))


def exceptions_on_plan(first: date, today: date) -> Found:
    """Exceptions that had begun: within their days, or fixed by their last day; not those that ran out, were extended, or were
    closed with the gap open."""
    outcomes = RiskException.Outcome
    rows = RiskException.objects.exclude(signed_at=None).exclude(outcome=outcomes.WITHDRAWN).filter(starts_on__lte=today)
    began = RiskException.objects.exclude(signed_at=None).aggregate(at=Min("signed_at"))["at"]
    told = []
    for one in rows.filter(Q(closed_at=None) | Q(closed_at__gte=morning(first))).order_by("pk"):
        if one.closed_at is None:
            went_well = one.ends_on >= today
        else:
            went_well = one.outcome == outcomes.FIXED and day_of(one.closed_at) <= one.ends_on
        told.append(Row("exception", one.pk, went_well))
    return Found(told, day_of(began))


for told in (answered_in_time, settled_by_the_two, areas_without_fault, goals_on_track, exceptions_on_plan):
    feed(told.__name__, told)
