"""Above tolerance: a score that crosses asks for a decision and tells both owners, once each time; one that comes back ends it.

`follow` is called by recompute alone, in the transaction that writes the scores: whatever moved them, formula, appetite or unit.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people import announcements, appointments, organisations
from portal.people.reach import grants
from portal.record import audit
from risks.errors import BreachOver, NotYourBreach, SavedMeanwhile
from risks.facts import Standing
from risks.models import Breach, Risk

BEGAN, ENDED = "breach.began", "breach.ended"
MOST_DAYS = 30
LEADERS = {"CIO", "CISO"}
LONGEST_REASON = 300


def follow(before: Mapping[int, Standing], after: Mapping[int, Standing], risk_ids: Iterable[int], moment: datetime) -> None:
    """Begin and end what these risks crossed between the two standings. Nothing is asked of the database where none crossed; else
    a constant number of statements, however many did. Their score states are locked."""
    crossed = [pk for pk in risk_ids if _is_above(before[pk]) != _is_above(after[pk])]
    if not crossed:
        return
    known = {one.risk_id: one for one in Breach.objects.open().filter(risk__in=crossed)}
    _end([known[pk] for pk in crossed if pk in known and not _is_above(after[pk])], moment)
    _begin([after[pk] for pk in crossed if pk not in known and _is_above(after[pk])], moment)


@transaction.atomic
def decide(breach: Breach, course: str, *, actor: Any, reason: str, until: date | None, version: int | None = None) -> Breach:
    """Say what comes, and by when, where neither a plan nor an acceptance is there yet; after that day the question comes back.
    Carrying on above tolerance is an acceptance, so it is no course. Raises BreachOver, NotYourBreach, SavedMeanwhile, Invalid."""
    breach = Breach.objects.select_for_update(of=("self",)).select_related("risk__unit").get(pk=breach.pk)
    if breach.ended_at is not None:
        raise BreachOver(breach)
    if not may_decide(breach.risk, actor):
        raise NotYourBreach(breach)
    if version is not None and version != breach.version:
        theirs = {"course": breach.course, "reason": breach.course_reason, "until": breach.decided_until}
        raise SavedMeanwhile(theirs=theirs, version=breach.version, by=breach.decided_by)
    reason = " ".join(reason.split())
    _check(course, reason, until)
    breach.course, breach.course_reason, breach.decided_until = course, reason, until
    breach.decided_by, breach.decided_at = actor, clock.now()
    breach.version += 1
    breach.save()
    audit.record(actor, "breach.decided", breach, {"risk": breach.risk_id, "course": course, "until": str(until)}, text=reason)
    return breach


def may_decide(risk: Risk, actor: Any) -> bool:
    """Its two owners, and the leaders."""
    return actor.pk in {risk.it_owner_id, risk.security_owner_id} or bool(grants(actor).seats & {"CIO", "CISO", "CSO"})


def waiting_for(user: Any, most: int) -> list[Breach]:
    """Those that ask `user` for a decision, the highest above first: of the risks they own; of those nobody owns, a leader."""
    if not user.has_perm("risks.change_risk"):
        return []
    rows = Breach.objects.undecided(organisations.today()).select_related("risk__score_state")
    mine = Q(risk__it_owner=user) | Q(risk__security_owner=user)
    if grants(user).seats & LEADERS:
        mine |= Q(risk__it_owner=None, risk__security_owner=None)
    return list(rows.filter(mine).order_by("-value", "pk")[:most])


def _is_above(standing: Standing) -> bool:
    """A closed risk counts nowhere, so it is above nothing."""
    return standing.is_above_tolerance and bool(standing.counted)


def _begin(standings: list[Standing], moment: datetime) -> None:
    made = Breach.objects.bulk_create(
        Breach(risk_id=one.risk_id, value=one.current_value, tolerance_points=one.tolerance_points, began_at=moment)
        for one in standings
    )
    told = {one.pk: {"risk": one.risk_id, "value": str(one.value), "tolerance": one.tolerance_points} for one in made}
    audit.record_many(None, BEGAN, "breach", told.items())
    owners = {
        pk: {person for person in people if person is not None} or _leaders()
        for pk, *people in Risk.objects.filter(pk__in=[one.risk_id for one in made]).values_list(
            "pk", "it_owner_id", "security_owner_id"
        )
    }
    announcements.tell_each(BEGAN, [(one, owners[one.risk_id], told[one.pk]) for one in made])


def _leaders() -> set[int]:
    """Whom a risk that nobody owns is left to."""
    return {who.person.pk for seat, who in appointments.filled().items() if seat in LEADERS}


def _end(breaches: list[Breach], moment: datetime) -> None:
    for one in breaches:
        one.ended_at = max(moment, one.began_at)
        one.version += 1
    if breaches:
        Breach.objects.bulk_update(breaches, ["ended_at", "version"], batch_size=1000)
        audit.record_many(None, ENDED, "breach", [(one.pk, {"risk": one.risk_id}) for one in breaches])


def _check(course: str, reason: str, until: date | None) -> None:
    wrong: dict[str, list[str]] = {}
    today = organisations.today()
    if course not in Breach.Course.values:
        wrong["course"] = [_("Choose what comes.")]
    if not reason or len(reason) > LONGEST_REASON:
        wrong["reason"] = [_("Say why in at most 300 characters.")]
    if until is None or not today <= until <= today + timedelta(days=MOST_DAYS):
        wrong["until"] = [_("Name a day within the next %d days; then the question comes back.") % MOST_DAYS]
    if wrong:
        raise Invalid(_("Some answers do not fit yet."), wrong)
