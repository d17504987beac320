import re
from decimal import Decimal
from pathlib import Path

import pytest

from risks import change, scales, scoring, wording
from risks.change import ChangeTerm
from risks.formulas import VERSION_1
from risks.scoring import Term
from tests.risks.test_scoring import facts

ROOT = Path(__file__).parents[2]


def test_a_term_is_told_in_words():
    (term,) = scoring.score(facts(), VERSION_1).terms

    assert wording.term_label(term) == "Likelihood 4 × impact 4, operational"


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("criticality", {"criticality_level": 5, "aspect": "safety"}, "Effective criticality 5, safety"),
        ("reachability", {"reachability": "REMOTE"}, "Remote exposure"),
        ("reachability", {"reachability": "INTERNET"}, "Reachable from the internet"),
        ("end_of_support", {"ends_on": "2026-06-30"}, "Out of support since 30 June 2026"),
        ("safety_zone", {}, "Safety zone"),
        (
            "exploited",
            {"vulnerability": "CVE-2021-44228", "vulnerabilities": 1},
            "Known to be exploited, confirmed: CVE-2021-44228",
        ),
        (
            "exploited",
            {"vulnerability": "CVE-2021-44228", "vulnerabilities": 2},
            "Known to be exploited, confirmed: 2 vulnerabilities",
        ),
        ("indicator_breach", {"indicators": 2}, "Indicators outside of their bounds: 2"),
        ("indicator_limit", {"points": "6.0"}, "Indicators together count at most 6.0"),
        ("review_late", {"due_on": "2026-11-09"}, "Review late since 9 November 2026"),
        (
            "control_impact",
            {"controls": 2, "share_percent": 72, "unproven": 0},
            "Controls that soften it: 2, together 72 % effective",
        ),
        (
            "control_likelihood",
            {"controls": 2, "share_percent": 72, "unproven": 1},
            "Controls that make it less likely: 2, together 72 % effective; without valid evidence: 1",
        ),
        ("treatment_late", {"due_on": "2026-11-09"}, "Treatment late since 9 November 2026"),
        ("evidence_old", {"due_on": "2026-11-09"}, "Evidence ran out on 9 November 2026"),
        ("bound", {"points": "100.0"}, "Bound of the scale, 100.0"),
        ("care_limit", {"points": "5.0"}, "Care terms together count at most 5.0"),
        ("care_tolerance", {"points": "60.0"}, "Care terms alone never cross the tolerance of 60.0"),
    ],
)
def test_every_term_has_words(name, params, words):
    assert wording.label(name, params) == words


def test_a_change_names_both_sides():
    was, now = ({"criticality_level": level, "aspect": "safety"} for level in (3, 4))
    term = ChangeTerm("criticality", change.CHANGED, Decimal(2), None, was, now)

    assert wording.change_label(term) == "Effective criticality 3, safety → Effective criticality 4, safety"


def test_a_rating_names_only_the_level_that_changed():
    was = {"likelihood_level": 3, "impact_level": 4, "impact_area": "operational"}

    def told(**now):
        return wording.change_label(ChangeTerm("rating", change.CHANGED, Decimal(12), None, was, was | now))

    assert told(likelihood_level=4) == "Likelihood 3 → 4, operational impact 4"
    assert told(impact_level=2) == "Impact 4 → 2, operational, likelihood 3"
    assert told(likelihood_level=4, impact_area="safety") == (
        "Likelihood 3 × impact 4, operational → Likelihood 4 × impact 4, safety"
    )


def test_what_came_and_what_went_is_said():
    result = scoring.score(facts(), VERSION_1)
    nothing = scoring.ScoreResult(1, None, None, reason=scoring.NOT_ENOUGH_DATA)
    (came,), (went,) = change.explain(None, result).terms, change.explain(result, nothing).terms

    assert wording.change_label(came) == "New: Likelihood 4 × impact 4, operational"
    assert wording.change_label(went) == "No longer: Likelihood 4 × impact 4, operational"


def test_bands_levels_areas_and_states_all_have_words():
    assert {key: str(word) for key, word in wording.BANDS.items()} == {band.key: band.word for band in scales.BANDS}
    assert [str(word) for word in wording.LIKELIHOODS.values()] == [level.word for level in scales.LIKELIHOOD_LEVELS]
    assert [str(word) for word in wording.IMPACTS.values()] == [level.word for level in scales.IMPACT_LEVELS]
    assert set(wording.AREAS) == set(scales.IMPACT_AREAS)
    assert set(wording.ASPECTS) == set(scales.ASPECTS)
    assert set(wording.STATES) == set(scoring.STATES)


def test_no_number_has_its_reason_in_words():
    assert wording.reason(scoring.NOT_ENOUGH_DATA) == "not enough data"
    assert wording.reason(None) is None
    assert wording.band("") == "Not enough data"
    assert wording.band("HIGH") == "High"


def test_an_unknown_term_is_an_error_and_not_an_empty_label():
    with pytest.raises(KeyError):
        wording.term_label(Term("luck", Decimal("1.0")))


def test_causes_are_told_in_the_order_they_came():
    assert wording.causes("risk.levels_set asset.changed") == "Levels set · Asset changed"
    assert wording.causes("calendar") == "Calendar"


def test_every_cause_the_rules_announce_has_words():
    announced = set()
    for path in (*(ROOT / "risks").glob("*.py"), *(ROOT / "assets").rglob("*.py")):
        announced |= set(re.findall(r"""cause(?:: str)? ?= ?"([a-z_.-]+)\"""", path.read_text()))

    assert announced - set(wording.CAUSES) == set()
    assert len(announced) > 8
