"""Who is told what about a due review: rows of the inbox, each stage once a due date and recipient.

The stage follows from the day alone, so missed days are never made up for one by one. An overdue review climbs the owner's
own line: whom the owner reports to, then the leader of the owner's side, then both leaders together; the other leader never
hears of it first.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from portal import clock, subjects
from portal.attention import reviews, sight
from portal.attention.models import Reminder, Review
from portal.attention.models.review import SOON_DAYS
from portal.people import access, delegations, organisations
from portal.people.models import Appointment, Delegation, User
from portal.record import audit

Stage = Reminder.Stage
LINE_AFTER_DAYS, LEADER_AFTER_DAYS, PAIR_AFTER_DAYS = 7, 14, 21
PAIR = (Appointment.Seat.CIO, Appointment.Seat.CISO)
ASKED = (Stage.DUE_SOON, Stage.DUE, Stage.OVERDUE)
ESCALATED = (Stage.TOLD_LINE, Stage.TOLD_LEADER, Stage.TOLD_PAIR)
_REVIEWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Due:
    """An open review as it stood when it was read."""

    pk: int
    version: int
    subject_kind: str
    subject_id: int
    kind: str
    due_on: date
    owner_id: int
    reports_to_id: int | None


@dataclass(frozen=True, slots=True)
class Telling:
    """`recipient_id` shall hear of `review` in `stage`."""

    review: Due
    recipient_id: int
    stage: Stage

    @property
    def kind(self) -> str:
        return f"{self.review.kind}.{self.stage}"


def remind() -> int:
    """Write every reminder that is due in the organisation's day and not written yet; returns how many. Safe to run twice."""
    today = organisations.today()
    _let_go(today)
    due = _due(today)
    known = _told(today)
    tellings = [
        telling
        for telling in _tellings(due, today)
        if (telling.review.pk, telling.recipient_id, telling.review.due_on, telling.kind) not in known
    ]
    return _write(_who_may_see(tellings))


def _let_go(today: date) -> None:
    """Whoever answered for somebody and does no longer is asked no longer. Few ever stood in, so their reminders alone are
    looked at: over all of them the question took minutes."""
    delegates = set(Delegation.objects.exclude(pk__in=Delegation.objects.on(today)).values_list("delegate_id", flat=True))
    if not delegates:
        return
    named = Review.people.through.objects.filter(review=OuterRef("review"), user=OuterRef("recipient"))
    acts = Delegation.objects.on(today).filter(delegator=OuterRef("review__owner"), delegate=OuterRef("recipient"))
    acted = Delegation.objects.filter(delegator=OuterRef("review__owner"), delegate=OuterRef("recipient"))
    asked = Q(*(Q(kind__endswith=f".{stage}") for stage in ASKED), _connector=Q.OR)
    told = Reminder.objects.open().filter(asked, Exists(acted), recipient__in=delegates, review__state=Review.State.OPEN)
    told.exclude(Exists(named)).exclude(Exists(acts)).update(settled_at=clock.now())


def stage_for(due_on: date, today: date) -> Stage:
    """What the owner of a review hears on the day `today`, a week before `due_on` at the earliest."""
    if due_on > today:
        return Stage.DUE_SOON
    return Stage.DUE if due_on == today else Stage.OVERDUE


def _due(today: date) -> list[Due]:
    rows = Review.objects.open().filter(due_on__lte=today + timedelta(days=SOON_DAYS)).order_by("pk")
    fields = ("pk", "version", "subject_kind", "subject_id", "kind", "due_on", "owner_id")
    return [Due(**row) for row in rows.values(*fields, reports_to_id=F("owner__reports_to"))]


def _told(today: date) -> set[tuple[int, int, date, str]]:
    rows = Reminder.objects.filter(review__state=Review.State.OPEN, review__due_on__lte=today + timedelta(days=SOON_DAYS))
    return set(rows.values_list("review_id", "recipient_id", "due_on", "kind"))


def _tellings(due: Sequence[Due], today: date) -> Iterator[Telling]:
    people = _named(today)
    leaders = dict(Appointment.objects.filter(seat__in=PAIR, ended_at=None).values_list("seat", "holder_id"))
    acting = delegations.acting_for(review.owner_id for review in due)
    sides = _sides([review for review in due if (today - review.due_on).days >= LINE_AFTER_DAYS])
    for review in due:
        delegate = [acting[review.owner_id].delegate_id] if review.owner_id in acting else []
        stages = dict.fromkeys((review.owner_id, *delegate, *people[review.pk]), stage_for(review.due_on, today))
        days_late = (today - review.due_on).days
        for recipient, stage in _up_the_line(review, days_late, sides.get(review.pk, ""), leaders):
            if recipient != review.owner_id:
                stages[recipient] = stage
        for recipient, stage in stages.items():
            yield Telling(review, recipient, stage)


