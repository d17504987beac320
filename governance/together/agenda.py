"""The agenda of the pair's meeting, which builds itself: what has gone stale, where they differ, what one wants to talk about, what
stands above tolerance, and faults that have been open for two weeks. Other rooms add parts of their own."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from governance.together import ownership_faults
from governance.together.models import Charter, Decision, FaultSeen, Goal, OwnershipArea, TalkAsked
from portal import at_once, subjects
from portal.people import appointments, organisations
from portal.people.models import Appointment
from portal.people.organisations import day_of
from portal.record.models import AuditEntry
from portal.signing.models import SignedOff
from risks import hidden
from risks.models import Breach, RatingRound, RiskException

FAULTS_AFTER = timedelta(days=14)
MOST = 40  # of a part, unless the whole of it is asked for
PAIR = ("CIO", "CISO")


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to speak of, since when; a fault of an area names its kind and area in `part` and has no subject."""

    kind: str
    id: int
    since: date | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    url: str
    since: date | None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Part:
    key: str
    word: str
    lines: Sequence[Line]
    hidden: int  # of those that are shown, points the reader may not open
    count: int  # of all of them, shown or not

    @property
    def shown(self) -> int:
        return len(self.lines) + self.hidden

    @property
    def is_cut(self) -> bool:
        return self.shown < self.count


