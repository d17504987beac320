"""What needs somebody, and what they wait for: from reviews, discovery and the register, at most seven cards."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Q
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from assets.models import Proposal
from governance.board.scope import Scope
from governance.together import moving
from portal import at_once, subjects
from portal.attention import reviews as reviews_of
from portal.attention.models import Review
from portal.people import organisations, reach, roll
from portal.people.models import Unit, User
from portal.signing import registry, waiting
from portal.web import shown
from risks import breaches, differences, treatment_book
from risks.models import RatingRound, Risk, RiskException
from risks.response import live

Things = Mapping[tuple[str, int], Any]

MOST_CARDS = 7
AHEAD_DAYS = 7


@dataclass(frozen=True)
class Need:
    """One card: what kind of thing, its name, why it waits, until when, and the verb that opens it."""

    kind: str
    icon: str
    title: str
    note: str
    url: str
    verb: str
    due_on: date | None = None
    person: str = ""


@dataclass(frozen=True)
class Reviews:
    """What waits for the reader, or for whom they prepare, and the late ones of others that the reader waits for."""

    mine: list[Review]
    theirs: list[Review]


def of(user: User, scope: Scope) -> list[Need]:
    """What needs `user`, the most pressing first. Whoever prepares for a leader sees that leader's cards."""
    return _gathered(user, scope, differences.waiting_for(user)[:MOST_CARDS], _reviews(user, mirror=False))[0]


def both(user: User, scope: Scope, rounds: Iterable[RatingRound]) -> tuple[list[Need], list[Need]]:
    """The same, and the mirror: what `user` waits for. `rounds` are the ratings that wait for them."""
    return _gathered(user, scope, rounds, _reviews(user, mirror=True))


def _gathered(user: User, scope: Scope, rounds: Iterable[RatingRound], reviews: Reviews) -> tuple[list[Need], list[Need]]:
    unsigned = waiting.of(user)[:MOST_CARDS]
    rows = [*reviews.mine, *reviews.theirs]
    things = subjects.fetch([*((row.subject_kind, row.subject_id) for row in rows), *(one.key for one in unsigned)], user)
    note = gettext("Waits for %(name)s")
    above = list(_breaches(user))
    found = [
        *above[1:],
        *_signatures(unsigned, things),
        *_expired(user),
        *_ratings(rounds),
        *_treatments(user),
        *_as_needs(reviews.mine, things, user, note),
        *_proposals(user),
        *_register(user, scope),
        *_accounts(user),
    ]
    ordered = sorted(found, key=lambda need: (need.due_on is None, need.due_on or date.max))
    return [*_live(user), *_cases(user), *above[:1], *ordered][:MOST_CARDS], _as_needs(reviews.theirs, things, user, note)


def next_for(user: User) -> Need | None:
    """What needs `user` next, later than the cards reach; None where nothing is planned."""
    rows = list(Review.objects.visible_to(user).filter(owner=user).open().select_related("owner").order_by("due_on")[:1])
    return next(iter(_as_needs(rows, _things(rows, user), user, "")), None)


def waiting_for(user: User) -> list[Need]:
    """The mirror: late reviews of others on what `user` leads or owns, so that nobody has to ask around."""
    rows = _reviews(user, mirror=True).theirs
    return _as_needs(rows, _things(rows, user), user, gettext("Waits for %(name)s"))


def _live(user: User) -> Iterator[Need]:
    """What is happening now stands first: plans at work that call the reader, and incidents they lead."""
    words = {
        live.PLAN: (gettext("Activated plan"), gettext("At work since %(at)s."), gettext("Open the live plan"), "risks:activation"),
        live.EXERCISE: (gettext("Exercise"), gettext("Running since %(at)s."), gettext("Open the live plan"), "risks:activation"),
        live.INCIDENT: (gettext("Incident"), gettext("Noticed %(at)s, no plan is at work."), gettext("Open it"), "risks:incident"),
    }
    for one in live.of(user):
        kind, note, verb, page = words[one.kind]
        yield Need(
            kind=kind,
            icon="risks",
            title=one.label,
            note=note % {"at": shown.moment(one.since)},
            url=reverse(page, args=[one.pk]),
            verb=verb,
        )


def _cases(user: User) -> Iterator[Need]:
    """What the two could not settle between them stands before all that has its day: nobody but the arbiter settles it."""
    for one in moving.for_the_arbiter(user, MOST_CARDS):
        since = shown.date_long(organisations.day_of(one.differs_since))
        yield Need(
            kind=gettext("Difference"),
            icon="pen",
            title=str(one),
            note=gettext("The two have differed since %(day)s. It is yours to settle.") % {"day": since},
            url=reverse("together:decision", args=[one.pk]),
            verb=gettext("Settle it"),
            due_on=one.decide_by,
        )