def _up_the_line(review: Due, days_late: int, side: str, leaders: Mapping[str, int]) -> Iterator[tuple[int, Stage]]:
    """Steps in rising order: who gets two at once hears the last."""
    own = leaders.get(side)
    others = {holder for seat, holder in leaders.items() if seat != side} if side else set()
    if days_late >= LINE_AFTER_DAYS and review.reports_to_id and review.reports_to_id not in others:
        yield review.reports_to_id, Stage.TOLD_LINE
    if days_late >= LEADER_AFTER_DAYS and own:
        yield own, Stage.TOLD_LEADER
    if days_late >= PAIR_AFTER_DAYS:
        yield from ((leaders[seat], Stage.TOLD_PAIR) for seat in sorted(leaders, key=lambda seat: seat != side))


def _named(today: date) -> defaultdict[int, list[int]]:
    through = Review.people.through.objects.filter(
        review__state=Review.State.OPEN, review__due_on__lte=today + timedelta(days=SOON_DAYS)
    )
    people: defaultdict[int, list[int]] = defaultdict(list)
    for review_id, user_id in through.values_list("review_id", "user_id"):
        people[review_id].append(user_id)
    return people


def _sides(late: Sequence[Due]) -> dict[int, str]:
    """The seat on whose side each review's owner stands, told by the subject's app: one call a kind."""
    by_kind: defaultdict[str, list[Due]] = defaultdict(list)
    for review in late:
        by_kind[review.kind].append(review)
    found: dict[int, str] = {}
    for kind, rows in by_kind.items():
        told = reviews.sides(kind, [(row.subject_id, row.owner_id) for row in rows])
        found |= {row.pk: told.get((row.subject_id, row.owner_id), "") for row in rows}
    return found


def _who_may_see(tellings: Sequence[Telling]) -> list[Telling]:
    """Those whose recipient has an inbox and may open the subject: a few queries, whatever the number of reviews."""
    users = list(User.objects.filter(pk__in={t.recipient_id for t in tellings}, is_active=True, is_service=False))
    access.read_grants(users)
    able = {user.pk: user for user in users if user.has_perm("attention.view_inbox")}
    wanted: defaultdict[str, defaultdict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for telling in tellings:
        if telling.recipient_id in able:
            wanted[telling.review.subject_kind][telling.recipient_id].add(telling.review.subject_id)
    seen = {
        (kind, recipient, subject_id)
        for kind, people in wanted.items()
        if kind in subjects.all_kinds()
        for recipient, subject_id in sight.of_many(kind, people, able)
    }
    return [t for t in tellings if (t.review.subject_kind, t.recipient_id, t.review.subject_id) in seen]


# The review is held while its reminders are written, so that none is left open behind an answer given in between.
_INSERT = """
    WITH held AS (
        SELECT id, version, subject_kind, subject_id, due_on FROM attention_review
        WHERE id = ANY(%(reviews)s) AND state = 'OPEN' ORDER BY id FOR SHARE
    ), told AS (
        INSERT INTO attention_reminder
            (recipient_id, subject_kind, subject_id, kind, due_on, review_id, params, created_at)
        SELECT w.recipient_id, held.subject_kind, held.subject_id, w.kind, held.due_on, held.id, '{}'::jsonb, %(now)s
        FROM unnest(%(reviews)s::bigint[], %(versions)s::int[], %(recipients)s::bigint[], %(kinds)s::text[])
             WITH ORDINALITY AS w(review_id, version, recipient_id, kind, place)
        JOIN held ON held.id = w.review_id AND held.version = w.version
        ORDER BY w.place
        ON CONFLICT DO NOTHING
        RETURNING review_id, recipient_id, kind
    ), replaced AS (
        UPDATE attention_reminder AS earlier SET settled_at = %(now)s FROM told
        WHERE earlier.review_id = told.review_id AND earlier.recipient_id = told.recipient_id AND earlier.settled_at IS NULL
    )
    SELECT review_id, recipient_id, kind FROM told
"""


def _write(tellings: Sequence[Telling]) -> int:
    written = 0
    ordered = sorted(tellings, key=lambda t: (t.review.pk, list(Stage).index(t.stage), t.recipient_id))
    for start in range(0, len(ordered), _REVIEWS_AT_ONCE):
        batch = ordered[start : start + _REVIEWS_AT_ONCE]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                _INSERT,
                {
                    "reviews": [t.review.pk for t in batch],
                    "versions": [t.review.version for t in batch],
                    "recipients": [t.recipient_id for t in batch],
                    "kinds": [t.kind for t in batch],
                    "now": clock.now(),
                },
            )
            told = cursor.fetchall()
            _record_escalations(told)
        written += len(told)
    return written


def _record_escalations(told: Sequence[tuple[int, int, str]]) -> None:
    """Climbing the line is something the portal did to somebody's review: it stands in the record."""
    steps = [(pk, recipient, kind.rpartition(".")[2]) for pk, recipient, kind in told]
    rows = [(pk, {"stage": stage, "recipient": recipient}) for pk, recipient, stage in steps if stage in ESCALATED]
    if rows:
        audit.record_many(None, "review.escalated", "review", rows)
