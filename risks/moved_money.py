"""Why the money moved since a day: what was estimated, ended, moved between units and estimated anew. The parts add up to the
change of the average, and to that of one year in twenty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.errors import Invalid
from portal.people import organisations
from risks import loss_words, money_scope, portfolio
from risks.models import Levels, LossMove, LossResult, Risk
from risks.quantification import attribution, cells, together
from risks.sensitivity import Position

NEW, GONE, MOVED, ANEW = "new", "gone", "moved", "anew"
GROUPS = (NEW, GONE, MOVED, ANEW)
FACTORS = ("events", "share", "magnitude")
DAYS = 90
MOST_ROWS, READ_AT_ONCE = 15, 120
READ = ("scopes", "factors", "cells")


@dataclass(frozen=True, slots=True)
class Past:
    """What one risk added to the sum then and adds now; `cells` that are empty: nothing. `factors` of both where it was estimated
    anew."""

    risk_id: int
    group: str
    before: cells.Cells
    after: cells.Cells
    factors: tuple[Mapping[str, float], Mapping[str, float]] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One reason: what it did to the average and to one year in twenty, by how many risks; `of` what inputs it is made."""

    name: str
    average: float
    one_in_twenty: float
    count: int
    of: tuple[tuple[str, float], ...] = ()  # what inputs the average moved by

    @property
    def inputs(self) -> list[tuple[str, float]]:
        names = {"events": _("how often"), "share": _("the share that succeeds"), "magnitude": _("what an event costs")}
        return [(names[name], amount) for name, amount in self.of]

    @property
    def words(self) -> str:
        return {
            NEW: _("Estimated for the first time"),
            GONE: _("Closed, or the estimate taken back"),
            MOVED: _("Moved here or away, the risk itself as it was"),
            ANEW: _("Estimated anew"),
        }[self.name]


@dataclass(frozen=True)
class Moved:
    """The position of `since` and of now, the reasons between them, and the risks behind the reasons, the largest first."""

    since: date
    before: Position
    after: Position
    parts: tuple[Part, ...]
    rows: tuple[tuple[Risk, str, float], ...] = ()
    others: float = 0.0  # what the rows leave out: the smaller ones, and those that may not be opened
    others_count: int = 0

    @property
    def average(self) -> float:
        return self.after.average - self.before.average

    @property
    def one_in_twenty(self) -> float:
        return self.after.one_in_twenty - self.before.one_in_twenty

    @property
    def sentence(self) -> str:
        """What the table says."""
        if not self.parts:
            return _("Nothing moved since then.")
        facts = {
            "before": loss_words.money(self.before.average),
            "after": loss_words.money(self.after.average),
            "before20": loss_words.money(self.before.one_in_twenty),
            "after20": loss_words.money(self.after.one_in_twenty),
        }
        first = (
            _("The average went from %(before)s to %(after)s a year, one year in twenty from %(before20)s to %(after20)s.") % facts
        )
        most = max(self.parts, key=lambda part: (abs(part.average), part.name))
        words = ngettext("Most of it: %(words)s, %(n)s risk.", "Most of it: %(words)s, %(n)s risks.", most.count)
        told = most.words[:1].lower() + most.words[1:]
        return f"{first} {words % {'words': told, 'n': most.count}}"


def usual_day() -> date:
    """A quarter ago."""
    return organisations.today() - timedelta(days=DAYS)


def asked_for(asked: Mapping[str, str]) -> tuple[date, str]:
    """From which day on, and of which kind of risk ("" for all). Raises Invalid by field."""
    wrong, since, category = {}, usual_day(), asked.get("category", "")
    if told := asked.get("since", "").strip():
        try:
            since = date.fromisoformat(told)
        except ValueError:
            wrong["since"] = [_("Give a day, as in 2026-11-23.")]
    if since > organisations.today():
        wrong["since"] = [_("Choose a day that has begun.")]
    if category and category not in Risk.Category.values:
        wrong["category"] = [_("There is no such kind of risk.")]
    if wrong:
        raise Invalid(_("The question is not valid."), wrong)
    return since, category


def read(user: Any, since: date, category: str = "") -> Moved | None:
    """Of the reader's part of the organisation from the morning of `since` on, or of one `category` of the whole; sums count what
    may not be opened, rows do not. Raises Invalid where a kind is asked for by somebody who sees only a part."""
    unit = money_scope.unit_of(user)
    if unit is None:
        return None
    if category and unit.parent_id is not None:
        raise Invalid(
            _("The question is not valid."),
            {"category": [_("Kinds of risk are summed for the whole organisation only; leave it empty.")]},
        )
    stage, scope = Levels.Stage.CURRENT, f"category:{category}" if category else f"unit:{unit.pk}"
    past = _since(stage, scope, since)
    found = explained(since, portfolio.present(scope, stage)[1], past)
    ordered = sorted(zip(_averages(past), past, strict=True), key=lambda pair: (-abs(pair[0]), pair[1].risk_id))
    shown = _largest(user, ordered)
    told = tuple((risk, Part(one.group, 0.0, 0.0, 1).words, average) for risk, average, one in shown)
    rest = found.average - sum(average for _risk, _words, average in told)
    return replace(found, rows=told, others=rest, others_count=len(past) - len(told))


