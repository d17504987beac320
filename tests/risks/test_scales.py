from decimal import Decimal

import pytest

from risks import scales


@pytest.mark.parametrize(
    ("value", "band"),
    [
        ("0", "VERY_LOW"),
        ("19.9", "VERY_LOW"),
        ("20", "LOW"),
        ("39.9", "LOW"),
        ("40", "MEDIUM"),
        ("59.9", "MEDIUM"),
        ("60", "HIGH"),
        ("79.9", "HIGH"),
        ("80", "SEVERE"),
        ("100", "SEVERE"),
    ],
)
def test_a_band_starts_at_its_whole_number(value, band):
    assert scales.band_of(Decimal(value)).key == band


@pytest.mark.parametrize("value", ["-0.1", "100.1"])
def test_no_band_lies_outside_of_the_scale(value):
    with pytest.raises(ValueError, match="0 to 100"):
        scales.band_of(Decimal(value))


def test_bands_are_ranked_from_very_low_to_severe():
    assert [(band.rank, band.word) for band in scales.BANDS] == [
        (1, "Very low"),
        (2, "Low"),
        (3, "Medium"),
        (4, "High"),
        (5, "Severe"),
    ]


def test_levels_have_words():
    assert [scales.likelihood_word(level) for level in scales.LEVELS] == [
        "Rare",
        "Unlikely",
        "Possible",
        "Likely",
        "Almost certain",
    ]
    assert [scales.impact_word(level) for level in scales.LEVELS] == ["Minor", "Limited", "Serious", "Major", "Severe"]


@pytest.mark.parametrize("level", [0, 6])
def test_a_level_outside_of_one_to_five_is_refused(level):
    with pytest.raises(ValueError, match="1 to 5"):
        scales.impact_word(level)


def test_the_worst_area_counts():
    assert scales.worst_impact({"financial": 2, "legal": 4, "reputation": 3}) == ("legal", 4)


def test_among_equals_safety_counts_then_the_order_of_the_areas():
    assert scales.worst_impact({"financial": 4, "safety": 4}) == ("safety", 4)
    assert scales.worst_impact({"reputation": 3, "operational": 3}) == ("operational", 3)


def test_without_a_rated_area_there_is_no_worst_one():
    assert scales.worst_impact({}) is None


def test_an_unknown_area_is_refused():
    with pytest.raises(ValueError, match="weather"):
        scales.worst_impact({"weather": 3})


@pytest.mark.parametrize(("level", "lane"), [(None, False), (1, False), (3, False), (4, True), (5, True)])
def test_the_safety_lane_starts_at_level_four(level, lane):
    assert scales.in_safety_lane(level) is lane
