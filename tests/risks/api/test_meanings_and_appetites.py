import pytest

from risks import appetite, meanings
from tests.house.world import BACKEND


@pytest.fixture
def asking(client, person):
    def asks(address, role="CIO"):
        client.force_login(person(role), backend=BACKEND)
        return client.get(address)

    return asks


def test_levels_come_with_their_beginning_and_their_phrase(asking):
    meanings.say("operational", meanings.OFFERED["operational"], actor=None)
    meanings.say("safety", meanings.OFFERED["safety"], actor=None)

    measured, worded = asking("/api/v1/scale-meanings/").json()["results"]

    assert (measured["scale"], measured["unit"], worded["unit"]) == ("operational", "hours", "")
    assert measured["levels"][1] == {"level": 2, "begins_at": "4.00", "words": "", "meaning": "4 hours to 24 hours"}
    assert worded["levels"][0] == {"level": 1, "begins_at": None, "words": "First aid at most", "meaning": "First aid at most"}


def test_appetites_come_by_category_and_ended_ones_do_not(asking):
    appetite.agree({"": (40, 60), "OT": (30, 50)}, actor=None)
    appetite.agree({"OT": None}, actor=None)

    rows = asking("/api/v1/appetites/").json()["results"]

    assert [(row["category"], row["appetite_points"], row["tolerance_points"]) for row in rows] == [("", 40, 60)]


def test_the_organisation_says_whether_it_is_a_demo(asking):
    row = asking("/api/v1/organisation/", "COLLEAGUE").json()

    assert (row["name"], row["currency"], row["is_demo"], row["working_days"]) == (
        "Verrow Manufacturing",
        "EUR",
        False,
        [1, 2, 3, 4, 5],
    )
