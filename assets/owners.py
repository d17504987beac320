"""Assets that nobody answers for yet: who is to name an owner, until when, and whom one may think of.

An asset without an owner carries the day until which it is to have one. Of each unit in which one waits there is one question,
put to the head of the unit or of the nearest one above who may name owners there; without any, to the CIO.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, Min
from django.utils.translation import gettext as _

from assets import authority, inventory
from assets.errors import AlreadyOwned, AnswerByNaming
from assets.models import Asset, OwnersWanted
from portal import clock, turns
from portal.attention import reviews
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import access, appointments
from portal.people.models import Unit, User
from portal.record import audit

CHANGE = "assets.change_asset"
QUESTION = "owners-wanted.naming"
LAST_RESORT = "CIO"


@dataclass(frozen=True)
class Likely:
    """Somebody who owns `count` things there already: of the same kind if `of_kind`."""

    user_id: int
    name: str
    count: int
    of_kind: bool


@transaction.atomic
def name(asset: Asset, owner: User, *, actor: Any) -> Asset:
    """`owner` answers for `asset`, which nobody did. Raises AlreadyOwned, OutOfReach, Archived, Invalid by field."""
    asset = Asset.objects.select_for_update(of=["self"]).select_related("unit", "owner").get(pk=asset.pk)
    authority.require(actor, CHANGE, asset.unit)
    if asset.owner is not None:
        raise AlreadyOwned(asset)
    if not owner.is_active or owner.is_service:
        sentence = _("Choose somebody who works here.")
        raise Invalid(sentence, fields={"owner": [sentence]})
    return inventory.change(asset, actor=actor, version=None, cause="asset.owner-named", owner=owner)


@transaction.atomic
def follow() -> int:
    """Ask, move or end the question of each unit, as its assets stand now; returns how many differ. Safe to run twice, and at
    once."""
    turns.wait_for("owners wanted")
    _dated()
    waiting = dict(_waiting().values("unit").annotate(first=Min("owner_due_on")).values_list("unit", "first"))
    known = {row.unit_id: row for row in OwnersWanted.objects.select_for_update().order_by("pk")}
    about = {row.pk for row in known.values()}
    asked = {
        row.subject_id: row
        for row in Review.objects.open().filter(subject_kind="owners-wanted", subject_id__in=about).select_related("owner")
    }
    namers = who_names(Unit.objects.filter(pk__in=waiting))
    changed = 0
    for unit_id, first in sorted(waiting.items()):
        row, namer = known.get(unit_id), namers.get(unit_id)
        open_one = asked.get(row.pk) if row else None
        stands = (open_one.due_on, open_one.owner_id) if open_one else None
        if row is None or row.archived_at is not None or stands != (namer and (first, namer.pk)):
            _ask(row, unit_id, namer, first)
            changed += 1
    for unit_id in sorted(known.keys() - waiting.keys()):
        if known[unit_id].archived_at is None:
            _end(known[unit_id])
            changed += 1
    return changed


def who_names(units: Iterable[Unit]) -> dict[int, User]:
    """By unit who is to name owners there. At most four queries."""
    units = list(units)
    above = {pk for unit in units for pk in unit.lineage}
    heads = {one.pk: one.head for one in Unit.objects.filter(pk__in=above).exclude(head=None).select_related("head")}
    people = {head.pk: head for head in heads.values()}
    access.read_grants(list(people.values()))
    filled = appointments.seat_holder(LAST_RESORT) if units else None
    last = [filled.person] if filled is not None else []
    found: dict[int, User] = {}
    for unit in units:
        line = [people[heads[pk].pk] for pk in reversed(unit.lineage) if pk in heads]
        able = next((one for one in [*line, *last] if _may_name(one, unit)), None)
        if able is not None:
            found[unit.pk] = able
    return found


def likely(assets: Sequence[Asset], user: Any) -> Mapping[int, Likely]:
    """By asset who owns most of what `user` sees of the same kind in its unit, else most of all there. One query."""
    rows = Asset.objects.visible_to(user).current().filter(unit__in={asset.unit_id for asset in assets})
    rows = rows.filter(owner__is_active=True, owner__is_service=False)
    counted = rows.values_list("unit", "kind", "owner", "owner__name").annotate(n=Count("pk")).order_by("-n", "owner")
    of_kind: dict[tuple[int, str], Likely] = {}
    of_unit: dict[int, dict[int, Likely]] = {}
    for unit, kind, owner, called, count in counted:
        of_kind.setdefault((unit, kind), Likely(owner, called, count, True))
        before = of_unit.setdefault(unit, {}).get(owner)
        of_unit[unit][owner] = Likely(owner, called, count + (before.count if before else 0), False)
    most = {unit: max(rows.values(), key=lambda one: (one.count, -one.user_id)) for unit, rows in of_unit.items()}
    found = {asset.pk: of_kind.get((asset.unit_id, asset.kind)) or most.get(asset.unit_id) for asset in assets}
    return {pk: one for pk, one in found.items() if one is not None}


def refuse_answer(review: Review, *, actor: Any, note: str) -> None:
    """It is answered by naming owners, not by words."""
    raise AnswerByNaming(OwnersWanted.objects.select_related("unit").get(pk=review.subject_id))


def sides(pairs: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    """What we have is kept by the CIO's office."""
    return dict.fromkeys(pairs, LAST_RESORT)


def _waiting():
    return Asset.objects.current().unowned()


def _dated() -> None:
    """Whatever came without the verbs gets its day, and counts from today."""
    _waiting().filter(owner_due_on=None).update(owner_due_on=inventory.owner_due_on())


def _may_name(user: User, unit: Unit) -> bool:
    grants = access.grants(user)
    return CHANGE in grants.permissions and grants.reaches(unit.path)


def _ask(row: OwnersWanted | None, unit_id: int, namer: User | None, first: date) -> None:
    if row is None:
        row = OwnersWanted.objects.create(unit_id=unit_id, asked=namer)
    else:
        row.since = row.since if row.archived_at is None else clock.now()
        row.asked, row.archived_at, row.version = namer, None, row.version + 1
        row.save(update_fields=["asked", "since", "archived_at", "version"])
    audit.record(None, "owners-wanted.asked", row, {"asked": namer.pk if namer else None, "first_due_on": first.isoformat()})
    if namer is None:
        reviews.cancel(row, QUESTION)
    else:
        reviews.schedule(row, QUESTION, first, [], owner=namer)


def _end(row: OwnersWanted) -> None:
    row.archived_at, row.version = clock.now(), row.version + 1
    row.save(update_fields=["archived_at", "version"])
    audit.record(None, "owners-wanted.named", row)
    reviews.cancel(row, QUESTION)
