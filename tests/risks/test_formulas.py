import dataclasses
import hashlib
from decimal import Decimal

import pytest

from risks import formulas
from risks.proof import canonical

FINGERPRINTS = {1: "93beb280a625d8c6e33dc4e21796e9130e8c80b960085daba17076b1689236e1"}


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
