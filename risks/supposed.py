"""What if: a risk becomes rarer or cheaper, or a control works better, from a day on and for a sum. Nothing is kept; an answer can
be carried into a treatment or a decision, whose forms begin with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from portal.errors import Invalid
from portal.people import organisations
from portal.told import amount, row_key
from portal.web import shown
from risks import loss_words, what_if
from risks.models import Control, ControlRisk, Levels, LossResult, Risk
from risks.quantification import AnnualLoss, cells, together
from risks.what_if import Change

DAYS_OF_A_YEAR = 365
ALL = Decimal(100)
MOST_OFFERED = 100
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """`changes` hold from `from_day` on and cost `cost` once; they are those of `control`, or of one risk."""

    changes: tuple[Change, ...]
    from_day: date
    title: str
    cost: Decimal | None = None
    control: Control | None = None


@dataclass(frozen=True)
class Answer:
    """The position of all risks that the reader may open: as it is, as it would be, and of the next twelve months, of which only
    what follows `from_day` is better. `risk` is the one that changes most."""

    question: Question
    risk: Risk
    before: AnnualLoss
    after: AnnualLoss
    next_year: AnnualLoss

    @property
    def works_now(self) -> float:
        """The share that the control of the question takes off today; 0 without one."""
        return float(works_now(self.question.control)) if self.question.control else 0.0

    @property
    def gain(self) -> float:
        """Of the average of a year, once it holds."""
        return self.before.mean - self.after.mean

    @property
    def more(self) -> float:
        return -self.gain

    @property
    def saved(self) -> float:
        """Of the average of the next twelve months."""
        return self.before.mean - self.next_year.mean

    @property
    def return_share(self) -> float | None:
        cost = self.question.cost
        return (self.saved - float(cost)) / float(cost) if cost else None

    @property
    def payback_years(self) -> float | None:
        """From `from_day` on."""
        cost = self.question.cost
        return float(cost) / self.gain if cost and self.gain > 0 else None

    @property
    def sentence(self) -> str:
        facts = {"day": shown.date_long(self.question.from_day)}
        for name, loss in (("before", self.before), ("after", self.after)):
            facts |= {name: loss_words.money(loss.mean), f"{name}20": loss_words.money(loss.var95)}
        words = _(
            "From %(day)s on the average of a year would be %(after)s instead of %(before)s, and one year in twenty would cost "
            "over %(after20)s instead of %(before20)s."
        )
        saved = _("Of the next twelve months it saves %(saved)s.") % {"saved": loss_words.money(self.saved)}
        return f"{words % facts} {saved}"


def asked(user: Any, said: Words) -> Question | None:
    """The question of a form; None where neither a risk nor a control is named. Raises Invalid by field."""
    if not (said.get("risk") or said.get("control")):
        return None
    wrong: dict[str, list[str]] = {}
    day = _read(said, "from", date.fromisoformat, _("Give a day, as in 2026-11-23."), wrong) or organisations.today()
    cost = _read(said, "cost", _sum, _("Give a sum of money, as in 250000.00."), wrong)
    percents = {
        name: _read(said, name, _percent, _("Give a share from 0 to 100 percent."), wrong) for name in ("often", "costs", "works")
    }
    if day < organisations.today():
        wrong["from"] = [_("Choose a day to come, or leave it empty for today.")]
    control = _control(user, said, wrong) if said.get("control") else None
    risk = None if control or said.get("control") else _risk(user, said, wrong)
    if control is not None and percents["works"] is None:
        wrong.setdefault("works", [_("Say how much of a risk it would take off.")])
    if wrong:
        raise Invalid(_("The question is not valid."), wrong)
    if control is not None:
        return Question(_by_control(control, percents["works"] / ALL), day, _title(control, percents), cost, control)
    often, costs = (percents[name] or Decimal(0) for name in ("often", "costs"))
    change = Change(risk.pk, float(1 - often / ALL), float(1 - costs / ALL))
    return Question((change,), day, _title(risk, {"often": often, "costs": costs}), cost)


def of_changes(
    changes: Sequence[Change], control: Control | None, share: Decimal | None, day: date | None, cost: Decimal | None
) -> Question:
    """The question of an integration: changes, or a control that takes off `share`. Raises Invalid by field."""
    wrong: dict[str, list[str]] = {}
    if control is None and not changes:
        wrong["changes"] = [_("Name a change, or a control.")]
    if len({one.risk_id for one in changes}) < len(changes):
        wrong["changes"] = [_("Name each risk once.")]
    if control is not None and (changes or share is None):
        wrong["takes_off_share"] = [_("Say how much of a risk the control would take off, and no other changes.")]
    if day is not None and day < organisations.today():
        wrong["starts_on"] = [_("Choose a day to come, or leave it empty for today.")]
    if wrong:
        raise Invalid(_("The question is not valid."), wrong)
    if control is not None and share is not None:
        changes = _by_control(control, share)
    return Question(tuple(changes), day or organisations.today(), "", cost, control)


def answer(user: Any, question: Question, stage: str = Levels.Stage.CURRENT) -> Answer:
    """What the position would be. Raises Invalid where none of the risks is estimated."""
    means = LossResult.objects.visible_to(user).filter(stage=stage, risk__in=[one.risk_id for one in question.changes])
    first = means.select_related("risk__unit").defer("cells", "sketch").order_by("-mean", "pk").first()
    if first is None:
        field = "control" if question.control else "changes" if not question.title else "risk"
        raise Invalid(_("The question is not valid."), {field: [_("Nobody has estimated what that costs in a year.")]})
    before, after = what_if.cells_of(user, stage, question.changes)
    waits = min((question.from_day - organisations.today()).days / DAYS_OF_A_YEAR, 1.0)
    over = cells.add([cells.times(before, waits), cells.times(after, 1 - waits)])
    return Answer(question, first.risk, *(together.evaluate(one) for one in (before, after, over)))


def controls(user: Any) -> list[Control]:
    """Those that bear on a risk that is estimated and that `user` may open. One query."""
    estimated = LossResult.objects.visible_to(user).filter(stage=Levels.Stage.CURRENT).values("risk")
    links = ControlRisk.objects.filter(risk__in=estimated).values("control")
    kept = Control.objects.visible_to(user).filter(archived_at=None, pk__in=links).exclude(state=Control.State.RETIRED)
    return list(kept.order_by("number")[:MOST_OFFERED])


def risks(user: Any) -> list[Risk]:
    """Those that are estimated and that `user` may open, the dearest first. One query."""
    rows = LossResult.objects.visible_to(user).filter(stage=Levels.Stage.CURRENT)
    return [
        row.risk for row in rows.select_related("risk").only("risk__number", "risk__title").order_by("-mean", "pk")[:MOST_OFFERED]
    ]


def works_now(control: Control) -> Decimal:
    """The share [0–1] that it takes off today, as judged; a planned one nothing yet."""
    return control.design_effectiveness * control.operating_effectiveness if control.state == Control.State.IN_FORCE else Decimal(0)


def _by_control(control: Control, works: Decimal) -> tuple[Change, ...]:
    """What of each risk would be left of what is left now: estimates hold with the control as it works today."""
    now = works_now(control)
    if now >= 1:
        raise Invalid(_("The question is not valid."), {"control": [_("It is judged to take off everything already.")]})
    factor = float((1 - works) / (1 - now))
    found: dict[int, dict[str, float]] = {}
    for link in ControlRisk.objects.filter(control=control).order_by("risk_id"):
        name = "frequency_factor" if link.bears_on == ControlRisk.Side.LIKELIHOOD else "magnitude_factor"
        found.setdefault(link.risk_id, {})[name] = factor
    return tuple(Change(pk, **factors) for pk, factors in found.items())


def _title(what: Any, percents: Mapping[str, Decimal | None]) -> str:
    if isinstance(what, Control):
        return _("%(number)s takes off %(percent)s: %(name)s") % {
            "number": what.number,
            "percent": _spelled(percents["works"]),
            "name": what.name,
        }
    facts = {"number": what.number, "often": _spelled(percents["often"]), "costs": _spelled(percents["costs"])}
    return _("%(number)s strikes %(often)s more rarely and costs %(costs)s less") % facts


def _spelled(percent: Decimal | None) -> str:
    return f"{(percent or Decimal(0)).normalize():f}{loss_words.PERCENT}"


def _control(user: Any, said: Words, wrong: dict[str, list[str]]) -> Control | None:
    found = Control.objects.visible_to(user).filter(archived_at=None, pk=row_key(said["control"]) or 0).first()
    if found is None:
        wrong["control"] = [_("Choose one of the controls.")]
    return found


def _risk(user: Any, said: Words, wrong: dict[str, list[str]]) -> Risk | None:
    found = Risk.objects.visible_to(user).filter(pk=row_key(said["risk"]) or 0).first()
    if found is None:
        wrong["risk"] = [_("Choose one of the risks.")]
    return found


def _read(said: Words, name: str, read: Callable[[str], Any], sentence: str, wrong: dict[str, list[str]]) -> Any:
    told = said.get(name, "").strip()
    try:
        return read(told) if told else None
    except (ValueError, InvalidOperation):
        wrong[name] = [sentence]
    return None


def _sum(told: str) -> Decimal:
    found = amount(told)
    if found is None:
        raise InvalidOperation
    return found


def _percent(told: str) -> Decimal:
    found = Decimal(told)
    if not (found.is_finite() and 0 <= found <= ALL):
        raise InvalidOperation
    return found