def _signatures(unsigned: Iterable[waiting.Unsigned], things: Things) -> Iterator[Need]:
    """What waits for a signature of an office the reader fills."""
    for one in unsigned:
        if (thing := things.get(one.key)) is None:
            continue
        elsewhere = registry.of_kind(one.kind).answered_at
        yield Need(
            kind=gettext("Signature"),
            icon="pen",
            title=subjects.of_kind(one.kind).label(thing),
            note=gettext("It has changed since it was signed.")
            if one.has_changed
            else gettext("It holds once your office has signed it."),
            url=elsewhere(thing) if elsewhere else reverse("signing:signatures", args=[one.kind, one.pk]),
            verb=gettext("Read and sign"),
            due_on=getattr(thing, "starts_on", None) or (thing.due_on if one.kind == "treatment" else None),
        )


def _breaches(user: User) -> Iterator[Need]:
    """Risks the reader owns that stand above tolerance while nobody has decided what comes."""
    for one in breaches.waiting_for(user, MOST_CARDS):
        yield Need(
            kind=gettext("Above tolerance"),
            icon="risks",
            title=str(one.risk),
            note=gettext("%(value)s points, tolerance %(tolerance)s. Treat it, ask for an acceptance, or say what comes.")
            % {"value": shown.points(one.risk.score_state.current_value), "tolerance": one.risk.score_state.tolerance_points},
            url=f"{reverse('risks:risk', args=[one.risk_id])}#above",
            verb=gettext("Decide"),
        )


def _expired(user: User) -> Iterator[Need]:
    """Permissions that have ended on what the reader owns or leads: what they covered is open again."""
    if not user.has_perm("risks.propose_exception"):
        return
    rows = RiskException.objects.visible_to(user).expired(organisations.today()).filter(risk__state=Risk.State.OPEN)
    if not reach.grants(user).seats & {"CIO", "CISO"}:
        rows = rows.filter(Q(owner=user) | Q(risk__it_owner=user) | Q(risk__security_owner=user))
    for one in rows.select_related("risk").order_by("ends_on", "pk")[:MOST_CARDS]:
        acceptance = one.kind == RiskException.Kind.RISK_ACCEPTANCE
        yield Need(
            kind=gettext("Acceptance expired") if acceptance else gettext("Exception expired"),
            icon="risks",
            title=str(one),
            note=gettext("%(number)s is no longer covered.") % {"number": one.risk.number},
            url=reverse("risks:exception", args=[one.pk]),
            verb=gettext("Decide anew"),
            due_on=one.ends_on,
        )


def _ratings(rounds: Iterable[RatingRound]) -> Iterator[Need]:
    """Risks that the reader's office has not rated yet, and differences the two can still settle."""
    for found in rounds:
        row = differences.row(found)
        different = found.state == RatingRound.State.DIFFERENT
        views = " · ".join(f"{seat} {one.likelihood_level} × {one.impact_level}" for seat, one in row.sides if one)
        yield Need(
            kind=gettext("Rating"),
            icon="risks",
            title=str(found.risk),
            note=views if different else gettext("Both offices rate it; neither sees the other's rating until both have."),
            url=reverse("risks:rating", args=[found.risk_id]),
            verb=gettext("Settle") if different else gettext("Rate it"),
            due_on=row.arbiter_on,
        )


def _treatments(user: User) -> Iterator[Need]:
    """Plans that somebody else proposed, and the reader may decide on."""
    for one in treatment_book.waiting_for(user)[:MOST_CARDS]:
        yield Need(
            kind=gettext("Treatment"),
            icon="pen",
            title=f"{one.number} {one.title}",
            note=gettext("%(name)s proposed it for %(risk)s.") % {"name": one.proposed_by.name, "risk": one.risk.number},
            url=reverse("risks:treatment", args=[one.pk]),
            verb=gettext("Decide"),
            due_on=one.due_on,
            person=one.proposed_by.name,
        )


def _reviews(user: User, *, mirror: bool) -> Reviews:
    """Theirs, then those of the leader they prepare for; with `mirror` the late ones of others. One query."""
    today, grants = organisations.today(), reach.grants(user)
    seen = Review.objects.visible_to(user).select_related("owner")
    soon, until = seen.order_by("due_on", "pk"), today + timedelta(days=AHEAD_DAYS)
    lists = {"own": soon.to_answer(user, until)[:MOST_CARDS]}
    if "PREPARER" in grants.names and user.reports_to is not None:
        lists["prepared"] = soon.to_answer(user.reports_to, until)[:MOST_CARDS]
    if mirror:
        late = seen.overdue(today).exclude(owner=user)
        led = late if grants.seats else late.filter(Exists(Unit.objects.filter(head=user)), owner__reports_to=user)
        lists["theirs"] = led.order_by("due_on", "pk")[:MOST_CARDS]
    found = {name: sorted(rows, key=lambda row: (row.due_on, row.pk)) for name, rows in at_once.lists(lists).items()}
    return Reviews([*found["own"], *found.get("prepared", ())], found.get("theirs", []))


