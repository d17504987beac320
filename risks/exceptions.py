"""Exceptions, one list and one engine: propose, change, extend, close, expire. Signing puts them in force."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from portal import clock
from portal.attention import reviews
from portal.errors import Invalid
from portal.people import announcements, organisations
from portal.people.models import User
from portal.people.reach import grants
from portal.record import audit, numbers
from portal.signing import signatures
from risks import authority, exception_prices, treatments
from risks.errors import (
    ExceptionClosed,
    ExceptionWaits,
    NotInForce,
    NotYourException,
    PolicyStillBroken,
    RiskClosed,
    SafetyForMoney,
    SavedMeanwhile,
)
from risks.exception_errors import ExtendedAlready, WaivedAtTheGate
from risks.models import Risk, RiskException
from risks.models.exception import MATERIAL

Kind, Outcome, ReasonKind, Standing = (
    RiskException.Kind,
    RiskException.Outcome,
    RiskException.ReasonKind,
    RiskException.Standing,
)
EXPIRY = "exception.expiry"
ASKED_ALONE = (Kind.RISK_ACCEPTANCE, Kind.POLICY_EXCEPTION)  # a gate waiver belongs to a criterion
EXPIRED, IN_FORCE = "exception.expired", "exception.in_force"
LONGEST = timedelta(days=366)
LONGEST_TITLE, LONGEST_TEXT = 200, 4000
FIELDS = ("title", "reason_kind", "reason", "compensating_control", "starts_on", "ends_on", "owner")


def propose(risk: Risk, kind: str, *, actor: Any, extends: RiskException | None = None, **said: Any) -> RiskException:
    """Ask whom the table of authority names to accept `risk`, or to let it deviate from a policy; `said` holds FIELDS. A gate is
    waived by `waive`.

    The same issued anew counts as an extension, from the day the first one began. Raises RiskClosed, SafetyForMoney,
    ExceptionWaits, NotInForce (of what it extends), Invalid by field.
    """
    if kind not in ASKED_ALONE:
        raise Invalid(_("This is not complete."), {"kind": [_("Choose a risk acceptance or a policy exception.")]})
    return _propose(risk, kind, actor, extends, said)


def waive(risk: Risk, *, actor: Any, **said: Any) -> RiskException:
    """Ask to let an initiative pass a gate although a criterion is open; called by whoever keeps gates, which says what for. It is
    not extended: once it has ended, the gate asks anew. Raises as `propose`."""
    return _propose(risk, Kind.GATE_WAIVER, actor, None, said)


@transaction.atomic
def _propose(risk: Risk, kind: str, actor: Any, extends: RiskException | None, said: Mapping[str, Any]) -> RiskException:
    risk = _open_risk(risk)
    text = {name: str(said.get(name) or "").strip() for name in ("title", "reason_kind", "reason", "compensating_control")}
    exception = RiskException(
        risk=risk,
        kind=kind,
        **text,
        starts_on=said.get("starts_on") or organisations.today(),
        ends_on=said.get("ends_on"),
        owner=said.get("owner") or risk.accountable_owner or actor,
        proposed_by=actor,
        proposed_at=clock.now(),
    )
    _check(exception, set(FIELDS))
    exception.price = exception_prices.of_one(risk, exception.starts_on, exception.ends_on)
    earlier = extends or _same(exception).exclude(signed_at=None).order_by("-ends_on", "-pk").first()
    if extends is not None and extends.signed_at is None:
        raise NotInForce(extends)
    waits = _same(exception).unsigned().filter(signed_at=None).first()
    if waits is not None:
        raise ExceptionWaits(waits)
    exception.extends = earlier
    exception.original_starts_on = earlier.original_starts_on if earlier else exception.starts_on
    exception.number = numbers.draw("E")[0]
    exception.save()
    exception.refresh_from_db(fields=["content_digest"])
    audit.record(actor, "exception.proposed", exception, _keys(exception), text=exception.reason)
    signatures.ask(exception, authority.needed(exception), actor=actor)
    return exception


@transaction.atomic
def change(exception: RiskException, *, actor: Any, version: int | None, **said: Any) -> RiskException:
    """Say it otherwise; what was signed holds no longer as soon as a material field differs, and whoever changed one does not sign
    it alone. Raises ExceptionClosed, NotYourException, SavedMeanwhile, SafetyForMoney, Invalid by field."""
    exception = _locked(exception, actor)
    if version is not None and version != exception.version:
        theirs = {name: getattr(exception, name) for name in FIELDS}
        raise SavedMeanwhile(theirs=theirs, version=exception.version, by=None)
    changed = {name for name, value in said.items() if name in FIELDS and getattr(exception, name) != value}
    if not changed:
        return exception
    for name in changed:
        value = said[name]
        setattr(exception, name, value.strip() if isinstance(value, str) else value)
    _check(exception, changed)
    if changed & {"starts_on", "ends_on"}:
        exception.price = exception_prices.of_one(exception.risk, exception.starts_on, exception.ends_on)
    if changed & set(MATERIAL):
        exception.changed_by = actor
    if exception.extends_id is None and "starts_on" in changed:
        exception.original_starts_on = exception.starts_on
    exception.version += 1
    exception.save()
    exception.refresh_from_db(fields=["content_digest"])
    audit.record(actor, "exception.changed", exception, {"fields": sorted(changed)})
    if not exception.is_signed:
        treatments.reopen_lapsed(exception.risk, actor=actor)
        reviews.cancel(exception, EXPIRY, actor=actor)
        _watch_earlier(exception, actor)
        signatures.ask(exception, authority.needed(exception), actor=actor)
    elif "owner" in changed:
        _watch_end(exception, actor)
    return exception


@transaction.atomic
def extend(exception: RiskException, ends_on: date, *, actor: Any, **said: Any) -> RiskException:
    """Propose that it lasts until `ends_on`: a new one from the day after (or today, once it is over), with the first start
    shown; once that is signed and begins, this one closes. Raises as `propose`, ExceptionClosed, NotYourException, NotInForce,
    WaivedAtTheGate, ExtendedAlready."""
    exception = _locked(exception, actor)
    if exception.signed_at is None:
        raise NotInForce(exception)
    if exception.kind == Kind.GATE_WAIVER:
        raise WaivedAtTheGate(exception)
    following = followed_by(exception)
    if following is not None:
        raise ExtendedAlready(exception, following)
    kept = {name: getattr(exception, name) for name in FIELDS}
    starts_on = max(organisations.today(), exception.ends_on + timedelta(days=1))
    told = kept | said | {"starts_on": starts_on, "ends_on": ends_on}
    return propose(exception.risk, exception.kind, actor=actor, extends=exception, **told)


@transaction.atomic
def close(exception: RiskException, *, actor: Any, gap_fixed: bool, reason: str = "") -> RiskException:
    """It is needed no more: the gap is fixed, or not, and then for a reason. One that nobody has signed is withdrawn. Raises
    ExceptionClosed, NotYourException, Invalid."""
    exception = _locked(exception, actor)
    reason = reason.strip()
    if len(reason) > LONGEST_TEXT:
        raise Invalid(_("This is too long."), {"reason": [_("Keep it under %d characters.") % LONGEST_TEXT]})
    outcome = Outcome.WITHDRAWN if exception.signed_at is None else Outcome.FIXED if gap_fixed else Outcome.UNFIXED
    if outcome == Outcome.UNFIXED and not reason:
        sentence = _("The gap stays open, so say why this needs no permission any more.")
        raise Invalid(sentence, {"reason": [sentence]})
    return _end(exception, outcome, reason, actor)


def end_of(risk: Risk, *, actor: Any, reason: str) -> None:
    """A risk that is closed leaves nothing to accept: acceptances end with it, and what nobody has signed yet is withdrawn. A
    deviation from policy in force goes on whatever becomes of the risk: raises PolicyStillBroken. The caller holds its lock."""
    rows = (
        RiskException.objects.open().filter(risk=risk).select_for_update(of=("self",)).select_related("risk__unit").order_by("pk")
    )
    found = list(rows)
    broken = [one for one in found if one.kind == Kind.POLICY_EXCEPTION and one.is_signed]
    if broken:
        raise PolicyStillBroken(risk, broken)
    for one in found:
        _end(one, Outcome.FIXED if one.is_signed else Outcome.WITHDRAWN, reason, actor)


@transaction.atomic
def hand_over(exception: RiskException, successor: User, *, actor: Any) -> User:
    """Let `successor` own it instead of one who leaves; what was signed stays signed."""
    exception = RiskException.objects.select_for_update(of=("self",)).select_related("risk__unit", "owner").get(pk=exception.pk)
    before, exception.owner = exception.owner_id, successor
    exception.version += 1
    exception.save(update_fields=["owner", "version"])
    audit.record(actor, "exception.handed_over", exception, {"owner": [before, successor.pk]})
    if exception.is_signed:
        _watch_end(exception, actor)
    return successor


def take_force(exception: RiskException, *, actor: Any) -> None:
    """All have signed it as it stands; called by signing, the exception is locked."""
    exception.signed_digest, exception.signed_at, exception.expiry_told_at = exception.content_digest, clock.now(), None
    exception.version += 1
    exception.save(update_fields=["signed_digest", "signed_at", "expiry_told_at", "version"])
    audit.record(None, IN_FORCE, exception, _keys(exception))
    _watch_end(exception, actor)
    if exception.starts_on <= organisations.today():
        if exception.kind == Kind.RISK_ACCEPTANCE:
            treatments.retain(exception.risk, actor=actor)
        for earlier in _chain(exception):
            _end(earlier, Outcome.EXTENDED, "", actor)
    elif exception.extends_id is not None:  # that one stays in force until then, and its end asks nobody
        reviews.cancel(exception.extends, EXPIRY, actor=actor)


def followed_by(exception: RiskException) -> RiskException | None:
    """The extension that all have signed, and that takes over when this one ends."""
    return RiskException.objects.open().signed().filter(extends=exception).order_by("-pk").first()


def stay_in_force(exception: RiskException) -> None:
    """Words of what all had signed were taken away; called in that transaction."""
    RiskException.objects.filter(pk=exception.pk).exclude(signed_digest="").update(signed_digest=F("content_digest"))


def check_signable(exception: RiskException) -> None:
    """Raises ExceptionClosed, RiskClosed, or SafetyForMoney where the risk has come to be about safety meanwhile."""
    if exception.closed_at is not None:
        raise ExceptionClosed(exception)
    if exception.risk.state != Risk.State.OPEN:
        raise RiskClosed(exception.risk)
    _check_safety(exception)


def expire() -> int:
    """Announce every end that has come and was not announced yet, and close what an extension took over; returns how many. What
    retains a risk that is accepted no more waits again. Safe to run twice, and at once."""
    today, count = organisations.today(), 0
    for pk in RiskException.objects.expired(today).filter(expiry_told_at=None).order_by("pk").values_list("pk", flat=True):
        count += _announce_end(pk, today)
    treatments.reopen_lapsed()
    return count


def may_change(exception: RiskException, actor: Any) -> bool:
    """Its proposer, its owner, the owners of its risk, and the leaders."""
    risk = exception.risk
    named = {exception.proposed_by_id, exception.owner_id, risk.it_owner_id, risk.security_owner_id}
    return actor.pk in named or bool(grants(actor).seats & {"CIO", "CISO", "CSO"})


def may_extend(exception: RiskException) -> bool:
    """Whether it was in force, belongs to no gate, and nothing takes over from it; read `with_following`."""
    return exception.signed_at is not None and exception.kind in ASKED_ALONE and exception.following_id is None


def told_of(exception: RiskException) -> set[int]:
    """Who hears of its end: its owner and the owners of its risk."""
    return {exception.owner_id, exception.risk.it_owner_id, exception.risk.security_owner_id} - {None}


@transaction.atomic
def _announce_end(pk: int, today: date) -> bool:
    rows = RiskException.objects.expired(today).filter(expiry_told_at=None, pk=pk)
    exception = rows.select_for_update(of=("self",), skip_locked=True).select_related("risk__unit").first()
    if exception is None:  # another process was faster, or somebody extends it right now
        return False
    following = followed_by(exception)
    if following is not None and following.starts_on <= today:
        _end(exception, Outcome.EXTENDED, "", None)
        return True
    exception.expiry_told_at = clock.now()
    exception.save(update_fields=["expiry_told_at"])
    audit.record(None, EXPIRED, exception, _keys(exception))
    announcements.tell(exception, EXPIRED, told_of(exception))
    return True


def _end(exception: RiskException, outcome: str, reason: str, actor: Any) -> RiskException:
    exception.outcome, exception.closing_reason = outcome, reason
    exception.closed_by, exception.closed_at = actor, clock.now()
    exception.version += 1
    exception.save(update_fields=["outcome", "closing_reason", "closed_by", "closed_at", "version"])
    reviews.cancel(exception, EXPIRY, actor=actor)
    audit.record(actor, "exception.closed", exception, {"outcome": outcome}, text=reason)
    if outcome != Outcome.EXTENDED:
        _watch_earlier(exception, actor)
        treatments.reopen_lapsed(exception.risk, actor=actor)
    return exception


def _chain(exception: RiskException) -> Iterator[RiskException]:
    """What it extends and is still open, the latest first; locked."""
    while exception.extends_id is not None:
        rows = RiskException.objects.select_for_update(of=("self",)).select_related("risk__unit", "owner")
        exception = rows.get(pk=exception.extends_id)
        if exception.closed_at is None:
            yield exception


def _watch_earlier(exception: RiskException, actor: Any) -> None:
    """It takes over nothing any more: the end of what it was to extend is reminded of again."""
    for earlier in _chain(exception):
        if earlier.is_signed:
            _watch_end(earlier, actor)


def _watch_end(exception: RiskException, actor: Any) -> None:
    """Let its last day be reminded of, before and after it has come; not where another one takes over then."""
    if followed_by(exception) is not None:
        return
    people = User.objects.filter(pk__in=told_of(exception) - {exception.owner_id}, is_active=True).order_by("pk")
    reviews.schedule(exception, EXPIRY, exception.ends_on, list(people), owner=exception.owner, actor=actor)


def _same(exception: RiskException):
    """Open ones that permit the same: of a risk one acceptance, and one policy exception of a title."""
    rows = RiskException.objects.open().filter(risk=exception.risk, kind=exception.kind)
    rows |= RiskException.objects.filter(risk=exception.risk, kind=exception.kind, outcome=Outcome.UNFIXED)
    return rows if exception.kind == Kind.RISK_ACCEPTANCE else rows.filter(title__iexact=exception.title)


def _check(exception: RiskException, changed: set[str]) -> None:
    """Raises SafetyForMoney, and Invalid by field."""
    wrong: dict[str, list[str]] = {}
    if not exception.title or len(exception.title) > LONGEST_TITLE:
        wrong["title"] = [_("Say in a sentence what is permitted, at most %d characters.") % LONGEST_TITLE]
    if exception.reason_kind not in ReasonKind.values:
        wrong["reason_kind"] = [_("Choose why it is not cured now.")]
    if not exception.reason:
        wrong["reason"] = [_("Say why, so that whoever signs can judge it.")]
    for name in ("reason", "compensating_control"):
        if len(getattr(exception, name)) > LONGEST_TEXT:
            wrong[name] = [_("Keep it under %d characters.") % LONGEST_TEXT]
    wrong |= _wrong_days(exception, changed)
    if "owner" in changed and (exception.owner is None or exception.owner.is_service or not exception.owner.is_active):
        wrong["owner"] = [_("Name somebody who works here.")]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
    _check_safety(exception)


def _wrong_days(exception: RiskException, changed: set[str]) -> Mapping[str, list[str]]:
    today = organisations.today()
    if exception.starts_on is None or exception.ends_on is None:
        missing = "starts_on" if exception.starts_on is None else "ends_on"
        return {missing: [_("Say on which day.")]}
    if "starts_on" in changed and exception.starts_on < today:
        return {"starts_on": [_("It starts today or later; nothing is permitted afterwards.")]}
    if exception.ends_on < exception.starts_on:
        return {"ends_on": [_("The last day comes after the first.")]}
    if "ends_on" in changed and exception.ends_on < today:
        return {"ends_on": [_("The last day is today or later.")]}
    if exception.ends_on - exception.starts_on > LONGEST:
        return {"ends_on": [_("At most a year; it can be extended, with its first day shown.")]}
    return {}


def _check_safety(exception: RiskException) -> None:
    if exception.reason_kind == ReasonKind.COST and authority.is_safety(exception.risk):
        raise SafetyForMoney(exception.risk)


def _open_risk(risk: Risk) -> Risk:
    """Locked, so that of two who propose the same one comes second."""
    related = ("unit", "it_owner", "security_owner")
    found = Risk.objects.select_for_update(of=("self",), no_key=True).select_related(*related).get(pk=risk.pk)
    if found.state != Risk.State.OPEN:
        raise RiskClosed(found)
    return found


def _locked(exception: RiskException, actor: Any) -> RiskException:
    related = ("risk__unit", "risk__it_owner", "risk__security_owner", "owner")
    found = RiskException.objects.select_for_update(of=("self",)).select_related(*related).get(pk=exception.pk)
    if found.closed_at is not None:
        raise ExceptionClosed(found)
    if not may_change(found, actor):
        raise NotYourException(found)
    return found


def _keys(exception: RiskException) -> dict[str, Any]:
    days = {name: getattr(exception, name).isoformat() for name in ("starts_on", "ends_on", "original_starts_on")}
    return {"kind": exception.kind, "risk": exception.risk_id, "owner": exception.owner_id, "extends": exception.extends_id, **days}
