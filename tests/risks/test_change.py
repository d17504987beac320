from datetime import date
from decimal import Decimal

from hypothesis import given as for_all

from risks import change
from risks.change import ChangeTerm
from risks.formulas import VERSION_1
from risks.scoring import Exposure, Reach, ScoreInput, Source, score
from tests.risks.test_scoring import formulas, inputs

THEN = ScoreInput(17, "CURRENT", 3, {"operational": 4}, date(2026, 10, 26))


def test_a_move_is_taken_apart_into_its_terms():
    # then 3 × 3 × 4 = 36.0, internal reach +3.0; now 3 × 4 × 4 = 48.0, remote +5.5, safety zone +3.5: 39.0 → 57.0
    before = score(
        ScoreInput(17, "CURRENT", 3, {"operational": 4}, date(2026, 10, 26), Exposure(reach=Reach("INTERNAL", 4))),
        VERSION_1,
    )
    after = score(
        ScoreInput(
            17,
            "CURRENT",
            4,
            {"operational": 4},
            date(2026, 11, 24),
            Exposure(reach=Reach("REMOTE", 4), safety_zone_asset_id=9),
        ),
        VERSION_1,
    )

    moved = change.explain(before, after)

    assert moved.points == Decimal("18.0")
    assert [(term.name, term.kind, str(term.points)) for term in moved.terms] == [
        ("rating", "changed", "12.0"),
        ("reachability", "changed", "2.5"),
        ("safety_zone", "added", "3.5"),
    ]


def test_a_term_that_went_away_counts_backwards():
    before = score(ScoreInput(17, "CURRENT", 3, {"legal": 3}, date(2026, 10, 26), Exposure(safety_zone_asset_id=9)), VERSION_1)
    after = score(ScoreInput(17, "CURRENT", 3, {"legal": 3}, date(2026, 10, 26)), VERSION_1)

    moved = change.explain(before, after)

    assert moved.terms == (ChangeTerm("safety_zone", "removed", Decimal("-3.5"), Source("asset", 9), {}, {}),)


def test_facts_that_changed_without_points_are_still_told():
    before = score(ScoreInput(17, "CURRENT", 3, {"legal": 4}, date(2026, 10, 26)), VERSION_1)
    after = score(ScoreInput(17, "CURRENT", 4, {"legal": 3}, date(2026, 10, 26)), VERSION_1)

    moved = change.explain(before, after)

    assert [(term.name, str(term.points)) for term in moved.terms] == [("rating", "0.0")]


def test_the_first_score_is_all_new():
    moved = change.explain(None, score(THEN, VERSION_1))

    assert moved.before is None
    assert moved.points == Decimal("36.0")


def test_losing_the_number_takes_every_term_back():
    nothing = score(ScoreInput(17, "CURRENT", None, {}, date(2026, 11, 24)), VERSION_1)

    moved = change.explain(score(THEN, VERSION_1), nothing)

    assert moved.after is None
    assert moved.points == Decimal("-36.0")
    assert sum(term.points for term in moved.terms) == moved.points


@for_all(inputs, inputs, formulas, formulas)
def test_the_terms_of_a_change_add_up_exactly_also_between_formulas(before, after, old_formula, new_formula):
    moved = change.explain(score(before, old_formula), score(after, new_formula))

    assert sum((term.points for term in moved.terms), Decimal(0)) == moved.points


@for_all(inputs, formulas)
def test_nothing_changed_is_nothing_to_explain(given, formula):
    assert change.explain(score(given, formula), score(given, formula)).terms == ()
