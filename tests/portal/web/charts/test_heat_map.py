import pytest

from portal.web import charts
from portal.web.charts.heat_map import Arrow

WORDS = {
    "likelihood_words": ("Rare", "Unlikely", "Possible", "Likely", "Almost certain"),
    "impact_words": ("Minor", "Limited", "Serious", "Major", "Severe"),
}


def cells(counts=None):
    return [
        charts.Cell(row, column, (counts or {}).get((row, column), 0), "medium", f"?l={row}&i={column}")
        for row in range(1, 6)
        for column in range(1, 6)
    ]


def place_of(drawing, row, column):
    return next(c for c in drawing.cells if (c.cell.likelihood_level, c.cell.impact_level) == (row, column))


def test_the_worst_cell_lies_top_right():
    drawing = charts.heat_map(cells(), **WORDS).wide

    # Wide: origin (97, 6), cells 75 × 54. Column 5 starts at 97 + 4·75 = 397, row 5 at 6; row 1 at 6 + 4·54 = 222.
    assert (place_of(drawing, 5, 5).x, place_of(drawing, 5, 5).y) == ("397", "6")
    assert (place_of(drawing, 1, 1).x, place_of(drawing, 1, 1).y) == ("97", "222")


def test_the_sign_makes_room_for_the_digits_of_the_count():
    drawing = charts.heat_map(cells({(1, 1): 7, (1, 2): 12}), **WORDS).wide

    # Count 9 from the edge; the sign 6 behind it and 9 for each digit: 9 + 6 + 9 = 24 and 9 + 6 + 18 = 33.
    assert place_of(drawing, 1, 1).sign_x == str(97 + 24)
    assert place_of(drawing, 1, 2).sign_x == str(97 + 75 + 33)


def test_the_tolerance_line_runs_between_within_and_beyond():
    drawing = charts.heat_map(cells(), **WORDS, beyond_tolerance={(5, 4), (5, 5), (4, 5)}).wide

    # Under (4,5): y = 6+2·54 = 114 from 397 to 472; under (5,4): y = 60 from 322 to 397;
    # left of (5,4): x = 322 from 6 to 60; left of (4,5): x = 397 from 60 to 114.
    assert drawing.tolerance == "M397 114H472M322 60H397M322 6V60M397 60V114"


def test_no_tolerance_no_line():
    assert charts.heat_map(cells(), **WORDS).wide.tolerance == ""


def test_an_arrow_runs_from_then_to_now():
    drawing = charts.heat_map(cells({(4, 4): 1}), [charts.Mover("R-0017", (3, 4), (4, 4))], **WORDS).wide

    # x = 322 + 0.84·75 = 385; from row 3 (114 + 27 = 141) up to row 4 (60 + 27 = 87); the head takes the last 8.
    assert drawing.arrows == (Arrow("M385 141L385 95", "M385 87L389.5 95L380.5 95z", ("R-0017",)),)


def test_risks_that_went_the_same_way_share_an_arrow():
    movers = [charts.Mover("R-1", (1, 1), (2, 2)), charts.Mover("R-2", (1, 1), (2, 2))]

    drawing = charts.heat_map(cells({(2, 2): 2}), movers, **WORDS).wide

    assert [arrow.labels for arrow in drawing.arrows] == [("R-1", "R-2")]
    assert place_of(drawing, 2, 2).note == "R-1 +1"


def test_arrows_that_meet_stand_side_by_side():
    movers = [charts.Mover("R-1", (1, 1), (2, 1)), charts.Mover("R-2", (3, 1), (2, 1))]

    first, second = charts.heat_map(cells({(2, 1): 2}), movers, **WORDS).wide.arrows

    assert first.line.split(" ")[0] != second.line.split(" ")[0]


def test_a_new_risk_has_a_word_and_no_arrow():
    drawing = charts.heat_map(cells({(5, 3): 1}), [charts.Mover("R-0047", None, (5, 3))], **WORDS).wide

    assert drawing.arrows == ()
    assert place_of(drawing, 5, 3).arrived_new


def test_at_most_twenty_movers_are_drawn_and_the_rest_is_counted():
    movers = [charts.Mover(f"R-{number}", (1, 1), (2, 1)) for number in range(23)]

    drawn = charts.heat_map(cells({(2, 1): 23}), movers, **WORDS)

    assert len(drawn.wide.arrows[0].labels) == 20
    assert drawn.undrawn == 3
    assert len(drawn.movers) == 23


def test_the_table_twin_holds_the_same_counts_highest_first():
    drawn = charts.heat_map(cells({(5, 5): 2, (1, 1): 3}), **WORDS)

    assert [row.level for row in drawn.rows] == [5, 4, 3, 2, 1]
    assert [cell.count for cell in drawn.rows[0].cells] == [0, 0, 0, 0, 2]
    assert drawn.count == 5


def test_a_missing_cell_is_refused():
    with pytest.raises(ValueError, match="25"):
        charts.heat_map(cells()[1:], **WORDS)
