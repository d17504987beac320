"""One decision as it is read: asked, answered, dissent, conditions, outcome."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from governance.together import conditions, decisions, moving
from governance.together.models import Condition, Decision, DecisionOption, Position
from portal import subjects
from portal.people import appointments
from portal.signing import panels, registry, signatures
from portal.signing.models import Signature
from portal.signing.standing import Standing
from risks import hidden

Stance = Position.Stance


@dataclass(frozen=True, slots=True)
class Answer:
    """What one office said, over which content: `holds` for what the decision says now."""

    office: str
    mark: str  # "cio", "ciso" or ""
    signature: Signature
    stance: str
    position: Position | None
    holds: bool

    @property
    def word(self) -> str:
        return str(Stance(self.stance).label)

    @property
    def is_dissent(self) -> bool:
        return self.stance == Stance.OPPOSE


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    word: str
    band: str  # as noted when the seats were asked
    is_above_tolerance: bool | None


@dataclass(frozen=True, slots=True)
class Page:
    decision: Decision
    options: Sequence[DecisionOption]
    proposed: DecisionOption | None
    links: Sequence[Link]
    hidden_links: int
    answers: Sequence[Answer]  # newest first
    last: Sequence[Answer]  # of each office the newest, but for those that fell away with a seat
    conditions: Sequence[Condition]
    may_answer: Sequence[str]  # the offices for which the reader may
    may_change: bool
    may_arbitrate: bool
    may_meet: Collection[int]  # ids of the conditions of which the reader may say that they are met
    arbiter_on: date | None
    standing: Standing
    panel: Any

    @property
    def answered(self) -> int:
        """How many offices have answered what it says now."""
        return sum(one.holds for one in self.last)

    @property
    def dissent(self) -> Sequence[Answer]:
        """What was said against it, whether or not it holds still; never left out."""
        return [one for one in self.answers if one.is_dissent]


def of_user(user: Any) -> QuerySet[Decision]:
    """The decisions `user` may open, with what hangs on them."""
    asked = Condition.objects.select_related("owner", "met_by", "asked_by")
    rows = subjects.of_kind("decision").named_to(user).current()
    return rows.prefetch_related("options", "links", Prefetch("conditions", asked))


def read(decision: Decision, user: Any) -> Page:
    """Everything the page shows of a row of `of_user(user)`. Nine queries at most."""
    panel = panels.read(decision, user)
    standing = panel.standing if panel else signatures.standing(decision)
    options = [one for one in decision.options.all() if one.archived_at is None]
    links, hidden_links = _links(decision, user)
    answers = _answers(decision, standing)
    arbiter = appointments.seat_holder("ARBITER") if decision.escalated_at and decision.is_put else None
    refused = bool(standing.refusals)
    asked = [one for one in decision.conditions.all() if one.archived_at is None]
    in_force = decision.state == Decision.State.DECIDED and user.has_perm("together.meet_condition")
    return Page(
        decision=decision,
        options=options,
        proposed=next((one for one in options if one.letter == decision.proposed_option), None),
        links=links,
        hidden_links=hidden_links,
        answers=answers,
        last=_last(answers),
        conditions=asked,
        may_answer=[registry.office_word(one) for one in signatures.may_answer(standing, user)] if decision.is_put else [],
        may_change=decision.state in ("DRAFT", "OPEN") and decisions.may_change(decision, user),
        may_meet={one.pk for one in asked if in_force and one.met_at is None and conditions.may_settle(one, user)},
        may_arbitrate=refused and arbiter is not None and arbiter.person.pk == user.pk and not _answered(answers, user),
        arbiter_on=moving.due_for_arbiter(decision) if refused and decision.escalated_at is None else None,
        standing=standing,
        panel=panel,
    )


def _answers(decision: Decision, standing: Standing) -> list[Answer]:
    given = Signature.objects.with_void().filter(subject_kind="decision", subject_id=decision.pk)
    given = given.select_related("signed_by", "position").order_by("-pk")
    return [_answer(one, standing) for one in given]


def _answer(one: Signature, standing: Standing) -> Answer:
    position = getattr(one, "position", None)
    plain = Stance.OPPOSE if one.kind == Signature.Kind.REFUSED else Stance.SUPPORT
    mark = one.office.lower() if one.office in ("CIO", "CISO") else ""
    holds = one.digest == standing.digest and not one.is_void
    return Answer(registry.office_word(one.office), mark, one, position.stance if position else plain, position, holds)


def _last(answers: Sequence[Answer]) -> list[Answer]:
    newest: dict[str, Answer] = {}
    for one in answers:
        if not one.signature.is_void:
            newest.setdefault(one.signature.office, one)
    return sorted(newest.values(), key=lambda one: one.signature.office)


def _answered(answers: Sequence[Answer], user: Any) -> bool:
    """Whether `user` answered it for an office, so that they do not settle it."""
    return any(one.signature.signed_by_id == user.pk and one.signature.office != "ARBITER" for one in answers)


def _links(decision: Decision, user: Any) -> tuple[list[Link], int]:
    rows = [one for one in decision.links.all() if one.archived_at is None]
    found = subjects.fetch([row.key for row in rows], user)
    shown = []
    for row in rows:
        thing = found.get(row.key)
        if thing is not None:
            kind = subjects.of_kind(row.subject_kind)
            shown.append(Link(kind.label(thing), kind.url(thing), str(kind.word), row.band, row.is_above_tolerance))
    others = [row.key for row in rows if row.key not in found]
    risks = {pk for kind, pk in others if kind == "risk"}
    return shown, hidden.among(risks, user) + hidden.withheld(len(others) - len(risks))
