"""Lists, single rows, `fields`, filters, search, order and pages."""

import pytest

from tests.factories.assets import make_asset


def names(answer):
    return [row["name"] for row in answer.json()["results"]]


def test_a_list_shows_what_the_caller_may_see(things, api, company, person):
    make_asset("Press", unit=company.northfield)
    make_asset("Robot", unit=company.eastmere)

    answer = api(person("ENGINEER", unit=company.northfield)).get(things)

    assert answer.status_code == 200
    assert names(answer) == ["Press"]
    assert answer.json()["next"] is None


def test_what_one_may_not_see_is_not_there(things, api, company, person):
    robot = make_asset("Robot", unit=company.eastmere)

    answer = api(person("ENGINEER", unit=company.northfield)).get(f"{things}{robot.pk}/")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not-found"


def test_a_row_is_found_by_its_number_too(things, api, plc):
    answer = api("ANALYST").get(f"{things}{plc.number}/")

    assert answer.json()["id"] == plc.pk
    assert answer["ETag"] == '"1"'


def test_moments_are_in_utc_whatever_zone_the_reader_lives_in(things, api, person, plc):
    answer = api(person("ANALYST", time_zone="Asia/Kolkata")).get(f"{things}{plc.pk}/")

    assert answer.json()["registered_at"] == plc.registered_at.isoformat().replace("+00:00", "Z")


def test_pages_follow_each_other_without_gap_or_repetition(things, api, company):
    for number in range(7):
        make_asset(f"Same {number % 2}", unit=company.northfield)
    client = api("ANALYST")

    seen, address = [], f"{things}?ordering=-name&page_size=3"
    while address:
        page = client.get(address).json()
        seen += [(row["name"], row["id"]) for row in page["results"]]
        address = page["next"]

    assert len(seen) == 7
    assert seen == sorted(seen, reverse=True)


def test_a_row_added_before_the_cursor_shifts_nothing(things, api, company):
    for name in ("B", "C", "D"):
        make_asset(name, unit=company.northfield)
    client = api("ANALYST")
    first = client.get(f"{things}?ordering=name&page_size=2").json()
    make_asset("A", unit=company.northfield)

    assert names(client.get(first["next"])) == ["D"]


@pytest.mark.parametrize(
    "question",
    [
        "page_size=0",
        "page_size=abc",
        "page_size=501",
        "page_size=-1",
        "page_size=",
        "cursor=nonsense",
        "cursor=%00",
        "cursor=e30",
        "cursor=eyJvIjoiaWQiLCJ2IjoxLCJpIjoxZTUwMH0",
        "ordering=owner",
        "ordering=name%00",
        "ordering=--name",
        "search=%00",
        "kind=NONSENSE",
        "colour=red",
        "fields=name,colour",
        "fields=",
        "updated_since=yesterday",
        "updated_since=2026-11-23T10:00:00",
        "updated_since=2026-11-23T10:00:00Z&kind=SERVER",
    ],
)
def test_a_question_that_is_not_understood_is_refused_by_name(things, api, plc, question):
    answer = api("ANALYST").get(f"{things}?{question}")

    assert answer.status_code == 422, answer.json()
    assert answer.json()["status"] == 422
    assert set(answer.json()["fields"]) <= {part.partition("=")[0] for part in question.split("&")}
    assert answer.json()["fields"]


def test_a_cursor_of_another_order_is_refused(things, api, company):
    for name in ("A", "B"):
        make_asset(name, unit=company.northfield)
    client = api("ANALYST")
    following = client.get(f"{things}?ordering=name&page_size=1").json()["next"]

    answer = client.get(following.replace("ordering=name", "ordering=-name"))

    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == ["cursor"]


def test_fields_leaves_the_others_out(things, api, plc):
    client = api("ANALYST")

    assert client.get(f"{things}?fields=name,kind").json()["results"] == [{"id": plc.pk, "name": "PLC 17", "kind": "OT_DEVICE"}]
    assert client.get(f"{things}{plc.pk}/?fields=name").json() == {"id": plc.pk, "name": "PLC 17"}


def test_search_and_filter_narrow_the_list(things, api, company):
    make_asset("Historian", unit=company.northfield, kind="SERVER")
    make_asset("Press line", unit=company.northfield)
    client = api("ANALYST")

    assert names(client.get(f"{things}?search=press")) == ["Press line"]
    assert names(client.get(f"{things}?kind=SERVER")) == ["Historian"]


def test_archived_rows_leave_the_list_and_keep_their_address(things, api, plc):
    client = api("ANALYST")
    client.post(f"{things}{plc.pk}/archiving/", {"really": True}, format="json")

    assert names(client.get(things)) == []
    assert client.get(f"{things}{plc.pk}/").status_code == 200


@pytest.mark.parametrize("rows", [10, 1000])
def test_a_list_asks_the_database_as_often_for_ten_rows_as_for_a_thousand(
    things, api, company, rows, django_assert_max_num_queries
):
    from assets import inventory

    inventory.register_many(
        [{"name": f"Sensor {n}", "kind": "OT_DEVICE", "unit": company.northfield} for n in range(rows)], actor=None
    )
    client = api("ANALYST")
    with django_assert_max_num_queries(3):
        answer = client.get(f"{things}?page_size=500")

    assert len(answer.json()["results"]) == min(rows, 500)
