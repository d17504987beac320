from risks.score_against_money import apart


def test_risks_high_by_one_measure_and_low_by_the_other_are_named_widest_first():
    """Of five, 1 is first by score and last by money: 4 of 4 steps apart; 2 is second and fourth: 2 of 4, no more than half."""
    measured = [(1, 90.0, 10.0), (2, 80.0, 20.0), (3, 50.0, 30.0), (4, 40.0, 900.0), (5, 30.0, 800.0)]

    found = apart(measured)

    assert [(one.key, one.score_place, one.money_place, one.of) for one in found] == [(1, 1, 5, 5), (4, 4, 1, 5), (5, 5, 2, 5)]
    assert [one.is_dearer for one in found] == [False, True, True]


def test_equals_share_a_place_and_few_risks_have_no_order():
    assert apart([(key, 50.0, float(key)) for key in range(8)]) == []
    assert apart([(1, 90.0, 1.0), (2, 80.0, 2.0), (3, 70.0, 3.0)]) == []
    assert apart([(key, float(key), float(key)) for key in range(8)]) == []
