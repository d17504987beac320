"""From themes down to controls: theme, goal, initiative, risk, control, with sums that reconcile. Counts and adds up, no database.

A risk that two goals are there for counts in each, and once in the sum above them; what was counted more than once stands in a line
of its own, so that the lines of a table add up to its foot, and with the risks that no goal is there for to the whole register.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Sum:
    """Open risks, the points they stand at now, and the controls that bear on them."""

    risks: int = 0
    points: Decimal = Decimal(0)
    controls: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.risks + other.risks, self.points + other.points, self.controls + other.controls)

    def __sub__(self, other: "Sum") -> "Sum":
        return Sum(self.risks - other.risks, self.points - other.points, self.controls - other.controls)


@dataclass(frozen=True, slots=True)
class Register:
    """What the reader may open: points now by open risk, and by risk the controls in force that bear on it."""

    points: Mapping[int, Decimal]
    controls: Mapping[int, Collection[int]]

    def sum_of(self, risks: Iterable[int]) -> Sum:
        """Each risk and each control once; risks that are closed, or that the reader may not open, are left out."""
        known = {pk for pk in risks if pk in self.points}
        bearing = {control for pk in known for control in self.controls.get(pk, ())}
        return Sum(len(known), sum((self.points[pk] for pk in known), Decimal(0)), len(bearing))


@dataclass(frozen=True, slots=True)
class Sums:
    """`goals` and `themes` by id. Σ goals − twice_in[theme] = its theme; Σ themes − twice = under_goals; under_goals + under_none −
    shared_controls = everything."""

    goals: Mapping[int, Sum]
    themes: Mapping[int, Sum]
    twice_in: Mapping[int, Sum]
    twice: Sum
    under_goals: Sum
    under_none: Sum
    shared: Sum  # controls that bear on risks of both kinds
    everything: Sum


@dataclass(frozen=True, slots=True)
class Below:
    """What one goal reaches: through each initiative that serves it, and directly. Σ through + directly − twice = the goal."""

    through: Mapping[int, Sum]
    directly: Sum
    twice: Sum
    whole: Sum


def below(directly: Collection[int], through: Mapping[int, Collection[int]], register: Register) -> Below:
    """`directly`: the risks that the goal itself names; `through`: initiative → the risks it names."""
    sums = {pk: register.sum_of(risks) for pk, risks in through.items()}
    alone = register.sum_of(directly)
    whole = register.sum_of({*directly, *(pk for risks in through.values() for pk in risks)})
    return Below(sums, alone, sum(sums.values(), alone) - whole, whole)


def add_up(themes: Mapping[int, Collection[int]], risks_of: Mapping[int, Collection[int]], register: Register) -> Sums:
    """`themes`: theme → its goals; `risks_of`: goal → the risks it is there for."""
    goals = {goal: register.sum_of(risks_of.get(goal, ())) for under in themes.values() for goal in under}
    by_theme, twice_in, named = {}, {}, set()
    for theme, under in themes.items():
        risks = {pk for goal in under for pk in risks_of.get(goal, ())}
        named |= risks
        by_theme[theme] = register.sum_of(risks)
        twice_in[theme] = sum((goals[goal] for goal in under), Sum()) - by_theme[theme]
    under_goals, under_none = register.sum_of(named), register.sum_of(register.points.keys() - named)
    everything = register.sum_of(register.points)
    return Sums(
        goals=goals,
        themes=by_theme,
        twice_in=twice_in,
        twice=sum(by_theme.values(), Sum()) - under_goals,
        under_goals=under_goals,
        under_none=under_none,
        shared=under_goals + under_none - everything,
        everything=everything,
    )
