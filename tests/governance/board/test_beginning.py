import pytest

from governance.board import beginning, dashboard
from portal.people import invitations
from tests.factories.assets import make_asset
from tests.factories.risks import make_risk


def verbs_of(user):
    return [step.verb for step in beginning.of(user).steps]


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        ("CIO", ["Log the first", "Register the first"]),
        ("ANALYST", ["Log the first", "Upload a discovery file"]),
        ("COLLEAGUE", ["Raise a concern", ""]),
        ("ADMIN", ["", ""]),
        ("BOARD", ["", ""]),
    ],
)
def test_each_is_offered_what_they_may_do_first(person, role, verbs):
    assert verbs_of(person(role)) == verbs


def test_tiles_that_would_stand_empty_stay_away(person, company):
    user = person("CIO")
    assert dashboard.build(user).tiles == ("needs",)

    make_asset(unit=company.northfield)
    assert dashboard.build(user).tiles == ("needs", "assets")
    make_risk(unit=company.northfield)

    found = dashboard.build(user)
    assert found.beginning == beginning.OVER
    assert {"needs", "assets", "exposure", "safety", "movers", "reviews"} <= set(found.tiles)


def test_an_administrator_sees_who_has_not_come_in(person):
    admin = person("ADMIN")
    invitations.invite("dana@halden.example", "Dana", actor=admin)

    assert beginning.of(admin).steps[-1].sentence == "1 person has not come in yet."


def test_once_over_it_asks_the_database_no_more(person, company, django_assert_num_queries):
    make_asset(unit=company.northfield)
    make_risk(unit=company.northfield)
    user = person("CIO")
    beginning.of(user)

    with django_assert_num_queries(0):
        assert beginning.of(user) == beginning.OVER
