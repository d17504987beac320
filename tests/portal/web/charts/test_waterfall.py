from decimal import Decimal

from portal.web.charts import Step, waterfall


def steps(*points):
    return [Step(f"term {number}", Decimal(value)) for number, value in enumerate(points)]


def test_the_bars_lead_exactly_to_the_total():
    fall = waterfall(steps("48.0", "7.0", "-4.5"), limit=Decimal(60))

    # The levels are 0, 48, 55, 50.5; with the limit the scale runs to 60, so a point is 200/60 = 3.33 wide.
    assert [(bar.kind, bar.x, bar.width) for bar in fall.bars] == [
        ("adds", "0", "160"),
        ("adds", "160", "23.3"),
        ("subtracts", "168.3", "15"),
    ]
    assert fall.total == Decimal("50.5")
    assert (fall.low, fall.high, fall.total_width, fall.limit_x) == (0, 60, "168.3", "200")


def test_a_movement_shows_only_the_stretch_that_is_walked():
    fall = waterfall(steps("2.0", "-4.0", "9.0"), start=Decimal("55.0"))

    # The levels are 55, 57, 53, 62: whole fives around them are 50 and 65, so a point is 200/15 = 13.33 wide.
    assert (fall.low, fall.high, fall.total) == (50, 65, Decimal("62.0"))
    assert [(bar.x, bar.width) for bar in fall.bars] == [("66.7", "26.7"), ("40", "53.3"), ("40", "120")]


def test_a_term_of_nothing_still_leaves_a_mark():
    assert waterfall(steps("10.0", "0.0")).bars[1].width == "0.5"


def test_without_terms_there_is_an_empty_scale():
    fall = waterfall([])

    assert (fall.bars, fall.total, fall.low, fall.high) == ((), Decimal(0), 0, 5)
