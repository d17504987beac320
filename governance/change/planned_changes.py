"""The verbs over the change calendar: plan a change or a freeze, say it otherwise, call it off, hand it over."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import Asset
from governance.change import clashes
from governance.change.errors import PlannedOver
from governance.change.models import PlannedAsset, PlannedChange
from portal import clock
from portal.errors import Invalid
from portal.people.models import User
from portal.record import audit, numbers
from portal.record.models import AuditEntry
from portal.talk.moves import Moves
from risks.errors import SavedMeanwhile

Kind = PlannedChange.Kind
TEXTS = ("title", "note")
FIELDS = ("kind", "title", "note", "unit", "starts_at", "ends_at", "owner", "initiative")
LONGEST_TITLE, LONGEST_NOTE, LONGEST_REASON, MOST_ASSETS = 200, 2000, 300, 50
LONGEST = {Kind.FREEZE: timedelta(days=186)}
LONGEST_CHANGE = timedelta(days=31)
LAST_YEAR = 3000


@transaction.atomic
def plan(*, actor: Any, assets: Iterable[Asset] = (), source: str = "", external_id: str = "", **said: Any) -> PlannedChange:
    """Write down what is to happen, to which assets; `said` holds FIELDS. What it meets is put to both owners. Raises Invalid by
    field."""
    planned = PlannedChange(planned_by=actor, planned_at=clock.now(), source=source, external_id=external_id)
    _take(planned, said)
    wanted = list(assets)
    check(planned, wanted)
    planned.number = numbers.draw("CH")[0]
    planned.save()
    _touch(planned, wanted)
    told = {"kind": planned.kind, "unit": planned.unit_id, "assets": sorted(asset.pk for asset in wanted)}
    audit.record(actor, "planned-change.planned", planned, told)
    clashes.renew(planned.pk, actor=actor)
    return planned


@transaction.atomic
def change(
    planned: PlannedChange, *, actor: Any, version: int | None = None, assets: Iterable[Asset] | None = None, **said: Any
) -> PlannedChange:
    """Say it otherwise; `assets` replace those it named (None: they stay). Raises PlannedOver, SavedMeanwhile, Invalid by field."""
    planned = _locked(planned)
    check_ahead(planned)
    if version is not None and version != planned.version:
        raise SavedMeanwhile(theirs=_kept(planned, said), version=planned.version, by=_last_hand(planned))
    before, touched = _kept(planned, FIELDS), assets_of(planned)
    _take(planned, said)
    changed = [name for name in FIELDS if getattr(planned, name) != before[name]]
    wanted = touched if assets is None else list(assets)
    moved = {asset.pk for asset in wanted} != {asset.pk for asset in touched}
    if not changed and not moved:
        return planned
    check(planned, wanted)
    planned.version += 1
    planned.save()
    _touch(planned, wanted)
    audit.record(actor, "planned-change.changed", planned, {"fields": changed, "assets": moved})
    clashes.renew(planned.pk, actor=actor)
    return planned


@transaction.atomic
def call_off(planned: PlannedChange, *, actor: Any, reason: str) -> PlannedChange:
    """It does not happen, or the freeze ends early. Raises PlannedOver, Invalid."""
    planned = _locked(planned)
    check_ahead(planned)
    reason = " ".join(reason.replace("\x00", "").split())
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid(_("This is not complete."), {"reason": [_("Say why in at most %d characters.") % LONGEST_REASON]})
    planned.archived_at, planned.calling_off_reason = clock.now(), reason
    planned.version += 1
    planned.save(update_fields=["archived_at", "calling_off_reason", "version"])
    audit.record(actor, "planned-change.called_off", planned, text=reason)
    clashes.renew(planned.pk, actor=actor)
    return planned


@transaction.atomic
def hand_over(planned: PlannedChange, successor: User, *, actor: Any) -> User:
    """Let `successor` see to it, and answer for what it meets."""
    planned = _locked(planned)
    before, planned.owner = planned.owner_id, successor
    planned.version += 1
    planned.save(update_fields=["owner", "version"])
    audit.record(actor, "planned-change.handed_over", planned, {"owner": [before, successor.pk]})
    clashes.renew(planned.pk, actor=actor)
    return successor


def assets_of(planned: PlannedChange) -> list[Asset]:
    """What it touches, whoever asks."""
    return list(Asset.objects.filter(planned_links__planned=planned, planned_links__archived_at=None).order_by("pk"))


def check_ahead(planned: PlannedChange) -> None:
    """Raises PlannedOver."""
    if planned.archived_at is not None or planned.ends_at <= clock.now():
        raise PlannedOver(planned)


def check(planned: PlannedChange, assets: list[Asset]) -> None:
    """Raises Invalid, by field, unless it may stand so."""
    wrong: dict[str, list[str]] = {}
    if not planned.title or len(planned.title) > LONGEST_TITLE:
        wrong["title"] = [_("Name it in at most %d characters.") % LONGEST_TITLE]
    if len(planned.note) > LONGEST_NOTE:
        wrong["note"] = [_("Keep it under %d characters.") % LONGEST_NOTE]
    if planned.kind not in Kind.values:
        wrong["kind"] = [_("Choose what kind of change it is.")]
    if planned.unit_id is None:
        wrong["unit"] = [_("Say where it happens.")]
    if planned.owner_id is None or planned.owner.is_service or not planned.owner.is_active:
        wrong["owner"] = [_("Name somebody who works here.")]
    if planned.is_freeze and assets:
        wrong["assets"] = [_("A freeze holds for all that stands there; name no assets.")]
    elif len(assets) > MOST_ASSETS:
        wrong["assets"] = [_("Name at most %d assets.") % MOST_ASSETS]
    wrong |= _wrong_hours(planned)
    if wrong:
        raise Invalid(_("This is not complete."), wrong)


def _wrong_hours(planned: PlannedChange) -> Mapping[str, list[str]]:
    if planned.starts_at is None or planned.ends_at is None:
        return {name: [_("Say from when until when.")] for name in ("starts_at", "ends_at") if getattr(planned, name) is None}
    longest = LONGEST.get(planned.kind, LONGEST_CHANGE)
    if not timedelta(0) < planned.ends_at - planned.starts_at <= longest or planned.ends_at.year >= LAST_YEAR:
        return {"ends_at": [_("It ends after it starts, within %d days.") % longest.days]}
    if planned.ends_at <= clock.now():
        return {"ends_at": [_("Choose an end that is still to come.")]}
    return {}


def _take(planned: PlannedChange, said: Mapping[str, Any]) -> None:
    if unknown := set(said) - set(FIELDS):
        raise TypeError(f"A planned change's {', '.join(sorted(unknown))} cannot be said.")
    for name, value in said.items():
        setattr(planned, name, " ".join(value.split()) if name == "title" else value.strip() if name in TEXTS else value)


def _touch(planned: PlannedChange, assets: Iterable[Asset]) -> None:
    """Let it name exactly `assets`."""
    wanted = {asset.pk for asset in assets}
    known = {link.asset_id: link for link in planned.asset_links.all()}
    for pk, link in known.items():
        gone = None if pk in wanted else link.archived_at or clock.now()
        if link.archived_at != gone:
            link.archived_at = gone
            link.save(update_fields=["archived_at"])
    PlannedAsset.objects.bulk_create(PlannedAsset(planned=planned, asset_id=pk) for pk in sorted(wanted - known.keys()))


def follow_merge(survivor: Asset, merged: Asset, moves: Moves) -> None:
    """What was planned for an asset that became another one is planned for that."""
    moves.set_unless_there(PlannedAsset.objects.filter(asset=merged, archived_at=None), "asset_id", survivor.pk, ("planned_id",))


def _locked(planned: PlannedChange) -> PlannedChange:
    rows = PlannedChange.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("unit", "owner", "initiative").get(pk=planned.pk)


def _kept(planned: PlannedChange, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(planned, name) for name in names if name in FIELDS}


def _last_hand(planned: PlannedChange) -> User | None:
    entry = AuditEntry.objects.filter(kind="planned-change", subject_id=planned.pk).select_related("actor").last()
    return entry.actor if entry else None
