"""What another formula alone did to a score: the facts as they stood before, scored by the version that came after."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from risks import formula_in_force, proof, scoring
from risks.formulas import Formula
from risks.models import FormulaVersion, Score
from risks.scoring import ScoreResult


def between(pairs: Sequence[tuple[Score | None, Score]]) -> dict[int, ScoreResult]:
    """By the id of the later score of a pair: the earlier one by the later's formula, where that makes another score of it. What is
    left of the way from there is what the facts did. A query for each version from the fourth on."""
    known: dict[int, Formula] = {}
    found: dict[int, ScoreResult] = {}
    for before, after in pairs:
        if before is None or before.input is None or before.formula_version == after.formula_version:
            continue
        number = after.formula_version
        formula = known[number] = known.get(number) or formula_in_force.by_number(number)
        result = scoring.score(proof.input_from_json(before.input), formula)
        if proof.terms_as_json(result.terms) != before.terms:
            found[after.pk] = result
    return found


def signers(numbers: Collection[int]) -> Mapping[int, Any]:
    """Who gave the last signature to each version. One query, none for no version."""
    rows = FormulaVersion.objects.filter(number__in=numbers).exclude(in_force_by=None).select_related("in_force_by")
    return {row.number: row.in_force_by for row in rows} if numbers else {}
