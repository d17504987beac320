"""Where two planned things do not go together: found, put to both owners, and over once they no longer meet.

Whoever plans, moves or calls off looks for the clashes of that one thing; the timetable looks for all, since permits to scan and
days of initiatives change elsewhere, and of two plans made at the same moment neither sees the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from governance.change.errors import AnswerAtTheClash, ClashSettled, NotYourSide
from governance.change.models import Clash
from portal import clock, turns
from portal.attention import reviews
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import delegations, organisations, working_days
from portal.record import audit

State = Clash.State
PLANNED, OTHER = "planned", "other"  # the two sides
QUESTION = {PLANNED: "clash.of-one", OTHER: "clash.of-the-other"}
ANSWER_WITHIN = 5  # working days, or the day before they meet
LONGEST_REASON = 300

_MEETINGS = """
    WITH ahead AS (
        SELECT p.id, p.kind, p.starts_at, p.ends_at, u.path
        FROM change_plannedchange p JOIN people_unit u ON u.id = p.unit_id
        WHERE p.archived_at IS NULL AND p.ends_at > %(now)s
    ), touched AS (
        SELECT l.planned_id, l.asset_id, lower(a.zone) AS zone, u.path
        FROM ahead JOIN change_plannedasset l ON l.planned_id = ahead.id
        JOIN assets_asset a ON a.id = l.asset_id JOIN people_unit u ON u.id = a.unit_id
        WHERE l.archived_at IS NULL AND a.archived_at IS NULL
    ), permits AS (
        SELECT s.id, s.starts_at, s.ends_at, lower(z.name) AS zone, u.path
        FROM assets_scanpermit s JOIN assets_zone z ON z.id = s.zone_id JOIN people_unit u ON u.id = z.unit_id
        WHERE s.archived_at IS NULL AND s.ends_at > %(now)s
    ), going_live AS (
        SELECT i.id, i.live_on::timestamp AT TIME ZONE %(zone)s AS starts_at,
               (i.live_on + 1)::timestamp AT TIME ZONE %(zone)s AS ends_at, u.path
        FROM change_initiative i JOIN people_unit u ON u.id = i.unit_id
        WHERE i.archived_at IS NULL AND i.status <> 'STOPPED' AND i.stage <> 'LIVE' AND i.live_on >= %(today)s
    ), meetings AS (
        SELECT 'SAME_ASSET' AS kind, one.id AS planned, two.id AS other, NULL::bigint AS permit, NULL::bigint AS initiative,
               greatest(one.starts_at, two.starts_at) AS starts_at, least(one.ends_at, two.ends_at) AS ends_at
        FROM ahead one JOIN touched a ON a.planned_id = one.id JOIN touched b ON b.asset_id = a.asset_id
        JOIN ahead two ON two.id = b.planned_id AND two.id > one.id
        UNION
        SELECT 'SAME_ASSET', one.id, NULL, scan.id, NULL,
               greatest(one.starts_at, scan.starts_at), least(one.ends_at, scan.ends_at)
        FROM ahead one JOIN touched a ON a.planned_id = one.id JOIN permits scan ON scan.zone = a.zone
        UNION
        SELECT 'IN_FREEZE', f.id, one.id, NULL, NULL, greatest(f.starts_at, one.starts_at), least(f.ends_at, one.ends_at)
        FROM ahead f JOIN ahead one ON one.kind <> 'FREEZE' AND (starts_with(one.path, f.path) OR EXISTS (
            SELECT 1 FROM touched a WHERE a.planned_id = one.id AND starts_with(a.path, f.path)))
        WHERE f.kind = 'FREEZE'
        UNION
        SELECT 'IN_FREEZE', f.id, NULL, scan.id, NULL, greatest(f.starts_at, scan.starts_at), least(f.ends_at, scan.ends_at)
        FROM ahead f JOIN permits scan ON starts_with(scan.path, f.path) WHERE f.kind = 'FREEZE'
        UNION
        SELECT 'IN_FREEZE', f.id, NULL, NULL, live.id, greatest(f.starts_at, live.starts_at), least(f.ends_at, live.ends_at)
        FROM ahead f JOIN going_live live ON starts_with(live.path, f.path) WHERE f.kind = 'FREEZE'
    )
    SELECT kind, planned, other, permit, initiative, starts_at, ends_at FROM meetings
    WHERE starts_at < ends_at AND (%(only)s::bigint IS NULL OR planned = %(only)s OR other = %(only)s)
    ORDER BY planned, other, permit, initiative, kind
