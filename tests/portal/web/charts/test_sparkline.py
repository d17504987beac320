from decimal import Decimal

from portal.web.charts import sparkline


def test_the_line_runs_from_the_oldest_to_the_newest():
    spark = sparkline([Decimal(50), Decimal(70)])

    # The scale spans 20 points over 20 - 2·2 = 16 px around the middle 60 at y = 10: 50 lies at 18, 70 at 2.
    assert spark.points == "2,18 83,2"
    assert (spark.end_x, spark.end_y) == ("83", "2")
    assert (spark.first, spark.last) == (Decimal(50), Decimal(70))


def test_a_wobble_stays_a_wobble():
    # Less than ten points of span are drawn on a scale of ten: one point is 1.6 px.
    assert sparkline([Decimal(60), Decimal(61)]).points == "2,10.8 83,9.2"


def test_a_gap_is_bridged_in_its_place():
    assert sparkline([Decimal(60), None, Decimal(60)]).points == "2,10 83,10"


def test_the_limit_stands_on_the_same_scale():
    # Between 50 and the limit 60 ten points: the middle is 55, so 50 lies at 18 and 60 at 2.
    spark = sparkline([Decimal(50)], limit=Decimal(60))

    assert (spark.points, spark.limit_y) == ("2,18", "2")


def test_without_values_there_is_no_line():
    assert sparkline([None, None]) is None
