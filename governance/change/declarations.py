"""Saying what an initiative adds to what we have, or changes of it; before it leaves the idea, and again whenever that differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import Asset
from governance.change import gates, holding
from governance.change.models import DeclaredLine, Initiative, Stage
from governance.change.models.declaration import MOST_OF_A_LINE
from portal import clock
from portal.errors import Invalid
from portal.record import audit
from risks.errors import SavedMeanwhile

DECLARED = "initiative.declared"
MOST_LINES, LONGEST_ZONE = 20, 60
Act = DeclaredLine.Act
ZONED = (Asset.Kind.OT_DEVICE, Asset.Kind.NETWORK)  # by the zone they are compared with what is seen; a named asset has its own


@dataclass(frozen=True, slots=True)
class Said:
    """One line as it is written down; an asset is named by itself, and is one."""

    act: str
    kind: str
    data_classification: str
    count: int = 1
    zone: str = ""
    asset: Asset | None = None


@transaction.atomic
def declare(initiative: Initiative, lines: Sequence[Said], *, actor: Any, version: int | None = None) -> Initiative:
    """Let `lines` be what it adds or changes; they replace what was declared before, and one that says the same stays. Raises
    InitiativeStopped, InitiativeLive, SavedMeanwhile, Invalid by field (`lines.2` is the third one)."""
    initiative = holding.locked(initiative)
    holding.check_open(initiative)
    if version is not None and version != initiative.version:
        raise SavedMeanwhile(theirs={}, version=initiative.version, by=None)
    wanted = [_tidied(one) for one in lines]
    _check(wanted)
    if not _write(initiative, wanted):
        return initiative
    initiative.declared_at = initiative.declared_at or clock.now()
    initiative.version += 1
    initiative.save(update_fields=["declared_at", "version"])
    told = [{"act": one.act, "kind": one.kind, "count": one.count, "asset": one.asset and one.asset.pk} for one in wanted]
    audit.record(actor, DECLARED, initiative, {"lines": told})
    if initiative.stage != Stage.IDEA:
        gates.fit(initiative, actor=actor)
    return initiative


def add_named(initiative: Initiative, asset: Asset, *, actor: Any) -> DeclaredLine:
    """Both offices agreed that `asset` belongs to it; the caller has locked the initiative."""
    line = DeclaredLine.objects.create(
        initiative=initiative,
        act=Act.ADDS,
        kind=asset.kind,
        zone=asset.zone,
        data_classification=asset.data_classification or Asset.Classification.INTERNAL,
        count=1,
        asset=asset,
    )
    initiative.version += 1
    initiative.save(update_fields=["version"])
    audit.record(actor, DECLARED, initiative, {"asset": asset.pk, "afterwards": True})
    if initiative.is_open and initiative.stage != Stage.IDEA:
        gates.fit(initiative, actor=actor)
    return line


def standing(initiative: Initiative) -> list[DeclaredLine]:
    """What it declares now."""
    return list(DeclaredLine.objects.filter(initiative=initiative, archived_at=None).select_related("asset"))


def as_said(line: DeclaredLine) -> Said:
    return Said(line.act, line.kind, line.data_classification, line.count, line.zone, line.asset)


def _tidied(one: Said) -> Said:
    if one.asset is None:
        return Said(one.act, one.kind, one.data_classification, one.count, " ".join(one.zone.split()))
    return Said(one.act, one.asset.kind, one.data_classification, 1, one.asset.zone, one.asset)


def _check(lines: Sequence[Said]) -> None:
    wrong: dict[str, list[str]] = {}
    if not lines:
        wrong["lines"] = [_("Name at least one thing that it adds or changes.")]
    elif len(lines) > MOST_LINES:
        wrong["lines"] = [_("At most %d lines: take together what is alike.") % MOST_LINES]
    named = [one.asset.pk for one in lines if one.asset is not None]
    if len(set(named)) < len(named):
        wrong["lines"] = [_("Name each asset once.")]
    for place, one in enumerate(lines):
        if sentences := _wrong_line(one):
            wrong[f"lines.{place}"] = sentences
    if wrong:
        raise Invalid(_("This is not complete."), wrong)


def _wrong_line(one: Said) -> list[str]:
    wrong = []
    if one.act not in Act.values:
        wrong.append(_("Say whether it adds or changes it."))
    if one.kind not in Asset.Kind.values:
        wrong.append(_("Choose a kind of asset."))
    if one.data_classification not in Asset.Classification.values:
        wrong.append(_("Say what class of data it holds or moves."))
    if not 1 <= one.count <= MOST_OF_A_LINE:
        wrong.append(_("Say how many: from 1 to %d.") % MOST_OF_A_LINE)
    if len(one.zone) > LONGEST_ZONE:
        wrong.append(_("Name the zone in at most %d characters.") % LONGEST_ZONE)
    if one.asset is None and one.kind in ZONED and not one.zone:
        wrong.append(_("Say in which zone: OT/ICS devices and networks are declared with theirs."))
    return wrong


def _write(initiative: Initiative, wanted: Sequence[Said]) -> bool:
    """Whether anything differs."""
    new, changed = list(wanted), False
    for line in standing(initiative):
        if as_said(line) in new:
            new.remove(as_said(line))
        else:
            line.archived_at, changed = clock.now(), True
            line.save(update_fields=["archived_at"])
    DeclaredLine.objects.bulk_create(
        DeclaredLine(
            initiative=initiative,
            act=one.act,
            kind=one.kind,
            zone=one.zone,
            data_classification=one.data_classification,
            count=one.count,
            asset=one.asset,
            declared_at=clock.now(),
        )
        for one in new
    )
    return changed or bool(new)
