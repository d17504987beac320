import dataclasses
import hashlib
from decimal import Decimal

import pytest

from risks import formulas
from risks.proof import canonical

FINGERPRINTS = {
    1: "93beb280a625d8c6e33dc4e21796e9130e8c80b960085daba17076b1689236e1",
    2: "4f07bd12b485cd0a513396245961a1e1154226a6424a29a54e069843c1affea0",
    3: "4814977ea4c3762f866405c97dc2d231bee7fbf20a3b3fa073364db109d4e5d5",
    4: "75c074b00ccff52b66c47f95fcaa7c37d10c1b924fbc1c6fe385e55c756128eb",
}


def test_a_used_version_never_changes():
    fingerprints = {version: hashlib.sha256(canonical(formula)).hexdigest() for version, formula in formulas.FORMULAS.items()}

    assert fingerprints == FINGERPRINTS


def test_a_formula_cannot_be_written_to():
    with pytest.raises(dataclasses.FrozenInstanceError):
        formulas.VERSION_1.base_points = Decimal(4)
    with pytest.raises(TypeError):
        formulas.FORMULAS[1] = formulas.VERSION_1


def test_formulas_are_looked_up_by_number():
    assert formulas.by_version(1) is formulas.VERSION_1
    with pytest.raises(KeyError):
        formulas.by_version(99)


@pytest.mark.parametrize("formula", formulas.FORMULAS.values())
def test_points_rise_with_their_level(formula):
    assert list(formula.criticality_points) == sorted(formula.criticality_points)
    assert list(formula.reachability_points) == sorted(formula.reachability_points)
    assert list(formula.review_late_steps) == sorted(formula.review_late_steps)
    assert list(formula.evidence_old_steps) == sorted(formula.evidence_old_steps)
    assert list(formula.treatment_late_steps) == sorted(formula.treatment_late_steps)


@pytest.mark.parametrize("wrong", [{"base": "3"}, {"version": "x"}, {"criticality_points": ["a"]}, {"version": 1}])
def test_what_spells_no_formula_is_refused(wrong):
    with pytest.raises((ValueError, TypeError, ArithmeticError)):
        formulas.from_json(wrong)


@pytest.mark.parametrize("formula", formulas.FORMULAS.values())
def test_a_control_never_outweighs_a_level(formula):
    # from level 5 to 4 the rating falls by a fifth, from any other level by more
    assert formula.control_limit_share < Decimal("0.2")
