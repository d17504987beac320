"""What a treatment and its steps must be to stand as a plan."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from portal.errors import Invalid
from risks import scales
from risks.models import Levels, Office, Treatment, TreatmentStep

MOST_STEPS = 40
MOST_MONEY = Decimal(10) ** 16
LEVELS = ("likelihood_level", *(f"{area}_level" for area in scales.IMPACT_AREAS))


def check(treatment: Treatment, steps: Sequence[Any], *, present: Levels | None) -> None:
    """Raises Invalid, by field, unless it may stand; `present` are the levels of its risk now."""
    wrong: dict[str, list[str]] = {}
    if not treatment.title or len(treatment.title) > 200:
        wrong["title"] = [_("Say in at most 200 characters what is done.")]
    if len(treatment.reason) > 10_000:
        wrong["reason"] = [_("Keep it under 10,000 characters.")]
    if treatment.kind not in Treatment.Kind.values:
        wrong["kind"] = [_("Avoid, reduce, share or retain it.")]
    if not _works_here(treatment.owner):
        wrong["owner"] = [_("Choose somebody who works here.")]
    wrong |= _wrong_levels(treatment, present)
    if len(steps) > MOST_STEPS:
        wrong["steps"] = [_("A plan has at most 40 steps. Split it into two treatments.")]
    elif sentences := [sentence for place, step in enumerate(steps, start=1) for sentence in _wrong_step(place, step, treatment)]:
        wrong["steps"] = sentences
    if wrong:
        raise Invalid(_("Some answers do not fit yet."), wrong)


def same(rows: Iterable[TreatmentStep], steps: Sequence[Any]) -> bool:
    """Whether `steps` are the open ones there are already, in their order."""
    there = [(row.office, row.title, row.owner_id, row.due_on, row.cost) for row in rows if row.done_on is None]
    return there == [(step.office, " ".join(step.title.split()), step.owner.pk, step.due_on, step.cost) for step in steps]


def _wrong_levels(treatment: Treatment, present: Levels | None) -> dict[str, list[str]]:
    stated = {name: level for name in LEVELS if (level := getattr(treatment, name)) is not None}
    wrong: dict[str, list[str]] = {}
    for name, level in stated.items():
        now = None if present is None else getattr(present, name)
        if level not in scales.LEVELS:
            wrong[name] = [_("A level is 1 to 5.")]
        elif present is not None and now is None:
            wrong[name] = [_("This is not judged now, so nothing can lower it.")]
        elif now is not None and level > now:
            wrong[name] = [_("It is %(now)s now; a treatment leads to that or less.") % {"now": now}]
    if not stated and treatment.kind != Treatment.Kind.RETAIN:
        wrong["likelihood_level"] = [_("Say at least one level that this leads to.")]
    return wrong


def _wrong_step(place: int, step: Any, treatment: Treatment) -> Iterable[str]:
    where = {"place": place}
    if not step.title.strip() or len(step.title) > 200:
        yield _("Step %(place)s: say in at most 200 characters what is done.") % where
    if step.office not in Office.values:
        yield _("Step %(place)s: choose the IT office or the security office.") % where
    if not _works_here(step.owner):
        yield _("Step %(place)s: choose somebody who works here.") % where
    if not 0 <= step.cost < MOST_MONEY:
        yield _("Step %(place)s: give what it costs, 0 or more.") % where
    if treatment.due_on is not None and step.due_on > treatment.due_on:
        yield _("Step %(place)s: it is due after the whole plan.") % where


def _works_here(person: Any) -> bool:
    return person is not None and person.is_active and not person.is_service
