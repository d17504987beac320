"""What time and facts do to a decision: a difference that stays open goes to the arbiter, one whose ground has moved is asked
anew, and one that was asked anew of what all had signed before is freed. All are safe to run twice, and at once."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from governance.together import decisions, foundation
from governance.together.models import Decision, DecisionLink
from portal import clock
from portal.attention import news
from portal.people import announcements, appointments, organisations, working_days
from portal.people.reach import grants
from portal.record import audit
from portal.signing import signatures
from portal.signing import standing as standings
from portal.signing.models import Signature
from risks.models import ScoreState

BETWEEN_THE_TWO_DAYS = 5  # working days
IN_ANOTHER_BAND = timedelta(days=7)
ASKED_ANEW_AT_MOST = timedelta(days=7)
ESCALATED, STALE = "decision.escalated", "decision.stale"


def escalate() -> int:
    """Bring to the arbiter what the two have differed on for five working days; returns how many."""
    rows = Decision.objects.put().filter(differs_since__isnull=False, escalated_at=None).order_by("pk")
    return sum(_escalate(pk) for pk in rows.values_list("pk", flat=True))


def renew() -> int:
    """Ask anew what rested on a risk that has crossed tolerance, or stayed in another band for a week; returns how many."""
    decided = Decision.objects.current().filter(state=Decision.State.DECIDED, stale_since=None)
    moved = list(_moved(decided.values("pk")))
    return sum(_ask_anew(pk) for pk in sorted({link.decision_id for link in moved}))


def free() -> int:
    """Let those end being stale of which every seat has signed these very facts: nobody could answer them any more. Returns how
    many."""
    stale = Decision.objects.current().filter(state=Decision.State.DECIDED, stale_since__isnull=False).select_related("unit")
    rows = list(stale.prefetch_related("options", "conditions", "links").order_by("pk"))
    found = standings.read({("decision", row.pk): row for row in rows})
    return sum(_free(pk) for (_kind, pk), standing in found.items() if standing.signed_off_at is not None)


def for_the_arbiter(user: Any, most: int) -> list[Decision]:
    """What waits for `user` to settle it as the arbiter: the two have differed for too long, and somebody still says no. What they
    answered themselves, for another office, is not theirs. No query of anybody else's."""
    if "ARBITER" not in grants(user).seats:
        return []
    answered = Signature.objects.filter(subject_kind="decision", signed_by=user).exclude(office="ARBITER").values("subject_id")
    open_ones = Decision.objects.visible_to(user).put().filter(escalated_at__isnull=False, arbitrated_at=None)
    rows = open_ones.exclude(pk__in=answered).select_related("unit").prefetch_related("options", "conditions", "links")
    found = {("decision", row.pk): row for row in rows.order_by("escalated_at", "pk")[:most]}
    stands = standings.read(found) if found else {}
    return [row for key, row in found.items() if stands[key].refusals]


def due_for_arbiter(decision: Decision):
    """The day on which it goes to the arbiter unless the two settle it; None where nobody said no."""
    if decision.differs_since is None:
        return None
    return working_days.after(organisations.day_of(decision.differs_since), BETWEEN_THE_TWO_DAYS)


@transaction.atomic
def _escalate(pk: int) -> bool:
    rows = Decision.objects.put().filter(pk=pk, escalated_at=None, differs_since__isnull=False)
    decision = rows.select_for_update(of=("self",), skip_locked=True, no_key=True).select_related("unit", "asked_by").first()
    if decision is None or due_for_arbiter(decision) >= organisations.today():
        return False
    if not signatures.standing(decision).refusals:  # it was said otherwise since, and nobody has refused that
        return False
    decision.escalated_at = clock.now()
    decision.version += 1
    decision.save(update_fields=["escalated_at", "version"])
    audit.record(None, ESCALATED, decision)
    arbiter = appointments.seat_holder("ARBITER")
    announcements.tell(decision, ESCALATED, {arbiter.person.pk} if arbiter else set())
    return True


def _moved(decisions_asked) -> Iterator[DecisionLink]:
    """Links to risks that stand otherwise than noted, long enough; notes since when a band has been another."""
    today = organisations.today()
    links = DecisionLink.objects.filter(decision__in=decisions_asked, subject_kind="risk", archived_at=None)
    links = links.filter(is_above_tolerance__isnull=False).order_by("pk")
    states = ScoreState.objects.in_bulk(set(links.values_list("subject_id", flat=True)))
    for link in links:
        state = states.get(link.subject_id)
        if state is None or not state.current_band:
            continue
        if state.is_above_tolerance != link.is_above_tolerance:
            yield link
        elif state.current_band == link.band:
            _note(link, None)
        elif link.other_band_since is None:
            _note(link, today)
        elif today - link.other_band_since >= IN_ANOTHER_BAND:
            yield link


def _note(link: DecisionLink, since) -> None:
    if link.other_band_since != since:
        DecisionLink.objects.filter(pk=link.pk).update(other_band_since=since)


@transaction.atomic
def _ask_anew(pk: int) -> bool:
    now = clock.now()
    rows = Decision.objects.current().filter(pk=pk, state=Decision.State.DECIDED, stale_since=None)
    rows = rows.filter(Q(asked_anew_at=None) | Q(asked_anew_at__lte=now - ASKED_ANEW_AT_MOST))
    decision = rows.select_for_update(of=("self",), skip_locked=True, no_key=True).select_related("unit", "asked_by").first()
    if decision is None:
        return False
    before = {link.pk: link.band for link in foundation.current_links(decision).filter(subject_kind="risk")}
    foundation.note(decision)
    decision.arbitrated_at, decision.arbiter_reason = None, ""
    decision.version += 1
    found = signatures.standing(decision)
    if found.signed_off_at is not None:
        return _holds_again(decision)
    decision.stale_since = decision.asked_anew_at = now
    if found.refusals:  # of exactly these facts, said before: it differs again from today
        decision.differs_since, decision.escalated_at = now, None
    changed = ["stale_since", "asked_anew_at", "arbitrated_at", "arbiter_reason", "differs_since", "escalated_at", "version"]
    decision.save(update_fields=changed)
    audit.record(None, STALE, decision, {"bands": {str(link): band for link, band in before.items()}})
    signatures.ask(decision, decisions.slots_for(decision), actor=None)
    announcements.tell(decision, STALE, set(signatures.able(signatures.standing(decision)).values()) | {decision.asked_by_id})
    return True


@transaction.atomic
def _free(pk: int) -> bool:
    rows = Decision.objects.current().filter(pk=pk, state=Decision.State.DECIDED, stale_since__isnull=False)
    decision = rows.select_for_update(of=("self",), skip_locked=True, no_key=True).select_related("unit", "asked_by").first()
    if decision is None or signatures.standing(decision).signed_off_at is None:  # said otherwise since
        return False
    decision.stale_since, decision.talk_asked_at = None, None
    decision.version += 1
    decision.save(update_fields=["stale_since", "talk_asked_at"])
    decisions.forget_marks(decision)
    for kind in (signatures.ASKED, STALE):
        news.settle(decision, kind)
    _holds_again(decision)
    return True


def _holds_again(decision: Decision) -> bool:
    """Its risks are back where all seats have signed it before: what they signed for exactly these facts holds, nobody is asked."""
    decision.outcome = Decision.Outcome.TOGETHER
    decision.save(update_fields=["arbitrated_at", "arbiter_reason", "outcome", "version"])
    audit.record(None, "decision.confirmed", decision, {"option": decision.proposed_option, "signed_before": True})
    return False
