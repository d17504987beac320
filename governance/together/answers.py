"""What a leader answers on a phone: at most seven cards by date, money and who waits, and the mirror, what they wait for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from governance.together import decision_page, talking
from governance.together.models import DecisionOption
from portal import subjects
from portal.people.models import User
from portal.signing import panels, registry, waiting
from portal.signing.models import SignatureRequest

MOST_CARDS, MOST_MIRRORED = 7, 20
MOST_FACTS = 8  # that a card names of what a signature covers
WEEKS_A_YEAR = 52
NO_MONEY = Decimal(0)


@dataclass(frozen=True, slots=True)
class Card:
    """One thing that waits for the reader's signature. `waiting_costs` is what a week of waiting leaves open, in money."""

    kind: str
    pk: int
    word: str
    label: str
    question: str
    due_on: date | None
    money: Decimal | None
    waiting_costs: Decimal | None
    asked_by: str
    asked_at: datetime | None
    has_changed: bool

    @property
    def url(self) -> str:
        return reverse("together:answer-card", args=[self.kind, self.pk])


@dataclass(frozen=True, slots=True)
class Mirror:
    """One thing that the reader waits for: with which offices it lies, and since when."""

    kind: str
    pk: int
    word: str
    label: str
    url: str
    offices: Sequence[str]
    since: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A card with all that is needed to answer it: what differs from what one signed, and what the other office said."""

    kind: str
    pk: int
    label: str
    url: str
    panel: Any
    covered: Sequence[tuple[str, str]]  # the first of them, each in one line
    more: int  # facts that it covers as well
    answers: Sequence[Any]  # of a decision, what the offices said last
    page: Any  # of a decision
    may_talk: bool
    talk_is_asked: bool

    @property
    def may_answer(self) -> bool:
        return bool(self.panel.offices)

    @property
    def is_decision(self) -> bool:
        return self.page is not None


def cards(user: Any) -> list[Card]:
    """The first seven by date, then money, then who has waited longest. One query a kind, and three more."""
    unsigned = waiting.of(user)
    things = subjects.fetch([one.key for one in unsigned], user)
    seen = [one for one in unsigned if one.key in things]
    asked = _asked(one.key for one in seen)
    names = _names(things[one.key] for one in seen)
    options = _options([one.pk for one in seen if one.kind == "decision"])
    found = [_card(one, things[one.key], asked.get(one.key), names, options.get(one.pk, ())) for one in seen]
    return sorted(found, key=_order)[:MOST_CARDS]


def mirror(user: Any, most: int | None = MOST_MIRRORED) -> tuple[list[Mirror], int]:
    """What is asked of the reader or was proposed by them and waits for other offices alone, the longest first, and how many there
    are of it. One query a kind, beside those of working it out."""
    waits = waiting.others(user)
    things = subjects.fetch([one.key for one in waits[:most]], user)
    return [_mirrored(one, things[one.key]) for one in waits[:most] if one.key in things], len(waits)


def _mirrored(one: waiting.Awaited, thing: Any) -> Mirror:
    kind = subjects.of_kind(one.kind)
    offices = [" / ".join(registry.office_word(office) for office in slot) for slot in one.offices]
    return Mirror(one.kind, one.pk, str(kind.word), kind.label(thing), kind.url(thing), offices, one.since)


def asked(kind: str, pk: int, user: Any) -> Any:
    """What `user` may see of a kind that is signed. Raises Http404."""
    registry.of_kind(kind)
    return get_object_or_404(subjects.of_kind(kind).visible_to(user), pk=pk)


def opened(kind: str, pk: int, user: Any) -> Opened:
    """One card; `may_answer` is False where it does not wait for the reader. Raises Http404 where they may not see it."""
    registry.of_kind(kind)
    subject = subjects.of_kind(kind)
    rows = decision_page.of_user(user) if kind == "decision" else subject.visible_to(user)
    thing = rows.filter(pk=pk).first()
    if thing is None:
        raise Http404
    page = decision_page.read(thing, user) if kind == "decision" else None
    panel = page.panel if page else panels.read(thing, user)
    if panel is None:
        raise Http404
    covered = [] if page or panel.signed_before else [(name, _in_a_line(said)) for name, said in panels.whole(thing) if said]
    may_talk = talking.may_ask(panel.standing, user)
    return Opened(
        *(kind, pk, subject.label(thing), subject.url(thing), panel),
        covered=covered[:MOST_FACTS],
        more=len(covered[MOST_FACTS:]),
        answers=page.last if page else (),
        page=page,
        may_talk=may_talk,
        talk_is_asked=may_talk and talking.is_asked(thing),
    )


def _in_a_line(said: str) -> str:
    return " · ".join(line.strip() for line in said.splitlines() if line.strip())


def _order(card: Card) -> tuple[Any, ...]:
    return (
        card.due_on is None,
        card.due_on or date.max,
        -(card.waiting_costs or card.money or NO_MONEY),
        card.asked_at.timestamp() if card.asked_at else 0,
        card.kind,
        card.pk,
    )


def _card(
    one: waiting.Unsigned, thing: Any, asked_at: datetime | None, names: Mapping[int, str], options: Sequence[DecisionOption]
) -> Card:
    kind = subjects.of_kind(one.kind)
    money = getattr(thing, "price", None)
    costs = None
    if one.kind == "decision":
        proposed = next((option for option in options if option.letter == thing.proposed_option), None)
        money = proposed.cost if proposed else None
        costs = _a_week(proposed, options)
    return Card(
        kind=one.kind,
        pk=one.pk,
        word=str(kind.word),
        label=kind.label(thing),
        question=getattr(thing, "question", ""),
        due_on=getattr(thing, "decide_by", None) or getattr(thing, "starts_on", None),
        money=money,
        waiting_costs=costs,
        asked_by=names.get(registry.of_kind(one.kind).proposed_by(thing) or 0, ""),
        asked_at=asked_at,
        has_changed=one.has_changed,
    )


def _a_week(proposed: DecisionOption | None, options: Sequence[DecisionOption]) -> Decimal | None:
    """What a week without the option asked for leaves open: the worst loss a year of the options less its own, by the week."""
    if proposed is None or proposed.residual_loss_per_year is None:
        return None
    worst = max((one.residual_loss_per_year for one in options if one.residual_loss_per_year is not None), default=NO_MONEY)
    more = worst - proposed.residual_loss_per_year
    return (more / WEEKS_A_YEAR).quantize(Decimal("0.01")) if more > 0 else None


def _asked(keys: Any) -> dict[tuple[str, int], datetime]:
    wanted = list(keys)
    rows = SignatureRequest.objects.filter(
        subject_kind__in={kind for kind, _pk in wanted}, subject_id__in={pk for _kind, pk in wanted}
    ).order_by("pk")
    return {one.key: one.asked_at for one in rows} if wanted else {}


def _names(things: Any) -> dict[int, str]:
    ids = {registry.of_kind(subjects.kind_of(one)).proposed_by(one) for one in things}
    return dict(User.objects.filter(pk__in=ids - {None}).values_list("pk", "name")) if ids else {}


def _options(decisions: Sequence[int]) -> dict[int, list[DecisionOption]]:
    found: dict[int, list[DecisionOption]] = {}
    for one in DecisionOption.objects.filter(decision__in=decisions, archived_at=None) if decisions else ():
        found.setdefault(one.decision_id, []).append(one)
    return found
