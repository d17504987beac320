"""Response plans: open, draft, send to both leaders, take force, retire. A version that was sent never changes.

Locks go from the plan to its versions.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.attention import reviews
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import organisations
from portal.people.reach import grants
from portal.record import audit, numbers
from portal.signing import signatures
from risks.errors import SavedMeanwhile
from risks.models import Activation, Office, Phase, PlanVersion, ResponsePlan, Risk
from risks.response import plan_content
from risks.response.errors import AtWork, DraftThere, NotADraft, NotAsked, NotYourPlan, PlanRetired
from risks.response.plan_content import Action, Contact, Duty

PERMISSION = "risks.plan_response"
REVIEW = "response-plan.review"
OFFICES = ("CIO", "CISO")  # both sign
FIELDS = ("name", "unit", "owner", "review_every_days")
KEEPERS = frozenset({"CIO", "CISO", "CSO"})
State = PlanVersion.State


@transaction.atomic
def open_plan(
    *,
    actor: Any,
    name: str,
    unit: Any,
    owner: Any = None,
    risks: Iterable[Risk] = (),
    assets: Iterable[Any] = (),
    review_every_days: int = 180,
    clocks: Sequence[Duty] = plan_content.OFFERED_CLOCKS,
) -> ResponsePlan:
    """Begin the plan for a scenario with a first draft, which holds the notification clocks people usually start from. Raises
    Invalid by field."""
    plan = ResponsePlan(
        name=name, unit=unit, owner=owner or actor, review_every_days=review_every_days, opened_by=actor, opened_at=clock.now()
    )
    _check(plan)
    plan.number = numbers.draw("RP")[0]
    plan.save()
    plan.risks.set(list(risks))
    plan.assets.set(list(assets))
    version = PlanVersion.objects.create(plan=plan, ordinal=1, drafted_by=actor, drafted_at=clock.now())
    plan_content.write_clocks(version, clocks)
    audit.record(actor, "response_plan.opened", plan, {"unit": unit.pk, "owner": plan.owner_id})
    return plan


@transaction.atomic
def change(plan: ResponsePlan, *, actor: Any, version: int | None, **said: Any) -> ResponsePlan:
    """Rename it, move it, hand it to somebody, link other risks and assets; what was signed stays signed. Raises PlanRetired,
    NotYourPlan, SavedMeanwhile, Invalid."""
    if unknown := set(said) - {*FIELDS, "risks", "assets"}:
        raise TypeError(f"A plan has no {', '.join(sorted(unknown))}.")
    plan = _locked(plan, actor)
    if version is not None and version != plan.version:
        theirs = {name: getattr(getattr(plan, name), "pk", getattr(plan, name)) for name in FIELDS}
        raise SavedMeanwhile(theirs=theirs, version=plan.version, by=None)
    links = {name: list(said.pop(name)) for name in ("risks", "assets") if name in said}
    changed = [name for name, value in said.items() if getattr(plan, name) != value]
    for name in changed:
        setattr(plan, name, said[name])
    _check(plan)
    relinked = [name for name, rows in links.items() if _relink(plan, name, rows, actor)]
    if not changed and not relinked:
        return plan
    save(plan, *changed)
    audit.record(actor, "response_plan.changed", plan, {"fields": [*changed, *relinked]})
    if {"owner", "review_every_days"} & set(changed) and in_force(plan) is not None:
        _watch(plan, actor)
    return plan


@transaction.atomic
def draft(plan: ResponsePlan, *, actor: Any) -> PlanVersion:
    """A new version that says what the newest one says. Raises PlanRetired, NotYourPlan, DraftThere."""
    plan = _locked(plan, actor)
    newest = plan.versions.first()
    if newest is not None and newest.state in (State.DRAFT, State.ASKED):
        raise DraftThere(plan)
    ordinal = newest.ordinal + 1 if newest else 1
    version = PlanVersion.objects.create(plan=plan, ordinal=ordinal, drafted_by=actor, drafted_at=clock.now())
    if newest is not None:
        plan_content.copy(newest, version)
    audit.record(actor, "response_plan.drafted", version, {"plan": plan.pk, "ordinal": ordinal})
    return version


@transaction.atomic
def write(
    version: PlanVersion,
    *,
    actor: Any,
    expected: int | None,
    actions: Sequence[Action] | None = None,
    contacts: Sequence[Contact] | None = None,
    clocks: Sequence[Duty] | None = None,
) -> PlanVersion:
    """Let a draft say this; what is left out stays. Raises PlanRetired, NotYourPlan, NotADraft, SavedMeanwhile, Invalid."""
    version = _draft(version, actor)
    if expected is not None and expected != version.version:
        raise SavedMeanwhile(theirs={}, version=version.version, by=version.drafted_by)
    said = {"actions": actions, "contacts": contacts, "clocks": clocks}
    wrong = {name: _CHECKS[name](rows) for name, rows in said.items() if rows is not None}
    if any(wrong.values()):
        raise Invalid(_("Some answers do not fit yet."), {name: told for name, told in wrong.items() if told})
    written = [name for name, rows in said.items() if rows is not None]
    for name in written:
        _WRITERS[name](version, said[name])
    version.drafted_by, version.version = actor, version.version + 1
    version.save(update_fields=["drafted_by", "version"])
    audit.record(actor, "response_plan.written", version, {"parts": written, "counts": [len(said[name]) for name in written]})
    return version


@transaction.atomic
def propose(version: PlanVersion, *, actor: Any) -> PlanVersion:
    """Send a draft to both leaders; from now on it stays as it is. Raises PlanRetired, NotYourPlan, NotADraft, Invalid while
    an office has nothing to do or nobody can be reached."""
    version = _draft(version, actor)
    missing = []
    live = version.actions.exclude(phase=Phase.PREPARE)
    for office in Office:
        if not live.filter(office=office).exists():
            missing.append(_("Say at least one action of the %(office)s.") % {"office": office.label})
    if not version.contacts.exists():
        missing.append(_("Name at least one person to be reached."))
    if missing:
        raise Invalid(_("This plan cannot be acted by yet."), {"content": missing})
    version.state, version.asked_by = State.ASKED, actor
    save(version, "state", "asked_by")
    audit.record(actor, "response_plan.proposed", version, {"ordinal": version.ordinal})
    signatures.ask(version, OFFICES, actor=actor)
    return version


@transaction.atomic
def take_back(version: PlanVersion, *, actor: Any) -> PlanVersion:
    """Make a draft of what waits for signatures again; what was signed holds no longer as soon as it says something else. Raises
    NotAsked, PlanRetired, NotYourPlan."""
    plan = _locked(version.plan, actor)
    version = _version(version, plan)
    if version.state != State.ASKED:
        raise NotAsked(version)
    version.state = State.DRAFT
    save(version, "state")
    audit.record(actor, "response_plan.taken_back", version, {"ordinal": version.ordinal})
    return version


def check_signable(version: PlanVersion) -> None:
    """Raises NotAsked, PlanRetired."""
    if version.plan.archived_at is not None:
        raise PlanRetired(version.plan)
    if version.state != State.ASKED:
        raise NotAsked(version)


@transaction.atomic
def take_force(version: PlanVersion, *, actor: Any) -> None:
    """Both leaders have signed it as it stands: it replaces the one before. Called by signing."""
    plan = ResponsePlan.objects.select_for_update(of=("self",)).get(pk=version.plan_id)
    for old in plan.versions.select_for_update().filter(state=State.IN_FORCE):
        old.state = State.SUPERSEDED
        save(old, "state")
    version.state, version.in_force_at = State.IN_FORCE, clock.now()
    save(version, "state", "in_force_at")
    plan_content.forget_private(plan)
    audit.record(None, "response_plan.in_force", version, {"plan": plan.pk, "ordinal": version.ordinal})
    _watch(plan, actor)


@transaction.atomic
def retire(plan: ResponsePlan, *, actor: Any, reason: str) -> ResponsePlan:
    """Nobody acts by it any more. Raises PlanRetired, NotYourPlan, AtWork, Invalid without a reason."""
    plan = _locked(plan, actor)
    reason = reason.strip()
    if not reason or len(reason) > plan_content.LONGEST_WORDS:
        raise Invalid(_("A plan is retired for a reason."), {"reason": [_("Say why in at most 300 characters.")]})
    if Activation.objects.live().filter(plan_version__plan=plan).exists():
        raise AtWork(plan)
    plan.archived_at = clock.now()
    save(plan, "archived_at")
    plan_content.forget_private(plan)
    reviews.cancel(plan, REVIEW, actor=actor)
    audit.record(actor, "response_plan.retired", plan, text=reason)
    return plan


@transaction.atomic
def hand_over(plan: ResponsePlan, successor: Any, *, actor: Any) -> Any:
    """Let `successor` keep it instead of one who leaves."""
    plan = ResponsePlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    before, plan.owner = plan.owner_id, successor
    save(plan, "owner")
    audit.record(actor, "response_plan.handed_over", plan, {"owner": [before, successor.pk]})
    if in_force(plan) is not None:
        _watch(plan, actor)
    return successor


def take_answer(review: Review, *, actor: Any, note: str) -> None:
    """Still true: looked at again in its time. Changed: a draft is begun. Closed: nobody acts by it any more."""
    plan = ResponsePlan.objects.select_related("owner").get(pk=review.subject_id)
    if review.outcome == Review.Outcome.CLOSED:
        retire(plan, actor=actor, reason=note)
        return
    if review.outcome == Review.Outcome.CHANGED and not plan.versions.filter(state__in=(State.DRAFT, State.ASKED)).exists():
        draft(plan, actor=actor)
    _watch(plan, actor)


def in_force(plan: ResponsePlan) -> PlanVersion | None:
    return plan.versions.filter(state=State.IN_FORCE).first()


def may_change(plan: ResponsePlan, actor: Any) -> bool:
    """Whoever keeps it, and the leaders."""
    return plan.archived_at is None and (actor.pk == plan.owner_id or bool(grants(actor).seats & KEEPERS))


def check_yours(plan: ResponsePlan, actor: Any) -> None:
    """Raises PlanRetired, NotYourPlan."""
    if plan.archived_at is not None:
        raise PlanRetired(plan)
    if not may_change(plan, actor):
        raise NotYourPlan(plan)


def _watch(plan: ResponsePlan, actor: Any) -> None:
    due_on = organisations.today() + timedelta(days=plan.review_every_days)
    reviews.schedule(plan, REVIEW, due_on, [], owner=plan.owner, actor=actor)


def _relink(plan: ResponsePlan, name: str, rows: list[Any], actor: Any) -> bool:
    """Let `rows` be linked, of those that the actor may open."""
    links = getattr(plan, name)
    linked = set(links.values_list("pk", flat=True))
    seen = set(links.model.objects.visible_to(actor).filter(pk__in=linked).values_list("pk", flat=True))
    wanted = {row.pk for row in rows}
    links.remove(*(seen - wanted))
    links.add(*(wanted - linked))
    return bool(seen - wanted or wanted - linked)


def _locked(plan: ResponsePlan, actor: Any) -> ResponsePlan:
    found = ResponsePlan.objects.select_related("unit", "owner").select_for_update(of=("self",)).get(pk=plan.pk)
    check_yours(found, actor)
    return found


def _version(version: PlanVersion, plan: ResponsePlan) -> PlanVersion:
    found = PlanVersion.objects.select_for_update(of=("self",)).select_related("drafted_by").get(pk=version.pk)
    found.plan = plan
    return found


def _draft(version: PlanVersion, actor: Any) -> PlanVersion:
    found = _version(version, _locked(version.plan, actor))
    if found.state != State.DRAFT:
        raise NotADraft(found)
    return found


def _check(plan: ResponsePlan) -> None:
    plan.name = " ".join(plan.name.split())
    wrong: dict[str, list[str]] = {}
    if not plan.name or len(plan.name) > 200:
        wrong["name"] = [_("Name the scenario in at most 200 characters.")]
    if plan.owner is None or plan.owner.is_service or not plan.owner.is_active:
        wrong["owner"] = [_("Choose somebody who works here.")]
    if not 1 <= plan.review_every_days <= 366:
        wrong["review_every_days"] = [_("Look at it again within 1 to 366 days.")]
    if wrong:
        raise Invalid(_("Some answers do not fit yet."), wrong)


def save(row: Any, *fields: str) -> None:
    row.version += 1
    row.save(update_fields=[*fields, "version"])


_CHECKS = {"actions": plan_content.wrong_actions, "contacts": plan_content.wrong_contacts, "clocks": plan_content.wrong_clocks}
_WRITERS = {"actions": plan_content.write_actions, "contacts": plan_content.write_contacts, "clocks": plan_content.write_clocks}
