"""Why the money moved: the parts add up to the change."""

import math

import pytest

from risks.quantification import attribution


def test_parts_of_a_product_add_up():
    """2 × 100 → 3 × 80: 200 → 240; 40/ln 1.2 = 219.4; frequency 219.4·ln 1.5 = 88.96, magnitude 219.4·ln 0.8 = −48.96."""
    found = attribution.of_mean({"frequency": 2, "magnitude": 100}, {"frequency": 3, "magnitude": 80})

    assert found == pytest.approx({"frequency": 88.956, "magnitude": -48.956}, abs=0.001)
    assert math.fsum(found.values()) == pytest.approx(40, rel=1e-14)


def test_product_that_was_nothing_is_exchanged_factor_by_factor():
    found = attribution.of_mean({"frequency": 0, "magnitude": 100}, {"frequency": 2, "magnitude": 50})

    assert found == {"frequency": 200, "magnitude": -100}


def test_shapley_shares_add_up_and_treat_equals_alike():
    """v = a·b from 1·1 to 3·3: the change 8, half each."""
    found = attribution.of_any(["a", "b"], lambda sets: [(3 if "a" in one else 1) * (3 if "b" in one else 1) for one in sets])

    assert found == {"a": 4, "b": 4}


def test_more_than_four_groups_are_refused():
    with pytest.raises(ValueError, match="four"):
        attribution.of_any(list("abcde"), lambda sets: [0.0 for _ in sets])
