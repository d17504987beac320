"""Proves a score from a file alone: `python -m risks.proof FILE` recomputes it without a database. (calculation)"""

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from risks import formulas
from risks.control_effect import ControlShare
from risks.scoring import Criticality, Exposure, Reach, ScoreInput, ScoreResult, Source, SupportEnd, Term, TreatmentDue, score


def plain(value: Any) -> Any:
    """`value` as JSON can hold it: numbers of points and days as text, dataclasses as objects, tuples as lists."""
    return json.loads(canonical(value))


def canonical(value: Any) -> bytes:
    """One spelling for one value: sorted keys, no spaces, UTF-8. The same for ever, so that hashes can be compared."""
    return json.dumps(value, default=_one_step, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def input_hash(given: ScoreInput) -> str:
    """The SHA-256 of everything a score depends on, hexadecimal."""
    return hashlib.sha256(canonical(given)).hexdigest()


def terms_as_json(terms: tuple[Term, ...]) -> list[dict[str, Any]]:
    """Terms as they are stored: points as decimal text, params beside, no translated word."""
    return [
        {
            "name": term.name,
            "points": str(term.points),
            "source": term.source and {"kind": term.source.kind, "id": term.source.id},
            "params": dict(term.params),
            "care": term.care,
        }
        for term in terms
    ]


def terms_from_json(stored: list[dict[str, Any]]) -> tuple[Term, ...]:
    """The reverse of `terms_as_json`."""
    return tuple(
        Term(
            name=one["name"],
            points=Decimal(one["points"]),
            source=one["source"] and Source(**one["source"]),
            params=one["params"],
            care=one["care"],
        )
        for one in stored
    )


def recalculation_file(given: ScoreInput, result: ScoreResult) -> str:
    """The text of a file that proves `result`: the input, the formula's number, the claimed score."""
    content = {
        "formula_version": result.formula_version,
        "input": plain(given),
        "input_hash": input_hash(given),
        "result": plain(result),
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def verify(text: str) -> tuple[bool, ScoreResult]:
    """Whether the score a recalculation file claims is the one its input gives, and that score.

    ValueError, KeyError or TypeError where the text is no such file.
    """
    content = json.loads(text)
    given = _input_from_json(content["input"])
    result = score(given, formulas.by_version(content["formula_version"]))
    same = plain(result) == content["result"] and input_hash(given) == content["input_hash"]
    return same, result


def _one_step(value: Any) -> Any:
    """What JSON cannot hold, one step nearer to it."""
    if is_dataclass(value):
        held = [(one, getattr(value, one.name)) for one in fields(value)]
        return {one.name: content for one, content in held if not (one.metadata.get("later") and content == one.default)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"No JSON for {type(value).__name__}.")


def _input_from_json(stored: dict[str, Any]) -> ScoreInput:
    exposure = stored["exposure"]
    reach = exposure["reach"]
    tolerance, treatment = stored["tolerance_points"], stored.get("treatment_due")
    return ScoreInput(
        risk_id=stored["risk_id"],
        state=stored["state"],
        likelihood_level=stored["likelihood_level"],
        impact_levels=stored["impact_levels"],
        today=date.fromisoformat(stored["today"]),
        exposure=Exposure(
            criticalities=tuple(Criticality(**one) for one in exposure["criticalities"]),
            reach=None if reach is None else Reach(**reach),
            support_ends=tuple(SupportEnd(date.fromisoformat(one["ends_on"]), one["asset_id"]) for one in exposure["support_ends"]),
            safety_zone_asset_id=exposure["safety_zone_asset_id"],
        ),
        review_due_on=None if stored["review_due_on"] is None else date.fromisoformat(stored["review_due_on"]),
        tolerance_points=None if tolerance is None else Decimal(tolerance),
        controls=tuple(_control_from_json(one) for one in stored.get("controls", ())),
        treatment_due=treatment and TreatmentDue(date.fromisoformat(treatment["due_on"]), treatment["treatment_id"]),
    )


def _control_from_json(stored: dict[str, Any]) -> ControlShare:
    until = stored["evidence_until"]
    return ControlShare(
        control_id=stored["control_id"],
        bears_on=stored["bears_on"],
        design_share=Decimal(stored["design_share"]),
        operating_share=Decimal(stored["operating_share"]),
        evidence_until=until and date.fromisoformat(until),
    )


def main(arguments: list[str]) -> int:
    """Recompute the named file and say what came out; 0 where it proves its score, 1 where not, 2 on wrong use."""
    if len(arguments) != 1:
        sys.stderr.write("Use: python -m risks.proof FILE\n")
        return 2
    try:
        same, result = verify(Path(arguments[0]).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        sys.stderr.write(f"{arguments[0]} is no recalculation file.\n")
        return 2
    for term in result.terms:
        sys.stdout.write(f"{term.points:>+7}  {term.name}\n")
    sys.stdout.write(f"{result.value if result.value is not None else result.reason:>7}  shared score\n")
    sys.stdout.write("The file proves its score.\n" if same else "The file claims another score.\n")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
