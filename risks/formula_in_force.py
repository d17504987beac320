"""Which formula scores are made by: read from the database by whoever writes scores, from the cache by whoever shows something."""

import json
from typing import Any

import structlog
from django.core.cache import cache

from portal.signing import content
from portal.signing.models import SignedOff
from risks import formulas
from risks.formulas import Formula
from risks.models import FormulaVersion

KEY = "formula-in-force"
KIND = "formula-version"
_proven: dict[tuple[int, str], Formula] = {}  # by what the rows said: a used one never changes

log = structlog.get_logger(__name__)


def now() -> Formula:
    """The version of the highest number that took effect: as it came with Concord, or signed off as it stands. Anything else is
    passed over. One query."""
    rows = FormulaVersion.objects.used().order_by("-number").values_list("pk", "number", "parameters", "drafted_by")
    for pk, number, parameters, drafted_by in rows[:4]:
        found = _found(number, parameters)
        if found is None:
            formula = formulas.from_json(parameters)
            is_so = formulas.FORMULAS.get(number) == formula if drafted_by is None else _is_signed_off(pk)
            if not is_so:
                log.error("formula.not_signed_off", number=number)
                continue
            found = _proven[number, _spelled(parameters)] = formula
        return found
    return formulas.LATEST


def known() -> Formula:
    """The same, at most a minute late: for pages, which only show what was stored."""
    found = cache.get(KEY)
    if found is None:
        found = now()
        cache.set(KEY, found, 60)
    return found


def forget() -> None:
    """Another version took effect."""
    cache.delete(KEY)


def by_number(number: int) -> Formula:
    """The formula of that number in this database; KeyError where there never was one. One query, none for those that are the same
    everywhere."""
    if number in formulas.SAME_EVERYWHERE:
        return formulas.by_version(number)
    stored = FormulaVersion.objects.filter(number=number).values_list("parameters", flat=True).first()
    if stored is None:
        raise KeyError(number)
    return formulas.from_json(stored)


def _found(number: int, parameters: Any) -> Formula | None:
    return _proven.get((number, _spelled(parameters)))


def _spelled(parameters: Any) -> str:
    return json.dumps(parameters, sort_keys=True)


def _is_signed_off(pk: int) -> bool:
    row = FormulaVersion.objects.get(pk=pk)
    return SignedOff.objects.filter(subject_kind=KIND, subject_id=pk, content=content.digest_of(row)).exists()
