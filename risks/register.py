"""The register: log, reword, link and close a risk."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import Asset
from portal import clock
from portal.errors import Invalid
from portal.people.reach import grants
from portal.record import audit, numbers
from portal.record.models import AuditEntry
from risks import cadence, exceptions, ratings, treatments, wanted
from risks.errors import NotLinked, ReadersAreNotYours, RiskClosed, SavedMeanwhile
from risks.levels import set_levels, take
from risks.models import Levels, Risk, RiskAsset, ScoreState
from risks.movers import movers, safety_lane
from risks.signals import risk_changed

__all__ = ["change", "check_open", "close", "link_asset", "locked", "log", "movers", "safety_lane", "set_levels", "unlink_asset"]

CHANGEABLE = (
    "title",
    "cause",
    "consequence",
    "grounds",
    "category",
    "unit",
    "it_owner",
    "security_owner",
    "accountable",
    "is_confidential",
    "review_every_days",
    "source",
    "external_id",
)
OPENING = ("it_owner", "security_owner")  # whoever stands here reads a confidential risk and names its readers
WORDS = ("title", "cause", "consequence", "grounds")  # people's words stand in row history, not in audit params


@transaction.atomic
def log(
    *,
    actor: Any,
    title: str,
    cause: str = "",
    consequence: str = "",
    grounds: str = "",
    category: str,
    unit: Any,
    assets: Iterable[Asset] = (),
    likelihood_level: int | None = None,
    impact: Mapping[str, int | None] | None = None,
    it_owner: Any = None,
    security_owner: Any = None,
    accountable: str = "",
    is_confidential: bool = False,
    named_people: Iterable[Any] = (),
    review_every_days: int = 90,
    review_due_on: date | None = None,
    source: str = "",
    external_id: str = "",
) -> Risk:
    """Put what could happen into the register; what is not known yet can follow. The first look is due on `review_due_on`, which
    may be past, else after `review_every_days`. Raises Invalid by field."""
    assets = list({asset.pk: asset for asset in assets}.values())
    risk = Risk(
        title=" ".join(title.split()),
        cause=cause.strip(),
        consequence=consequence.strip(),
        grounds=grounds.strip(),
        category=category,
        unit=unit,
        it_owner=it_owner,
        security_owner=security_owner,
        accountable=accountable,
        is_confidential=is_confidential,
        review_every_days=review_every_days,
        source=source,
        external_id=external_id,
        logged_by=actor,
        logged_at=clock.now(),
    )
    wanted.check(risk, actor=actor, assets=assets)
    risk.number = numbers.draw("R")[0]
    risk.review_due_on = review_due_on or cadence.first_due_on(risk)
    risk.save()
    _name(risk, list(named_people) or None, actor)
    links = [RiskAsset(risk=risk, asset=asset, linked_by=actor, linked_at=clock.now()) for asset in assets]
    RiskAsset.objects.bulk_create(links)
    ScoreState.objects.create(risk=risk)
    audit.record(actor, "risk.logged", risk, {"category": category, "unit": unit.pk, "assets": [one.pk for one in assets]})
    impact = {area: level for area, level in (impact or {}).items() if level is not None}
    if likelihood_level is not None or impact:
        take(risk, Levels.Stage.CURRENT, actor=actor, likelihood_level=likelihood_level, levels=impact, reason=risk.grounds)
    cadence.schedule(risk, actor=actor)
    risk_changed.send(Risk, risk_ids=[risk.pk], cause="risk.logged")
    return risk


@transaction.atomic
def change(risk: Risk, *, actor: Any, version: int | None, **fields: Any) -> Risk:
    """Reword, move, hand over or hide an open risk; `fields` are those of `CHANGEABLE` and `named_people`.

    Raises SavedMeanwhile where `version` is not the present one (None: whatever it is), RiskClosed, Invalid by field,
    ReadersAreNotYours; TypeError for a field that no form or integration may set.
    """
    if unknown := set(fields) - {*CHANGEABLE, "named_people"}:
        raise TypeError(f"A risk's {', '.join(sorted(unknown))} cannot be changed.")
    risk = _locked(risk, version, fields)
    people = fields.pop("named_people", None)
    before = {name: getattr(risk, name) for name in CHANGEABLE}
    for name, value in fields.items():
        setattr(risk, name, value.strip() if isinstance(value, str) else value)
    wanted.check(risk, actor=actor, changed=set(fields))
    changed = [name for name in CHANGEABLE if getattr(risk, name) != before[name]]
    readers_changed = people is not None and _differ(risk, people)
    if before["is_confidential"] and (readers_changed or {"is_confidential", *OPENING} & set(changed)):
        _check_readers(before, actor)
    if not changed and not readers_changed:
        return risk
    if "review_every_days" in changed and risk.review_due_on is not None:
        risk.review_due_on = cadence.first_due_on(risk)
    risk.version += 1
    risk.save(update_fields=[*changed, "review_due_on", "version"])
    if readers_changed or "is_confidential" in changed:
        _name(risk, people, actor)
    if {"it_owner", "security_owner", "accountable", "unit", "review_every_days"} & set(changed):
        cadence.schedule(risk, actor=actor)
    audit.record(actor, "risk.changed", risk, _told(risk, before, changed, readers_changed))
    risk_changed.send(Risk, risk_ids=[risk.pk], cause="risk.changed")
    return risk


@transaction.atomic
def link_asset(risk: Risk, asset: Asset, *, actor: Any) -> RiskAsset:
    """This risk would befall this asset too; linking twice changes nothing. Raises RiskClosed, Invalid."""
    risk = _locked(risk, None, {})
    wanted.check_assets([asset], actor)
    link, is_new = RiskAsset.objects.get_or_create(risk=risk, asset=asset, defaults={"linked_by": actor})
    if is_new:
        audit.record(actor, "risk.asset_linked", risk, {"asset": asset.pk})
        risk_changed.send(Risk, risk_ids=[risk.pk], cause="risk.asset_linked")
    return link


@transaction.atomic
def unlink_asset(risk: Risk, asset: Asset, *, actor: Any) -> None:
    """This risk would not befall this asset after all. Raises RiskClosed, NotLinked."""
    risk = _locked(risk, None, {})
    removed, _by_model = RiskAsset.objects.filter(risk=risk, asset=asset).delete()
    if not removed:
        raise NotLinked(risk, asset)
    audit.record(actor, "risk.asset_unlinked", risk, {"asset": asset.pk})
    risk_changed.send(Risk, risk_ids=[risk.pk], cause="risk.asset_unlinked")


@transaction.atomic
def close(risk: Risk, *, actor: Any, reason: str) -> Risk:
    """Take `risk` out of the open register, for a reason; its plans and acceptances end with it. Raises RiskClosed,
    PolicyStillBroken, Invalid without a reason."""
    risk = _locked(risk, None, {})
    reason = reason.strip()
    if not reason or len(reason) > Risk._meta.get_field("closing_reason").max_length:
        raise Invalid(
            _("A risk closes for a reason."), {"reason": [_("Say in at most 300 characters why it cannot happen any more.")]}
        )
    risk.state, risk.closing_reason, risk.closed_at = Risk.State.CLOSED, reason, clock.now()
    risk.review_due_on = None
    risk.version += 1
    risk.save(update_fields=["state", "closing_reason", "closed_at", "review_due_on", "version"])
    cadence.end(risk, actor=actor)
    ratings.end(risk, actor=actor)
    treatments.end_of(risk, actor=actor, reason=reason)
    exceptions.end_of(risk, actor=actor, reason=reason)
    audit.record(actor, "risk.closed", risk, text=reason)
    risk_changed.send(Risk, risk_ids=[risk.pk], cause="risk.closed")
    return risk


def locked(risk: Risk) -> Risk:
    """The open risk as it stands, locked, for another room's verb. Raises RiskClosed."""
    return _locked(risk, None, {})