class Ground:
    """What several parts read, each once; `user` opens the agenda."""

    def __init__(self, user: Any):
        self.user = user

    @cached_property
    def decisions(self) -> list[Decision]:
        asks = Q(talk_asked_at__isnull=False) | Q(differs_since__isnull=False) | Q(stale_since__isnull=False)
        return list(Decision.objects.put().filter(asks).order_by("pk"))

    @cached_property
    def rounds(self) -> list[RatingRound]:
        asks = Q(talk_asked_at__isnull=False) | Q(state=RatingRound.State.DIFFERENT)
        return list(RatingRound.objects.exclude(state=RatingRound.State.SETTLED).filter(asks).order_by("pk"))

    @cached_property
    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Those of all parts that are plain rows. One query, however many parts there are."""
        return at_once.values({key: rows() for key, rows in _asked.items()})


Finder = Callable[[Ground], Iterable[Point]]
_parts: dict[str, tuple[str | Promise, Finder]] = {}
_asked: dict[str, Callable[[], QuerySet]] = {}
_due: set[str] = set()  # parts whose day is the one on which something is due, not the one since which it waits


def add(key: str, word: str | Promise, find: Finder) -> None:
    """A part of the agenda, once, in ready(): `find(ground)` gives its points. ValueError where the key is taken."""
    if key in _parts:
        raise ValueError(f"{key} is a part already")
    _parts[key] = word, find


def add_rows(
    key: str,
    word: str | Promise,
    rows: Callable[[], QuerySet],
    point: Callable[[dict[str, Any]], Point],
    *,
    is_due: bool = False,
) -> None:
    """The same for a part that is the rows of a table: `rows()` ends in `.values(…)`, of which `point` makes one each; they are
    read along with those of other rooms."""
    add(key, word, lambda ground: [point(row) for row in ground.rows[key]])
    _asked[key] = rows
    if is_due:
        _due.add(key)


def points(user: Any) -> list[tuple[str, Point]]:
    """Everything, as it is now: (part, point)."""
    ground = Ground(user)
    return [(key, point) for key, (_word, find) in _parts.items() for point in find(ground)]


def frozen(found: Iterable[tuple[str, Point]]) -> list[list[Any]]:
    """As a held meeting keeps it."""
    return [[key, one.kind, one.id, one.since and one.since.isoformat(), one.part] for key, one in found]


def thawed(kept: Iterable[Sequence[Any]]) -> list[tuple[str, Point]]:
    return [(key, Point(kind, pk, date.fromisoformat(since) if since else None, part)) for key, kind, pk, since, part in kept]


def parts(found: Sequence[tuple[str, Point]], user: Any, *, most: int | None = MOST, whole: str = "") -> list[Part]:
    """As `user` may read it, in the order of the parts, the first `most` of each but of the one that is asked for `whole`; empty
    parts are left out, and one or two points that they may not open are not counted. One query a kind."""
    all_of = {key: [one for part, one in found if part == key] for key in _parts}
    shown = {key: mine if key == whole else mine[:most] for key, mine in all_of.items() if mine}
    asked = [one for mine in shown.values() for one in mine]
    things = subjects.fetch([(one.kind, one.id) for one in asked], user)
    names = dict(OwnershipArea.objects.in_force().values_list("key", "name")) if any(one.part for one in asked) else {}
    made = []
    for key, mine in shown.items():
        seen = [(one, things[one.kind, one.id]) for one in mine if (one.kind, one.id) in things]
        lines = [_line(key, one, thing, names) for one, thing in seen]
        unseen = len(mine) - len(seen)
        told = hidden.withheld(unseen)
        if lines or told:
            made.append(Part(key, str(_parts[key][0]), lines, told, len(all_of[key]) - unseen + told))
    return made


def _line(key: str, one: Point, thing: Any, names: dict[str, str]) -> Line:
    since, due_on = (None, one.since) if key in _due else (one.since, None)
    return Line(_label(one, thing, names), subjects.of_kind(one.kind).url(thing), since, due_on)


def _label(one: Point, thing: Any, names: dict[str, str]) -> str:
    if not one.part:
        return subjects.of_kind(one.kind).label(thing)
    kind, _slash, area = one.part.partition("/")
    said = {
        "nobody": _t("Nobody answers for %(area)s"),
        "two": _t("More than one office answers for %(area)s"),
        "outside": _t("Risks of %(area)s are answered for on the other side"),
        "unowned": _t("Risks, assets, controls or initiatives that nobody owns"),
        "unled": _t("Initiatives outside the charter"),
    }
    return said[kind] % {"area": names.get(area, area)}


def note_faults() -> None:
    """Remember since when each fault of the charter in force is open, with the eyes of a leader. Safe to run twice."""
    seats = appointments.filled()
    eyes = next((seats[seat].person for seat in PAIR if seat in seats), None)
    if eyes is None:
        return
    areas = list(OwnershipArea.objects.in_force().order_by("place"))
    now = {f"{one.kind}/{one.area}" for one in ownership_faults.of(areas, eyes)}
    known = set(FaultSeen.objects.filter(gone_on=None).values_list("key", flat=True))
    today = organisations.today()
    FaultSeen.objects.filter(gone_on=None, key__in=known - now).update(gone_on=today)
    FaultSeen.objects.bulk_create([FaultSeen(key=key, since=today) for key in sorted(now - known)], ignore_conflicts=True)


def _stale(ground: Ground) -> list[Point]:
    """Decisions that are asked anew; shared goals and exceptions that say something else than was signed; the charter, where
    somebody fills a seat of the pair who came after it was signed."""
    found = [Point("decision", one.pk, day_of(one.stale_since)) for one in ground.decisions if one.stale_since is not None]
    off = SignedOff.objects.filter(subject_kind="goal", subject_id=OuterRef("subject_id"))
    said = AuditEntry.objects.filter(kind="goal", verb="goal.changed", params__material=True)
    said = said.filter(subject_id__in=Goal.objects.current().values("pk"))
    again = said.filter(Exists(off.filter(at__lt=OuterRef("at"))), ~Exists(off.filter(at__gte=OuterRef("at"))))
    goals = again.order_by().values_list(Value("goal"), "subject_id").annotate(since=Min("at"))
    changed = AuditEntry.objects.filter(kind="exception", verb="exception.changed", subject_id=OuterRef("pk")).order_by("-pk")
    other = RiskException.objects.unsigned().exclude(signed_digest="").order_by()
    exceptions = other.values_list(Value("exception"), "pk", Subquery(changed.values("at")[:1]))
    charter = Charter.objects.filter(signed_at__isnull=False).order_by("-pk")
    came = Appointment.objects.filter(seat__in=PAIR, ended_at=None, since__gt=Subquery(charter.values("signed_at")[:1]))
    charters = came.order_by("-since").values_list(Value("charter"), Subquery(charter.values("pk")[:1]), "since")[:1]
    rows = goals.union(exceptions, charters, all=True)
    order = ("goal", "exception", "charter")
    told = sorted(rows, key=lambda row: (order.index(row[0]), row[1]))
    return found + [Point(kind, pk, at and day_of(at)) for kind, pk, at in told]


def _different(ground: Ground) -> list[Point]:
    found = [
        Point("decision", one.pk, day_of(one.differs_since))
        for one in ground.decisions
        if one.state == Decision.State.OPEN and one.differs_since is not None
    ]
    return found + [Point("risk", one.risk_id, day_of(one.revealed_at)) for one in ground.rounds if one.talk_asked_at is None]


def _talk(ground: Ground) -> list[Point]:
    found = [Point("decision", one.pk, day_of(one.talk_asked_at)) for one in ground.decisions if one.talk_asked_at is not None]
    found += [Point("risk", one.risk_id, day_of(one.talk_asked_at)) for one in ground.rounds if one.talk_asked_at is not None]
    return found + [Point(row["subject_kind"], row["subject_id"], day_of(row["asked_at"])) for row in ground.rows["talk"]]


def _breaches() -> QuerySet:
    return Breach.objects.undecided(organisations.today()).order_by("began_at", "pk").values("risk", "began_at")


def _faults() -> QuerySet:
    rows = FaultSeen.objects.filter(gone_on=None, since__lte=organisations.today() - FAULTS_AFTER).order_by("since", "key")
    held = Charter.objects.filter(signed_at__isnull=False).order_by("-pk").values("pk")[:1]
    return rows.annotate(charter=Subquery(held)).exclude(charter=None).values("since", "key", "charter")


add("talk", _("Let's talk"), _talk)
_asked["talk"] = lambda: TalkAsked.objects.waiting().order_by("asked_at", "pk").values("subject_kind", "subject_id", "asked_at")
add("differences", _("Where the two differ"), _different)
add("stale", _("Signed before it changed"), _stale)
add_rows(
    "breaches",
    _("Above tolerance, with nothing decided"),
    _breaches,
    lambda row: Point("risk", row["risk"], day_of(row["began_at"])),
)
add_rows(
    "faults",
    _("Faults of the charter, open for two weeks"),
    _faults,
    lambda row: Point("charter", row["charter"], row["since"], row["key"]),
)