"""

Key = tuple[int, int | None, int | None, int | None]  # planned, and which of the three it meets


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two that meet, and when."""

    kind: str
    starts_at: datetime
    ends_at: datetime


@transaction.atomic
def look() -> int:
    """Look for all; returns how many clashes are new. Whoever comes second waits, and finds nothing left."""
    turns.wait_for("clashes")
    return renew()


@transaction.atomic
def renew(planned: int | None = None, *, actor: Any = None) -> int:
    """Note what meets and is not known yet, of one planned change or of all; end what no longer meets. Returns how many are new."""
    found = _found(planned)
    about = Q() if planned is None else Q(planned=planned) | Q(other=planned)
    standing = Clash.objects.filter(about, Q(state=State.ASKED) | Q(state=State.STANDS, ends_at__gt=clock.now()))
    known = {_key(clash): clash for clash in standing.order_by("pk")}
    for key, clash in known.items():
        if planned is not None or not _is_same(clash, found.get(key)):
            _follow(_locked(clash.pk), found.get(key), actor)
    fresh = [_clash(key, met) for key, met in found.items() if key not in known]
    made = [clash for clash in fresh if _is_new(clash)]
    for clash in made:
        clash = _locked(clash.pk)
        audit.record(actor, "clash.found", clash, {"kind": clash.kind, "with": _words(clash)})
        _ask(clash, actor)
    return len(made)


@transaction.atomic
def let_stand(clash: Clash, *, actor: Any, reason: str) -> Clash:
    """Say for one's side why both may happen all the same; it stands once both owners have. Raises ClashSettled, NotYourSide,
    Invalid."""
    clash = _locked(clash.pk)
    if clash.state != State.ASKED:
        raise ClashSettled
    sides = [side for side in sides_of(clash, actor) if not getattr(clash, f"{side}_at")]
    if not sides:
        raise NotYourSide(clash)
    reason = " ".join(reason.replace("\x00", "").split())
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid(_("This is not complete."), {"reason": [_("Say why in at most %d characters.") % LONGEST_REASON]})
    for side in sides:
        setattr(clash, f"{side}_reason", reason)
        setattr(clash, f"{side}_by", actor)
        setattr(clash, f"{side}_at", clock.now())
        reviews.cancel(clash, QUESTION[side], actor=actor)
    if clash.planned_at and clash.other_at:
        clash.state, clash.settled_at = State.STANDS, clock.now()
    _save(clash)
    audit.record(actor, "clash.let_stand", clash, {"sides": sides, "state": clash.state}, text=reason)
    return clash


def sides_of(clash: Clash, user: Any) -> list[str]:
    """For which of the two `user` speaks: as its owner, or in the owner's place today."""
    mine = {user.pk, *delegations.delegators_of(user)}
    owners = {PLANNED: clash.planned.owner_id, OTHER: clash.other_owner.pk}
    return [side for side, owner in owners.items() if owner in mine]


def refuse_answer(review: Review, *, actor: Any, note: str) -> None:
    """The other owner is to read the answer, so it is given at the clash."""
    raise AnswerAtTheClash