def _things(rows: Iterable[Review], user: User) -> Things:
    return subjects.fetch([(row.subject_kind, row.subject_id) for row in rows], user)


def _as_needs(rows: Iterable[Review], things: Things, user: User, note: str) -> list[Need]:
    found = []
    for row in rows:
        thing = things.get((row.subject_kind, row.subject_id))
        if thing is None:
            continue
        found.append(
            Need(
                kind=gettext("Review"),
                icon="review",
                title=subjects.of_kind(row.subject_kind).label(thing),
                note=reviews_of.question(row.kind) if row.owner_id == user.pk else note % {"name": row.owner.name},
                url=reverse("attention:review", args=[row.pk]),
                verb=gettext("Answer") if row.owner_id == user.pk else gettext("Open"),
                due_on=row.due_on,
                person=row.owner.name,
            )
        )
    return found


def _proposals(user: User) -> Iterator[Need]:
    if not user.has_perm("assets.settle_discovery"):
        return
    runs = (
        Proposal.objects.visible_to(user)
        .filter(state=Proposal.State.OPEN)
        .values("run", name=F("run__source"), file=F("run__file_name"))
        .annotate(waiting=Count("pk"), new=Count("pk", filter=Q(kind=Proposal.Kind.NEW)))
        .order_by("-run")[:2]
    )
    for run in runs:
        yield Need(
            kind=gettext("Discovery"),
            icon="discovery",
            title=ngettext("%(n)s proposal of %(run)s", "%(n)s proposals of %(run)s", run["waiting"])
            % {"n": run["waiting"], "run": run["file"] or run["name"]},
            note=ngettext("%(n)s thing that nobody knew", "%(n)s things that nobody knew", run["new"]) % {"n": run["new"]},
            url=reverse("assets:run", args=[run["run"]]),
            verb=gettext("Settle"),
        )


def _accounts(user: User) -> Iterator[Need]:
    """An administrator helps those in who were invited, or whose office asks for a second factor that they lack."""
    if "ADMIN" not in reach.grants(user).names:
        return
    counts, people = roll.counts(user), reverse("people:people")
    if lacking := counts["lacking"]:
        yield Need(
            kind=gettext("Accounts"),
            icon="pen",
            title=ngettext("%(n)s person lacks a second factor", "%(n)s people lack a second factor", lacking) % {"n": lacking},
            note=gettext("Their office asks for one."),
            url=f"{people}?factor=missing",
            verb=gettext("Help them"),
        )
    if invited := counts["invited"]:
        yield Need(
            kind=gettext("Accounts"),
            icon="pen",
            title=ngettext("%(n)s person has not come in yet", "%(n)s people have not come in yet", invited) % {"n": invited},
            note=gettext("They have no password: send them an invitation."),
            url=f"{people}?standing={roll.INVITED}",
            verb=gettext("Invite them"),
        )


def _register(user: User, scope: Scope) -> Iterator[Need]:
    grants = reach.grants(user)
    chases = bool(grants.seats - {"ARBITER"}) or "ANALYST" in grants.names
    if not chases or not user.has_perm("risks.change_risk"):
        return
    risks = Risk.objects.visible_to(user).filter(scope.within("unit"), state=Risk.State.OPEN)
    unowned = risks.filter(accountable="", score_state__isnull=False)  # the inner join lets an index give the worst at once
    for risk in unowned.order_by("-score_state__current_value", "pk")[:3]:
        yield Need(
            kind=gettext("Owner"),
            icon="pen",
            title=str(risk),
            note=gettext("Nobody is accountable for this risk."),
            url=reverse("risks:risk", args=[risk.pk]),
            verb=gettext("Name an owner"),
        )
    if "ANALYST" not in grants.names:
        return
    for risk in risks.filter(score_state__current_value=None).order_by("-pk")[:3]:
        yield Need(
            kind=gettext("Levels"),
            icon="risks",
            title=str(risk),
            note=gettext("Logged, but likelihood or impact is missing: there is no score yet."),
            url=reverse("risks:risk", args=[risk.pk]),
            verb=gettext("Finish it"),
        )
