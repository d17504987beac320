import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from risks import proof
from risks.formulas import FORMULAS, VERSION_1, VERSION_3, VERSION_4, by_version, from_json
from risks.scoring import Criticality, Exposure, Reach, ScoreInput, SupportEnd, score
from tests.risks.test_scoring import formulas, inputs

GIVEN = ScoreInput(
    17,
    "CURRENT",
    4,
    {"safety": 2, "operational": 4},
    date(2026, 11, 24),
    Exposure((Criticality("availability", 5, 311),), Reach("REMOTE", 204), (SupportEnd(date(2026, 6, 30), 207),), 311),
    review_due_on=date(2026, 11, 5),
    tolerance_points=Decimal(60),
)


def test_canonical_json_does_not_depend_on_the_order_of_keys():
    turned = ScoreInput(
        17,
        "CURRENT",
        4,
        {"operational": 4, "safety": 2},
        GIVEN.today,
        GIVEN.exposure,
        GIVEN.review_due_on,
        GIVEN.tolerance_points,
    )

    assert proof.canonical(turned) == proof.canonical(GIVEN)
    assert proof.input_hash(turned) == proof.input_hash(GIVEN)


def test_the_hash_of_a_known_input_never_changes():
    assert proof.input_hash(GIVEN) == "54c3424b374e85b63ae8f4b0fd8780144bda4129516067d2b41dabbcd3ce9944"


@for_all(inputs, formulas)
def test_terms_survive_storage(given, formula):
    terms = score(given, formula).terms

    stored = json.loads(json.dumps(proof.terms_as_json(terms)))

    assert proof.terms_from_json(stored) == terms


@for_all(inputs, st.sampled_from(sorted(FORMULAS)))
def test_a_recalculation_file_proves_its_score(given, version):
    result = score(given, by_version(version))

    same, recomputed = proof.verify(proof.recalculation_file(given, result, by_version(version)))

    assert same
    assert recomputed == result


OWN = replace(VERSION_3, version=7, base_points=Decimal("2.5"))


def test_a_file_carries_the_parameters_of_its_formula():
    # 2.5 × 4 × 4 = 40, and the exposure of GIVEN brings 7 + 5.5 + 4 + 3.5; the late review would cross the tolerance of 60
    text = proof.recalculation_file(GIVEN, score(GIVEN, OWN), OWN)

    same, result = proof.verify(text)

    assert (same, result.value) == (True, Decimal("60.0"))
    assert proof.content_hash(json.loads(text)) == proof.hash_of(proof.canonical(GIVEN), result, OWN)


def test_the_first_two_versions_are_known_by_their_number_as_they_were_sealed():
    content = json.loads(proof.recalculation_file(GIVEN, score(GIVEN, VERSION_1), VERSION_1))

    assert set(content) == {"formula_version", "input", "input_hash", "result"}
    assert proof.content_hash(content) == "f8d16efb1728ed9ab6813f011b423dbe0f66339c80ff1e1caf601b7a398c7296"


def test_a_known_version_with_other_parameters_proves_nothing():
    altered = replace(VERSION_3, base_points=Decimal("2.5"))

    with pytest.raises(ValueError, match="not formula version 3"):
        proof.verify(proof.recalculation_file(GIVEN, score(GIVEN, altered), altered))


def test_from_the_fourth_on_a_number_means_what_its_file_carries():
    # elsewhere 4 came with Concord; whoever drafted a version of their own before has another formula under that number
    for formula in (VERSION_4, replace(VERSION_4, base_points=Decimal("2.5"))):
        text = proof.recalculation_file(GIVEN, score(GIVEN, formula), formula)
        assert proof.verify(text) == (True, score(GIVEN, formula))

        content = json.loads(text)
        assert proof.content_hash(content) == proof.hash_of(proof.canonical(GIVEN), score(GIVEN, formula), formula)
        with pytest.raises(ValueError, match="does not say what formula version 4 is"):
            proof.verify(json.dumps({name: part for name, part in content.items() if name != "formula"}))


@for_all(inputs, formulas)
def test_the_quick_spelling_of_an_input_and_its_hash_are_the_canonical_ones(given, formula):
    result = score(given, formula)
    content = proof.content_of(proof.plain(given), result, formula)

    assert proof.spelled(given) == proof.canonical(given)
    for terms in (None, proof.terms_as_json(result.terms)):
        assert proof.hash_of(proof.spelled(given), result, formula, terms) == proof.content_hash(content)


@for_all(inputs, formulas)
def test_a_formula_survives_storage(given, formula):
    assert from_json(proof.plain(formula)) == formula


def run(path):
    return subprocess.run([sys.executable, "-m", "risks.proof", str(path)], capture_output=True, text=True, check=False)


def test_the_proof_runs_from_the_file_alone(tmp_path):
    file = tmp_path / "R-0017.json"
    file.write_text(proof.recalculation_file(GIVEN, score(GIVEN, VERSION_1), VERSION_1))

    outcome = run(file)

    assert outcome.returncode == 0
    assert outcome.stdout.endswith("   69.0  shared score\nThe file proves its score.\n")


def test_a_changed_file_is_found_out(tmp_path):
    file = tmp_path / "R-0017.json"
    file.write_text(proof.recalculation_file(GIVEN, score(GIVEN, VERSION_1), VERSION_1).replace('"69.0"', '"50.0"'))

    outcome = run(file)

    assert outcome.returncode == 1
    assert "The file claims another score." in outcome.stdout


def test_something_else_is_no_recalculation_file(tmp_path):
    file = tmp_path / "other.json"
    file.write_text("[]")

    outcome = run(file)

    assert outcome.returncode == 2
    assert "is no recalculation file" in outcome.stderr


def test_the_calculations_import_nothing_of_django():
    code = "import sys, risks.proof, risks.change; sys.exit(any(name.split('.')[0] == 'django' for name in sys.modules))"

    outcome = subprocess.run([sys.executable, "-c", code], check=False)

    assert outcome.returncode == 0
