"""The parameters of formulas as people read and write them."""

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from typing import Any

from django.utils.translation import gettext as _

from risks import formula_bounds, formulas, proof
from risks.formulas import Formula

DEFAULTS = {one.name: proof.plain(one.default) for one in fields(Formula) if one.default is not MISSING}


@dataclass(frozen=True, slots=True)
class Line:
    """One parameter in words; `before` is "" where there is nothing to compare with."""

    name: str
    label: str
    before: str
    value: str

    @property
    def differs(self) -> bool:
        return self.before not in ("", self.value)


def say(name: str, value: Any) -> str:
    """The value of one parameter, as `proof.plain` wrote it; what is left out stands at its default."""
    value = DEFAULTS.get(name) if value is None else value
    if name in formula_bounds.STEPS:
        steps = [_("from day %(day)s: %(points)s") % {"day": day, "points": points} for day, points in value or ()]
        return "; ".join(steps) or _("none")
    if name in formulas.RULES:
        return _("yes") if value else _("no")
    if name in formula_bounds.LISTS:
        return " · ".join(str(points) for points in value or ())
    return str(value)


def write(name: str, value: Any) -> str:
    """The same as one types it."""
    if name in formula_bounds.STEPS:
        return ", ".join(f"{day}: {points}" for day, points in value)
    return " ".join(str(points) for points in value) if name in formula_bounds.LISTS else str(value)


def read(name: str, typed: str) -> Any:
    """What `write` gives, as `formula_bounds.checked` takes it; what cannot be read is left as it is, for that to refuse."""
    if name in formula_bounds.STEPS:
        return [step.split(":") for step in typed.replace(";", ",").split(",") if step.strip()]
    return typed.split() if name in formula_bounds.LISTS else typed.strip()


def values(formula: Formula) -> dict[str, Any]:
    """Every parameter of `formula` by name, those at their default too, as JSON holds them."""
    spelled = proof.plain(formula)
    return {name: spelled.get(name, proof.plain(getattr(formula, name))) for name in formula_bounds.WORDS}


def start(formula: Formula) -> dict[str, Any]:
    """`values` for a version that is drafted from `formula`: every rule is on from now on."""
    return values(formula) | dict.fromkeys(formulas.RULES, True)


def lines(stored: Any, before: Any = None) -> Iterator[Line]:
    """Each parameter of a stored formula, beside that of another one."""
    now, then = values(formulas.from_json(stored)), values(formulas.from_json(before)) if before else {}
    for name, label in formula_bounds.WORDS.items():
        yield Line(name, str(label), say(name, then[name]) if then else "", say(name, now[name]))