def overdue_side(kind: str, pairs: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    """Which seat hears of an answer that stays out: of a scan the CISO, of changes the CIO."""
    scans = set(Clash.objects.filter(pk__in=[pk for pk, _owner in pairs]).exclude(permit=None).values_list("pk", flat=True))
    return {pair: "CISO" if kind == QUESTION[OTHER] and pair[0] in scans else "CIO" for pair in pairs}


def _found(planned: int | None) -> dict[Key, Meeting]:
    """By pair the first reason for which they do not go together: the same asset before the freeze."""
    organisation = organisations.current()
    zone = organisation.time_zone if organisation else "UTC"
    asked = {"now": clock.now(), "today": organisations.today(), "zone": zone, "only": planned}
    with connection.cursor() as cursor:
        cursor.execute(_MEETINGS, asked)
        rows = cursor.fetchall()
    met: dict[Key, Meeting] = {}
    for kind, one, other, permit, initiative, starts_at, ends_at in rows:
        if ends_at > asked["now"]:
            met[one, other, permit, initiative] = Meeting(kind, starts_at, ends_at)
    return met


def _is_same(clash: Clash, met: Meeting | None) -> bool:
    return met is not None and (clash.starts_at, clash.ends_at) == (met.starts_at, met.ends_at)


def _follow(clash: Clash, met: Meeting | None, actor: Any) -> None:
    """A known clash as it is now: over, at other hours, or still the same, maybe of another owner."""
    if met is None:
        clash.state = State.OVER if clash.ends_at <= clock.now() else State.APART
        clash.settled_at = clock.now()
        _save(clash)
        audit.record(actor, "clash.ended", clash, {"state": clash.state})
        for kind in QUESTION.values():
            reviews.cancel(clash, kind, actor=actor)
    elif not _is_same(clash, met):
        clash.kind, clash.starts_at, clash.ends_at = met.kind, met.starts_at, met.ends_at
        clash.state, clash.settled_at = State.ASKED, None
        for side in QUESTION:
            setattr(clash, f"{side}_reason", "")
            setattr(clash, f"{side}_by", None)
            setattr(clash, f"{side}_at", None)
        _save(clash)
        audit.record(actor, "clash.moved", clash, {"starts_at": met.starts_at.isoformat(), "ends_at": met.ends_at.isoformat()})
        _ask(clash, actor)
    elif clash.state == State.ASKED:
        _ask(clash, actor)


def _ask(clash: Clash, actor: Any) -> None:
    """Let each owner who has not answered say so; who owns both is asked once."""
    owners = {PLANNED: clash.planned.owner, OTHER: clash.other_owner}
    if owners[PLANNED].pk == owners[OTHER].pk:
        reviews.cancel(clash, QUESTION[OTHER], actor=actor)
        owners.pop(OTHER)
    today = organisations.today()
    before = organisations.day_of(clash.starts_at) - timedelta(days=1)
    due_on = max(today, min(working_days.after(today, ANSWER_WITHIN), before))
    for side, owner in owners.items():
        if getattr(clash, f"{side}_at") is None:
            known = Review.objects.open().filter(subject_kind="clash", subject_id=clash.pk, kind=QUESTION[side]).first()
            reviews.schedule(clash, QUESTION[side], min(due_on, known.due_on) if known else due_on, [], owner=owner, actor=actor)


def _key(clash: Clash) -> Key:
    return clash.planned_id, clash.other_id, clash.permit_id, clash.initiative_id


def _clash(key: Key, met: Meeting) -> Clash:
    sides = dict(zip(("planned_id", "other_id", "permit_id", "initiative_id"), key, strict=True))
    return Clash(kind=met.kind, starts_at=met.starts_at, ends_at=met.ends_at, found_at=clock.now(), **sides)


def _is_new(clash: Clash) -> bool:
    """Write it down, unless somebody does in this moment."""
    Clash.objects.bulk_create([clash], ignore_conflicts=True)
    kept = Clash.objects.asked().filter(**_sides(clash)).first()
    if kept is None or kept.found_at != clash.found_at:
        return False
    clash.pk = kept.pk
    return True


def _sides(clash: Clash) -> dict[str, Any]:
    return dict(zip(("planned", "other", "permit", "initiative"), _key(clash), strict=True))


def _words(clash: Clash) -> dict[str, int]:
    return {name: pk for name, pk in _sides(clash).items() if pk is not None}


def _locked(pk: int) -> Clash:
    return Clash.objects.select_for_update(of=("self",), no_key=True).whole().get(pk=pk)


def _save(clash: Clash) -> None:
    clash.version += 1
    clash.save()


def of(planned: Iterable[int]) -> set[int]:
    """Those of `planned` about which somebody is asked. One query."""
    ids = set(planned)
    rows = Clash.objects.asked().filter(Q(planned__in=ids) | Q(other__in=ids)).values_list("planned", "other")
    return {pk for row in rows for pk in row if pk in ids}
