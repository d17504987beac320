"""Proves a score from a file alone: `python -m risks.proof FILE` recomputes it without a database. (calculation)"""

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from portal.record import chain
from risks import formulas
from risks.control_effect import ControlShare
from risks.formulas import Formula
from risks.scoring import (
    Criticality,
    Exploited,
    Exposure,
    Reach,
    ScoreInput,
    ScoreResult,
    Source,
    SupportEnd,
    Term,
    TreatmentDue,
    score,
)

# Their numbers were sealed without their parameters; every later file carries them.
KNOWN_BY_NUMBER = (1, 2)


def plain(value: Any) -> Any:
    """`value` as JSON can hold it: numbers of points and days as text, dataclasses as objects, tuples as lists."""
    return json.loads(canonical(value))


def canonical(value: Any) -> bytes:
    """One spelling for one value: sorted keys, no spaces, UTF-8. The same for ever, so that hashes can be compared."""
    return json.dumps(value, default=_one_step, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def spelled(given: ScoreInput) -> bytes:
    """`canonical(given)`, put together from what the states of one risk share: a third of its time where thousands are scored."""
    before, after = _shared(given.exposure, given.controls, given.breached_indicator_ids, given.treatment_due)
    tolerance = "null" if given.tolerance_points is None else f'"{given.tolerance_points}"'
    review = "null" if given.review_due_on is None else f'"{given.review_due_on.isoformat()}"'
    likelihood = "null" if given.likelihood_level is None else given.likelihood_level
    impact = json.dumps(dict(given.impact_levels), sort_keys=True, separators=(",", ":"))
    return (
        f'{before}"impact_levels":{impact},"likelihood_level":{likelihood},"review_due_on":{review},"risk_id":{given.risk_id},'
        f'"state":"{given.state}","today":"{given.today.isoformat()}","tolerance_points":{tolerance}{after}'
    ).encode()


@lru_cache(maxsize=8)
def _shared(
    exposure: Exposure, controls: tuple[ControlShare, ...], indicators: tuple[int, ...], treatment: TreatmentDue | None
) -> tuple[str, str]:
    """What stands before and after the rest in the order of canonical keys; what came later is left out at its default."""
    first = {name: part for name, part in (("breached_indicator_ids", indicators), ("controls", controls)) if part}
    before = canonical(first | {"exposure": exposure}).decode()[:-1] + ","
    return before, (f',"treatment_due":{canonical(treatment).decode()}' if treatment else "") + "}"


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


def recalculation_file(given: ScoreInput, result: ScoreResult, formula: Formula) -> str:
    """The text of a file that proves `result`: the input, the formula, the claimed score."""
    return file_text(content_of(plain(given), result, formula))


def content_of(given: Mapping[str, Any], result: ScoreResult, formula: Formula) -> dict[str, Any]:
    """What a recalculation file holds, from an input as it is stored."""
    content = {
        "formula_version": result.formula_version,
        "input": dict(given),
        "input_hash": hashlib.sha256(canonical(given)).hexdigest(),
        "result": plain(result),
    }
    return content if formula.version in KNOWN_BY_NUMBER else {"formula": plain(formula)} | content


def file_text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def content_hash(content: Mapping[str, Any]) -> str:
    """The SHA-256 of a recalculation file's content, however it is laid out; the sealed log keeps it with the score."""
    return hashlib.sha256(canonical(content)).hexdigest()


def hash_of(spelled: bytes, result: ScoreResult, formula: Formula, terms: list[dict[str, Any]] | None = None) -> str:
    """`content_hash` of the file of a score, from the canonical spelling of its input and its `terms_as_json` where they are known:
    no second encoding of them."""
    head = _head(formula)
    middle = f',"input_hash":"{hashlib.sha256(spelled).hexdigest()}","result":'.encode()
    return hashlib.sha256(b"".join((head, spelled, middle, _spelled_result(result, terms), b"}"))).hexdigest()


def _spelled_result(result: ScoreResult, terms: list[dict[str, Any]] | None) -> bytes:
    """`canonical(result)`."""
    changes, value = result.next_change_on, result.value
    return canonical(
        {
            "band": result.band,
            "formula_version": result.formula_version,
            "next_change_on": None if changes is None else changes.isoformat(),
            "reason": result.reason,
            "terms": terms_as_json(result.terms) if terms is None else terms,
            "value": None if value is None else str(value),
        }
    )


@lru_cache(maxsize=16)
def _head(formula: Formula) -> bytes:
    """How the canonical content of a file begins."""
    carried = b"" if formula.version in KNOWN_BY_NUMBER else b'"formula":' + canonical(formula) + b","
    return b"{" + carried + f'"formula_version":{formula.version},"input":'.encode()


def formula_in(content: Mapping[str, Any]) -> Formula:
    """The formula a file names or carries. ValueError where one that means the same everywhere was altered. Of a later number only
    the organisation that drafted it can tell what it means: what is carried counts, and the hash of the whole file, parameters
    and all, is what the sealed log holds."""
    number = content["formula_version"]
    if "formula" not in content:
        if number not in formulas.SAME_EVERYWHERE:
            raise ValueError(f"The file does not say what formula version {number} is.")
        return formulas.by_version(number)
    carried = formulas.from_json(content["formula"])
    if carried.version != number or (number in formulas.SAME_EVERYWHERE and formulas.by_version(number) != carried):
        raise ValueError(f"This is not formula version {number}.")
    return carried


def is_sealed(text: str, lines: Iterable[str]) -> int | None:
    """The sequence of the seal that holds the hash of this recalculation file, None where no seal does.

    ValueError where the list is no unbroken seal list from its first seal on.
    """
    wanted, found = content_hash(json.loads(text)), None
    for one in chain.check(chain.from_lines(lines)):
        if one.verb == "score.recomputed" and wanted in one.params:
            found = one.seq
    return found


def verify(text: str) -> tuple[bool, ScoreResult]:
    """Whether the score a recalculation file claims is the one its input gives, and that score.

    ValueError, KeyError, ArithmeticError or TypeError where the text is no such file.
    """
    content = json.loads(text)
    given = input_from_json(content["input"])
    result = score(given, formula_in(content))
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


def input_from_json(stored: Mapping[str, Any]) -> ScoreInput:
    """The reverse of `plain` for an input; KeyError, ValueError or TypeError where it is none."""
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
            exploited=tuple(Exploited(**one) for one in exposure.get("exploited", ())),
        ),
        review_due_on=None if stored["review_due_on"] is None else date.fromisoformat(stored["review_due_on"]),
        tolerance_points=None if tolerance is None else Decimal(tolerance),
        controls=tuple(_control_from_json(one) for one in stored.get("controls", ())),
        treatment_due=treatment and TreatmentDue(date.fromisoformat(treatment["due_on"]), treatment["treatment_id"]),
        breached_indicator_ids=tuple(stored.get("breached_indicator_ids", ())),
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
    """Recompute the named file and say what came out; 0 where it proves its score, 1 where not, 2 on wrong use. With a seal
    list also whether the score is the one that was sealed."""
    if len(arguments) not in (1, 3) or (len(arguments) == 3 and arguments[1] != "--against"):
        sys.stderr.write("Use: python -m risks.proof FILE [--against SEALS]\n")
        return 2
    try:
        same, result = verify(Path(arguments[0]).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, ArithmeticError, TypeError):
        sys.stderr.write(f"{arguments[0]} is no recalculation file.\n")
        return 2
    for term in result.terms:
        sys.stdout.write(f"{term.points:>+7}  {term.name}\n")
    sys.stdout.write(f"{result.value if result.value is not None else result.reason:>7}  shared score\n")
    sys.stdout.write("The file proves its score.\n" if same else "The file claims another score.\n")
    authentic = _say_against(arguments[0], arguments[2]) if len(arguments) == 3 else True
    return 0 if same and authentic else 1


def _say_against(file: str, seals: str) -> bool:
    """Whether a seal of the list holds the file's hash; said in a sentence."""
    try:
        with Path(seals).open(encoding="utf-8") as lines:
            seq = is_sealed(Path(file).read_text(encoding="utf-8"), lines)
    except (OSError, ValueError, TypeError) as error:
        sys.stdout.write(f"{seals} is no whole seal list: {error}.\n")
        return False
    sys.stdout.write(f"Seal {seq} holds it: the score is authentic.\n" if seq else "No seal holds it: this score was never kept.\n")
    return seq is not None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
