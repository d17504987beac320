"""Answer for another criticality than the one that follows: with a reason, and until a day."""

from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models.expressions import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from assets import authority, criticality
from assets.errors import Archived
from assets.models import Asset, CriticalityOverride
from assets.signals import assets_changed
from portal import clock
from portal.errors import Invalid
from portal.people import organisations
from portal.record import audit

LONGEST = timedelta(days=366)
LONGEST_REASON = 300


@transaction.atomic
def put(asset: Asset, aspect: str, level: int, *, actor: Any, reason: str, ends_on: date) -> CriticalityOverride:
    """In `aspect` `level` counts for it through `ends_on`; an earlier override of the aspect ends. Archived; Invalid by field."""
    asset = Asset.objects.select_for_update(of=["self"]).select_related("unit").get(pk=asset.pk)
    authority.require(actor, "assets.change_asset", asset.unit)
    if asset.archived_at is not None:
        raise Archived(asset)
    told = " ".join(reason.replace("\x00", "").split())[:LONGEST_REASON]
    _check(aspect, level, told, ends_on)
    for before in CriticalityOverride.objects.select_for_update(of=["self"]).current().filter(asset=asset, aspect=aspect):
        _end(before, actor)
    override = CriticalityOverride.objects.create(
        asset=asset, aspect=aspect, level=level, reason=told, ends_on=ends_on, set_by=actor
    )
    audit.record(actor, "criticality-override.set", override, {"asset": asset.pk, "aspect": aspect, "level": level})
    _renew([asset.pk])
    return override


@transaction.atomic
def end(override: CriticalityOverride, *, actor: Any) -> CriticalityOverride:
    """What follows counts again. Nothing happens to one that ended already."""
    override = CriticalityOverride.objects.select_for_update(of=["self"]).select_related("asset__unit").get(pk=override.pk)
    authority.require(actor, "assets.change_asset", override.asset.unit)
    if override.archived_at is None:
        _end(override, actor)
        _renew([override.asset_id])
    return override


@transaction.atomic
def end_due() -> int:
    """End those whose last day is over; how many. The timetable calls it again and again."""
    due = CriticalityOverride.objects.select_for_update(of=["self"], skip_locked=True).current()
    found = list(due.filter(ends_on__lt=organisations.today()).order_by("asset_id", "pk")[:500])
    for override in found:
        _end(override, None)
    if found:
        _renew([override.asset_id for override in found])
    return len(found)


def with_asset() -> ArraySubquery:
    """The overrides of an asset, as part of the query that reads it."""
    rows = CriticalityOverride.objects.current().filter(asset=OuterRef("pk")).order_by("pk")
    return ArraySubquery(rows.values(told=JSONObject(aspect="aspect", level="level", reason="reason", ends_on="ends_on")))


def _check(aspect: str, level: int, reason: str, ends_on: date) -> None:
    today = organisations.today()
    wrong = {}
    if aspect not in criticality.ASPECTS:
        wrong["aspect"] = [_("Choose one of the four aspects.")]
    if level not in criticality.LEVELS:
        wrong["level"] = [_("Choose a level from 1 to 5.")]
    if not reason:
        wrong["reason"] = [_("Say in a few words why, so that others can judge it.")]
    if not today <= ends_on <= today + LONGEST:
        wrong["ends_on"] = [_("Choose a last day within a year from today.")]
    if wrong:
        raise Invalid(next(iter(wrong.values()))[0], fields=wrong)


def _end(override: CriticalityOverride, actor: Any) -> None:
    override.archived_at, override.version = clock.now(), override.version + 1
    override.save(update_fields=["archived_at", "version"])
    audit.record(actor, "criticality-override.ended", override, {"asset": override.asset_id, "aspect": override.aspect})


def _renew(asset_ids: list[int]) -> None:
    reached = criticality.renew(asset_ids)
    assets_changed.send(Asset, asset_ids=sorted({*asset_ids, *reached}), cause="asset.criticality")
