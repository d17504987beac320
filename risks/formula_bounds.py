"""What the parameters of a formula may be: every bound said in a sentence, and the whole shown to hold before it is kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import Invalid
from risks import formula_trial, formulas
from risks.formulas import Formula
from risks.scales import LEVELS, REACHABILITIES

Word = Any
TENTHS, HUNDREDTHS = Decimal("0.1"), Decimal("0.01")
MOST_POINTS = Decimal(20)  # of anything but the rating: a band
MOST_STEPS, LONGEST_DAYS = 6, 3650


@dataclass(frozen=True, slots=True)
class Bound:
    """The least and the most that one number may be, in steps of `step`."""

    least: Decimal
    most: Decimal
    step: Decimal = TENTHS


def _points(least: str, most: str, step: Decimal = TENTHS) -> Bound:
    return Bound(Decimal(least), Decimal(most), step)


NUMBERS: Mapping[str, Bound] = {
    "base_points": _points("0.5", "4.0"),
    "exploited_points": _points("0", "20"),
    "end_of_support_points": _points("0", "20"),
    "safety_zone_points": _points("0", "20"),
    "control_limit_share": _points("0", "0.19", HUNDREDTHS),
    "unproven_operating_share": _points("0", "1", HUNDREDTHS),
    "indicator_points": _points("0", "20"),
    "indicator_limit_points": _points("0", "20"),
    "care_limit_points": _points("0", "5"),
    "lowest_points": _points("0", "20"),
    "highest_points": _points("80", "100"),
}
LISTS = {"criticality_points": len(LEVELS), "reachability_points": len(REACHABILITIES)}
STEPS = formulas.BY_DAYS_LATE
WORDS: Mapping[str, Word] = {
    "base_points": gettext_lazy("Points for likelihood 1 × impact 1"),
    "criticality_points": gettext_lazy("Points for effective criticality 1 to 5"),
    "exploited_points": gettext_lazy("Points for a confirmed vulnerability that is known to be exploited"),
    "reachability_points": gettext_lazy("Points for reachability: none, inside, remote, internet"),
    "end_of_support_points": gettext_lazy("Points for an asset out of support"),
    "safety_zone_points": gettext_lazy("Points for an asset relevant to safety"),
    "control_limit_share": gettext_lazy("Most that controls take off each side of the rating, as a share"),
    "unproven_operating_share": gettext_lazy("What counts of a control's operation without valid evidence, as a share"),
    "indicator_points": gettext_lazy("Points for each breached indicator"),
    "indicator_limit_points": gettext_lazy("Most that breached indicators count together"),
    "review_late_steps": gettext_lazy("Points for a late review, from so many days on"),
    "treatment_late_steps": gettext_lazy("Points for a late treatment, from so many days on"),
    "evidence_old_steps": gettext_lazy("Points for evidence that ran out, from so many days on"),
    "old_evidence_within_effect": gettext_lazy("Old evidence weighs at most what its control takes off"),
    "care_limit_points": gettext_lazy("Most that care terms count together"),
    "lowest_points": gettext_lazy("Lowest score there is"),
    "highest_points": gettext_lazy("Highest score there is"),
}
TYPED = tuple(name for name in WORDS if name not in formulas.RULES)  # by people; a rule is on in whatever they draft
WHY: Mapping[str, Word] = {
    "base_points": gettext_lazy("so that likelihood 5 × impact 5 stays within the scale"),
    "control_limit_share": gettext_lazy("so that no control outweighs a level"),
    "care_limit_points": gettext_lazy("so that what we let slide never weighs more than the risk"),
}


def checked(number: int, said: Mapping[str, Any]) -> Formula:
    """The formula that `said` (parameter → value) spells. Raises Invalid by parameter, each in a sentence."""
    wrong: dict[str, list[str]] = {name: [_("There is no such parameter.")] for name in set(said) - set(WORDS)}
    read: dict[str, Any] = {}
    for name in WORDS:
        try:
            read[name] = _reader(name)(name, said.get(name))
        except _Wrong as sentence:
            wrong[name] = [str(sentence)]
    wrong |= {name: [sentence] for name, sentence in _between(read).items()}
    if not wrong:
        formula = Formula(version=number, **read)
        wrong = {name: [sentence] for name, sentence in _tried(formula).items()}
        if not wrong:
            return formula
    raise Invalid(_("These parameters cannot be a formula."), wrong)


class _Wrong(Exception):
    """A sentence about one parameter."""


def _reader(name: str) -> Callable[[str, Any], Any]:
    if name in formulas.RULES:
        return _rule
    return _list if name in LISTS else _steps if name in STEPS else _number


def _rule(name: str, value: Any) -> bool:
    if value is not True:
        raise _Wrong(_("Every version drafted now has this rule, so that no score falls when a control goes; leave it out."))
    return True


def _number(name: str, value: Any, bound: Bound | None = None) -> Decimal:
    bound = bound or NUMBERS[name]
    told = {"least": f"{bound.least:f}", "most": f"{bound.most:f}", "why": WHY.get(name, "")}
    sentence = (
        _("Give a number from %(least)s to %(most)s, %(why)s.") if told["why"] else _("Give a number from %(least)s to %(most)s.")
    )
    try:
        number = Decimal(str(value).strip()) if not isinstance(value, bool) and value is not None else Decimal("NaN")
    except DecimalException:
        raise _Wrong(sentence % told) from None
    if not number.is_finite() or not bound.least <= number <= bound.most:
        raise _Wrong(sentence % told)
    if number != number.quantize(bound.step):
        raise _Wrong(_("Give it in steps of %(step)s.") % {"step": bound.step})
    tenths = number.quantize(TENTHS)
    return tenths if tenths == number else number.quantize(bound.step)


def _list(name: str, value: Any) -> tuple[Decimal, ...]:
    count = LISTS[name]
    if not isinstance(value, list | tuple) or len(value) != count:
        raise _Wrong(_("Give %(count)d numbers, the mildest first.") % {"count": count})
    found = tuple(_number(name, one, Bound(Decimal(0), MOST_POINTS)) for one in value)
    if list(found) != sorted(found):
        raise _Wrong(_("No number may be less than the one before it, else a score would fall when something gets worse."))
    return found


def _steps(name: str, value: Any) -> tuple[tuple[int, Decimal], ...]:
    pairs = value if isinstance(value, list | tuple) else None
    if pairs is None or len(pairs) > MOST_STEPS or any(not isinstance(one, list | tuple) or len(one) != 2 for one in pairs):
        raise _Wrong(_("Give at most %(count)d steps of days and points, as 31: 2.0.") % {"count": MOST_STEPS})
    try:
        days = [int(str(one[0])) for one in pairs]
    except ValueError:
        raise _Wrong(_("Days are whole numbers.")) from None
    points = [_number(name, one[1], Bound(TENTHS, formula_trial.MOST_CARE)) for one in pairs]
    if any(not 1 <= day <= LONGEST_DAYS for day in days):
        raise _Wrong(_("Days lie between 1 and %(most)d.") % {"most": LONGEST_DAYS})
    rising = sorted(set(days)) == days and sorted(set(points)) == points
    if not rising:
        raise _Wrong(_("Each step has more days and more points than the one before it."))
    return tuple(zip(days, points, strict=True))


def _between(read: Mapping[str, Any]) -> dict[str, str]:
    """What two parameters say of each other."""
    wrong = {}
    single, together = read.get("indicator_points"), read.get("indicator_limit_points")
    if single is not None and together is not None and together < single:
        wrong["indicator_limit_points"] = _("Together they count at least what one of them does; give %(least)s or more.") % {
            "least": single
        }
    limit = read.get("care_limit_points")
    for name in STEPS:
        if limit is not None and read.get(name) and read[name][-1][1] > limit:
            wrong[name] = _("No step counts more than all care terms together, %(most)s points.") % {"most": limit}
    return wrong


def _tried(formula: Formula) -> dict[str, str]:
    """What does not hold although every parameter lies within its bounds."""
    trial = formula_trial.of(formula)
    if trial.holds:
        return {}
    wrong = {}
    if trial.falls:
        wrong[""] = _("With these points a score would fall although something gets worse (%(what)s). Let points rise with it.") % {
            "what": ", ".join(trial.falls)
        }
    elif trial.crossed or trial.most_care > formula_trial.MOST_CARE:
        wrong["care_limit_points"] = _("Care terms would count too much; give at most %(most)s.") % {
            "most": formula_trial.MOST_CARE
        }
    return wrong
