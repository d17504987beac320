"""What is left of a risk once its plan is done: the lowest of each level, now and by every treatment that stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from risks import scales
from risks.models import Levels, Risk, Treatment

FIELDS = ("likelihood_level", *(f"{area}_level" for area in scales.IMPACT_AREAS))


@dataclass(frozen=True, slots=True)
class AfterPlan:
    """Levels 1–5 after plan, None where nothing is judged or stated, and the numbers of the treatments that count in them."""

    likelihood_level: int | None
    impact: Mapping[str, int | None]
    numbers: tuple[str, ...]


def has_plan(risk: Risk) -> bool:
    """Whether a treatment stands, so that nobody sets these levels by hand."""
    return Treatment.objects.standing().filter(risk=risk).exists()


def levels_of(risk: Risk) -> AfterPlan:
    """What the standing treatments of `risk` lead to from where it is now. Two queries.

    A treatment that is done counts until the risk was judged after it: then the present levels hold what it brought.
    """
    now = Levels.objects.filter(risk=risk, stage=Levels.Stage.CURRENT).first()
    standing = Treatment.objects.standing().filter(risk=risk).order_by("pk")
    return lowest(now, [one for one in standing if _counts(one, now)])


def lowest(now: Levels | None, treatments: Iterable[Treatment]) -> AfterPlan:
    """The lowest of each level among the present ones and those the treatments state."""
    treatments = list(treatments)
    rows = [row for row in (now, *treatments) if row is not None]
    found = {name: min((level for row in rows if (level := getattr(row, name)) is not None), default=None) for name in FIELDS}
    return AfterPlan(
        likelihood_level=found["likelihood_level"],
        impact={area: found[f"{area}_level"] for area in scales.IMPACT_AREAS},
        numbers=tuple(one.number for one in treatments),
    )


def _counts(treatment: Treatment, now: Levels | None) -> bool:
    return treatment.done_at is None or now is None or treatment.done_at >= now.set_at