def _largest(user: Any, ordered: Sequence[tuple[float, Past]]) -> list[tuple[Risk, float, Past]]:
    """The first of `ordered` that `user` may open. One query, unless more than a hundred in a row are hidden."""
    found: list[tuple[Risk, float, Past]] = []
    for start in range(0, len(ordered), READ_AT_ONCE):
        part = ordered[start : start + READ_AT_ONCE]
        rows = Risk.objects.visible_to(user).in_bulk([one.risk_id for _average, one in part])
        found += [(rows[one.risk_id], average, one) for average, one in part if one.risk_id in rows]
        if len(found) >= MOST_ROWS:
            break
    return found[:MOST_ROWS]


def explained(since: date, whole: cells.Cells, past: Sequence[Past]) -> Moved:
    """The change from what the sum was to `whole`, which it is now. The sum of then is exact, as cells subtract."""
    groups = [name for name in GROUPS if any(one.group == name for one in past)]
    deltas = {name: _delta([one for one in past if one.group == name]) for name in groups}
    then = cells.add([whole, *deltas.values()], [1, *([-1] * len(deltas))])

    def of_sets(sets: Sequence[frozenset[str]]) -> list[float]:
        return [together.evaluate(cells.add([then, *(deltas[name] for name in chosen)])).var95 for chosen in sets]

    before, after = (Position(cells.moments(one)[0], together.evaluate(one).var95) for one in (then, whole))
    means = dict.fromkeys(groups, 0.0)
    for average, one in zip(_averages(past), past, strict=True):
        means[one.group] += average
    averages = attribution.exactly(means, after.average - before.average)
    tails = attribution.exactly(attribution.of_any(groups, of_sets), after.one_in_twenty - before.one_in_twenty)
    parts = [
        Part(name, averages[name], tails[name], len(own), _inputs(own, averages[name]) if name == ANEW else ())
        for name in groups
        for own in [[one for one in past if one.group == name]]
    ]
    return Moved(since, before, after, tuple(parts))


def _averages(past: Sequence[Past]) -> list[float]:
    """What each did to the average."""
    now, then = cells.means([one.after for one in past]), cells.means([one.before for one in past])
    return [after - before for after, before in zip(now, then, strict=True)]


def _delta(past: Sequence[Past]) -> cells.Cells:
    parts = [one for each in past for one in (each.before, each.after)]
    return cells.add(parts, [-1, 1] * len(past))


def _inputs(past: Sequence[Past], change: float) -> tuple[tuple[str, float], ...]:
    """What was estimated anew, by input: how often, the share that succeeds, what an event costs."""
    sums = dict.fromkeys(FACTORS, 0.0)
    for one in past:
        if one.factors is not None:
            for name, amount in attribution.of_mean(*one.factors).items():
                sums[name] += amount
    exact = attribution.exactly(sums, change)
    return tuple((name, exact[name]) for name in FACTORS if abs(exact[name]) > 0.005)


def _since(stage: str, scope: str, since: date) -> list[Past]:
    """Every risk that counts in `scope` otherwise than then, by how. Two queries."""
    moves = LossMove.objects.filter(stage=stage, moved_at__gte=organisations.morning(since))
    first = moves.order_by("risk_id", "moved_at", "pk").distinct("risk_id").values_list("risk_id", *READ)
    past = {pk: told for pk, *told in first}
    rows = LossResult.objects.filter(stage=stage, risk__in=moves.values("risk")).values_list("risk_id", *READ)
    now = {pk: told for pk, *told in rows}
    found = []
    for pk, (scopes, factors, stored) in past.items():
        own_scopes, own_factors, own = now.get(pk, ((), {}, b""))
        was_in, is_in = scope in scopes, scope in own_scopes
        kept, own = bytes(stored) if was_in else b"", bytes(own) if is_in else b""
        if kept == own:
            continue
        before, after = cells.Cells.from_bytes(kept), cells.Cells.from_bytes(own)
        if was_in and is_in:
            found.append(Past(pk, ANEW, before, after, (factors, own_factors)))
        elif is_in:
            found.append(Past(pk, MOVED if scopes else NEW, before, after))
        else:
            found.append(Past(pk, MOVED if pk in now else GONE, before, after))
    return found
