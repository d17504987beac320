"""Culture by department: off until both offices agree, drawn up once a quarter from what was counted, its head first, never of a
person. What others counted comes in by culture_counts.py."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from governance.together import alignment, culture_groups, quarters
from governance.together.errors import LineWithheld, NotOneOfThePair, NotTheHead
from governance.together.models import CultureConsent, CultureCount, CultureLine, CultureQuarter, CultureReply
from portal import clock, turns
from portal.errors import Invalid
from portal.people import announcements, organisations
from portal.people.models import Unit
from portal.record import audit
from risks.models import Concern

DRAWN_UP = "culture.drawn_up"
READY_AFTER_DAYS = 14  # after a quarter has ended, so that counts of it can come in
HEAD_FIRST_DAYS = 7
LONGEST_REPLY = 500
KINDS = (Unit.Kind.DEPARTMENT, Unit.Kind.SITE)
Answered = Iterable[tuple[str, bool]]  # path of a unit, and whether nobody had to ask
_feeds: list[Callable[[date, date], Answered]] = []


def feed(find: Callable[[date, date], Answered]) -> None:
    """What tells of gate criteria that were answered from one day up to another, once, in ready()."""
    _feeds.append(find)


@transaction.atomic
def say(is_agreed: bool, *, actor: Any) -> CultureConsent:
    """Say for one's office whether departments are counted. Raises NotOneOfThePair."""
    office = alignment.office_of(actor)
    if office is None:
        raise NotOneOfThePair
    row = CultureConsent.objects.create(office=office, is_agreed=is_agreed, said_by=actor, said_at=clock.now())
    audit.record(actor, "culture.said", _company(), {"office": office, "is_agreed": is_agreed})
    return row


def said() -> dict[str, CultureConsent]:
    """What each office said last. One query."""
    rows = CultureConsent.objects.select_related("said_by").order_by("office", "-id").distinct("office")
    return {row.office: row for row in rows}


def agreed_since(known: Mapping[str, CultureConsent]) -> date | None:
    """The day on which the second of the two agreed; None while one of them does not."""
    words = [known.get(office) for office in alignment.PAIR]
    if not all(word is not None and word.is_agreed for word in words):
        return None
    return max(organisations.day_of(word.said_at) for word in words if word is not None)


def departments() -> QuerySet[Unit]:
    """Where people work."""
    return Unit.objects.filter(kind__in=KINDS, archived_at=None).order_by("path")


def order(unit: Unit) -> tuple[int, ...]:
    """The place of a unit in the order of the organisation, to sort by."""
    return (*unit.lineage[:-1], unit.position, unit.pk)


def draw_up_due() -> CultureQuarter | None:
    """The quarter that ended last, once its counts had time to come in. Safe to run each day."""
    first = quarters.before(quarters.of(organisations.today()))
    ready = quarters.following(first) + timedelta(days=READY_AFTER_DAYS)
    if organisations.today() < ready or CultureQuarter.objects.filter(quarter_on=first).exists():
        return None
    return draw_up(first)


@transaction.atomic
def draw_up(first: date) -> CultureQuarter | None:
    """Write down what was counted in the quarter and let the heads know; None where it was not agreed while it lasted, or is
    drawn up already."""
    turns.wait_for("culture")
    since, following = agreed_since(said()), quarters.following(first)
    if since is None or since >= following or CultureQuarter.objects.filter(quarter_on=first).exists():
        return None
    units = list(departments())
    counts = newest_counts(first)
    hidden = culture_groups.withheld({one.pk: counts[one.pk].people if one.pk in counts else None for one in units})
    today = organisations.today()
    quarter = CultureQuarter.objects.create(
        quarter_on=first, drawn_up_at=clock.now(), opens_on=today + timedelta(days=HEAD_FIRST_DAYS)
    )
    found = _counted(units, first, following)
    rows = [
        CultureLine(quarter=quarter, unit=one, is_withheld=True)
        if one.pk in hidden
        else CultureLine(quarter=quarter, unit=one, is_withheld=False, **_told(counts[one.pk]), **found[one.pk])
        for one in units
    ]
    CultureLine.objects.bulk_create(rows)
    audit.record(None, DRAWN_UP, _company(), {"quarter": first.isoformat()})
    params = {"quarter": quarters.word(first)}
    announcements.tell_each(DRAWN_UP, [(one, [one.head_id], params) for one in units if one.head_id])
    return quarter


@transaction.atomic
def reply(line: CultureLine, text: str, *, actor: Any) -> CultureReply:
    """What the head of the department says of it, for whoever reads it. Raises NotTheHead, LineWithheld, Invalid."""
    if actor is None or line.unit.head_id != actor.pk:
        raise NotTheHead(line.unit)
    if line.is_withheld:
        raise LineWithheld
    text = text.strip()
    if not text or len(text) > LONGEST_REPLY:
        raise Invalid(_("This is not complete."), {"text": [_("Say it in at most %d characters.") % LONGEST_REPLY]})
    row = CultureReply.objects.create(line=line, text=text, written_by=actor, written_at=clock.now())
    audit.record(actor, "culture.replied", line.unit, {"quarter": line.quarter.quarter_on.isoformat()}, text=text)
    return row


def newest_counts(first: date, unit_ids: Iterable[int] | None = None) -> dict[int, CultureCount]:
    """By unit what was told last of one quarter. One query."""
    rows = CultureCount.objects.filter(quarter_on=first)
    if unit_ids is not None:
        rows = rows.filter(unit__in=unit_ids)
    return {row.unit_id: row for row in rows.order_by("unit_id", "-id").distinct("unit_id")}


def _told(row: CultureCount) -> dict[str, int]:
    return {"people": row.people, "sent": row.phishing_sent, "reported": row.phishing_reported, "trained": row.trained}


def _counted(units: Iterable[Unit], first: date, following: date) -> dict[int, dict[str, Any]]:
    """What the portal itself knows of each: concerns raised there, how long they waited, and gate criteria answered."""
    paths = sorted(((one.path, one.pk) for one in units), reverse=True)  # the deepest first
    days: dict[int, list[int]] = {pk: [] for _path, pk in paths}
    found: dict[int, dict[str, Any]] = {
        pk: {"concerns": 0, "waiting": 0, "triage_days": None, "answered": 0, "unprompted": 0} for _path, pk in paths
    }
    raised = Concern.objects.filter(raised_at__gte=organisations.morning(first), raised_at__lt=organisations.morning(following))
    for path, raised_at, settled_at in raised.order_by().values_list("unit__path", "raised_at", "settled_at"):
        if (pk := _place(paths, path)) is None:
            continue
        found[pk]["concerns"] += 1
        found[pk]["waiting"] += settled_at is None
        if settled_at is not None:
            days[pk].append((organisations.day_of(settled_at) - organisations.day_of(raised_at)).days)
    for path, is_unprompted in (told for find in _feeds for told in find(first, following)):
        if (pk := _place(paths, path)) is not None:
            found[pk]["answered"] += 1
            found[pk]["unprompted"] += is_unprompted
    for pk, waited in days.items():
        found[pk]["triage_days"] = Decimal(str(median(waited))).quantize(Decimal("0.1")) if waited else None
    return found


def _place(paths: Iterable[tuple[str, int]], path: str) -> int | None:
    """The department in which a thing of that unit counts: the nearest one; None for what belongs to the whole company."""
    return next((pk for at, pk in paths if path.startswith(at)), None)


def _company() -> Unit:
    return Unit.objects.filter(parent=None).order_by("path").first()
