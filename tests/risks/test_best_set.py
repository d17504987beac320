"""The best set under a cap equals what brute force finds, and beyond 25 items says how much better another one could be."""

from decimal import Decimal
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as some

from risks import best_set
from risks.best_set import Item

ITEM = some.tuples(some.integers(0, 40), some.integers(-5, 60), some.booleans())


def by_force(items, cap):
    """The most that any set with all the mandatory ones gains; what costs nothing is taken where it gains."""
    sure = [one for one in items if one.is_mandatory]
    rest = [one for one in items if not one.is_mandatory]
    room = cap - sum(one.cost for one in sure)
    sets = [those for size in range(len(rest) + 1) for those in combinations(rest, size)]
    fitting = [those for those in sets if sum(one.cost for one in those) <= room or not any(one.cost for one in those)]
    return max(sum(Decimal(one.gain) for one in (*sure, *those)) for those in fitting)


@settings(max_examples=40, deadline=None)
@given(some.lists(ITEM, max_size=8), some.integers(0, 120))
def test_it_equals_brute_force(told, cap):
    items = [Item(place, Decimal(cost), float(gain), sure) for place, (cost, gain, sure) in enumerate(told)]

    best = best_set.choose(items, Decimal(cap))

    taken = [one for one in items if one.key in best.chosen]
    assert best.is_exact and best.gain == by_force(items, Decimal(cap)) == sum(Decimal(one.gain) for one in taken)
    assert best.spent == sum(one.cost for one in taken)
    assert {one.key for one in items if one.is_mandatory} <= best.chosen
    sure = sum(one.cost for one in taken if one.is_mandatory)
    assert best.spent <= max(Decimal(cap), sure)


@settings(max_examples=25, deadline=None)
@given(some.lists(some.tuples(some.integers(1, 9), some.integers(1, 9)), min_size=26, max_size=60), some.integers(0, 200))
def test_beyond_25_the_bound_holds_and_is_near(told, cap):
    items = [Item(place, Decimal(cost), float(gain)) for place, (cost, gain) in enumerate(told)]
    table = [0] * (cap + 1)  # the exact answer, by the classic table over whole costs
    for cost, gain in told:
        for money in range(cap, cost - 1, -1):
            table[money] = max(table[money], table[money - cost] + gain)

    best = best_set.choose(items, Decimal(cap))

    assert best.gain <= table[cap] <= best.most
    assert best.most - best.gain <= max(gain for _cost, gain in told)
    assert best.spent <= cap


def test_of_25_the_greedy_order_is_not_always_right_and_without_a_cap_all_are_taken():
    greedy = [Item(0, Decimal(60), 66.0), Item(1, Decimal(50), 50.0), Item(2, Decimal(50), 50.0)]
    many = [Item(place, Decimal(10 + place), float(20 + place % 7)) for place in range(25)]

    assert best_set.choose(greedy, Decimal(100)).chosen == {1, 2}
    assert best_set.choose(greedy, None).chosen == {0, 1, 2} and best_set.choose([], Decimal(5)).gain == 0
    assert best_set.choose(many, Decimal(200)).is_exact
    # of two sets that gain the same the cheaper one
    assert best_set.choose([Item(0, Decimal(7), 5.0), Item(1, Decimal(6), 5.0)], Decimal(8)).chosen == {1}