def check_open(risk: Risk) -> None:
    """Raises RiskClosed."""
    if risk.state != Risk.State.OPEN:
        raise RiskClosed(risk)


def _locked(risk: Risk, version: int | None, fields: Mapping[str, Any]) -> Risk:
    """The row as it stands, locked; its owners and unit with it."""
    related = Risk.objects.select_related("unit__head", "it_owner", "security_owner", "logged_by")
    risk = related.select_for_update(of=("self",)).get(pk=risk.pk)
    check_open(risk)
    if version is not None and version != risk.version:
        theirs = {name: _key(getattr(risk, name)) for name in fields if name != "named_people"}
        last = AuditEntry.objects.filter(kind="risk", subject_id=risk.pk, verb="risk.changed").select_related("actor").last()
        raise SavedMeanwhile(theirs=theirs, version=risk.version, by=last.actor if last else None)
    return risk


def _check_readers(before: Mapping[str, Any], actor: Any) -> None:
    """Who may read a confidential risk is for its owners and the leaders to say."""
    if not grants(actor).opens_confidential and actor not in (before["it_owner"], before["security_owner"]):
        raise ReadersAreNotYours


def _differ(risk: Risk, people: Iterable[Any]) -> bool:
    return {person.pk for person in people} != set(risk.named_people.values_list("pk", flat=True))


def _name(risk: Risk, people: Iterable[Any] | None, actor: Any) -> None:
    """Keep the named people; whoever hides a risk stays among its readers."""
    if people is not None:
        risk.named_people.set(people)
    shut_out = risk.is_confidential and not grants(actor).opens_confidential
    if shut_out and actor not in (risk.it_owner, risk.security_owner):
        risk.named_people.add(actor)


def _told(risk: Risk, before: Mapping[str, Any], changed: list[str], readers_changed: bool) -> dict[str, Any]:
    """Names of fields, and the keys they went from and to."""
    told = {name: [_key(before[name]), _key(getattr(risk, name))] for name in changed if name not in WORDS}
    if readers_changed:
        told["named_people"] = sorted(risk.named_people.values_list("pk", flat=True))
    return {"fields": [*changed, *(["named_people"] if readers_changed else [])], "values": told}


def _key(value: Any) -> Any:
    return getattr(value, "pk", value)
