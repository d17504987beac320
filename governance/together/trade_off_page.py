"""The trade-off of one question as it is read: its options weighed and drawn, and what the two leaders would take."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from governance.together import marks, trade_off
from governance.together.models import BlindMark, Decision, DecisionOption, OptionMark
from governance.together.trade_off import Choice, Drawing, Weighed


@dataclass(frozen=True, slots=True)
class Row:
    option: DecisionOption
    weighed: Weighed


@dataclass(frozen=True, slots=True)
class Page:
    decision: Decision
    rows: Sequence[Row]
    pictures: Sequence[Drawing]
    marks: Sequence[OptionMark]  # of both, once both have marked
    mine: BlindMark | None  # of the reader's own seat, while it is blind
    marked: Collection[str]  # the seats that have marked what stands now; who, never what
    seat: str  # that the reader fills, ""
    may_mark: bool
    carries: Sequence[Row]  # the marked options that the reader may make the one asked for

    @property
    def beaten(self) -> list[Row]:
        return [row for row in self.rows if row.weighed.is_beaten]

    @property
    def agree(self) -> bool:
        """Both would take the same."""
        return len({one.letter for one in self.marks}) == 1

    @property
    def is_asked_for(self) -> bool:
        """What both would take is what the question asks for, or what was decided."""
        return self.agree and self.marks[0].letter == self.decision.proposed_option


def read(decision: Decision, user: Any) -> Page:
    """A row of `decision_page.of_user(user)`. Five queries at most."""
    options = [one for one in decision.options.all() if one.archived_at is None]
    choices = [
        Choice(one.letter, one.cost, one.earliest_on, one.ready_on, one.latest_on, one.residual_loss_per_year) for one in options
    ]
    weighed = trade_off.weigh(choices, decision.delay_cost_per_month)
    offered = marks.offer(decision)
    shown = marks.revealed(decision, offered)
    filled = marks.seat_of(user)
    seat = filled.seat if filled else ""
    blind = [] if shown else list(BlindMark.objects.filter(decision=decision, digest=offered))
    rows = [Row(option, one) for option, one in zip(options, weighed, strict=True)]
    wanted = {one.letter for one in shown} - {decision.proposed_option}
    may_carry = bool(seat) and decision.state == Decision.State.OPEN
    return Page(
        decision=decision,
        rows=rows,
        pictures=trade_off.drawings(weighed, _by_letter(shown)),
        marks=shown,
        mine=next((one for one in blind if one.office == seat), None),
        marked=sorted(one.office for one in (shown or blind)),
        seat=seat,
        may_mark=bool(seat) and decision.is_put and not shown,
        carries=[row for row in rows if may_carry and row.option.letter in wanted],
    )


def _by_letter(shown: Sequence[OptionMark]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in shown:
        found.setdefault(one.letter, []).append(one.office.lower())
    return found
