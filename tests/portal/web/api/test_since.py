"""What changed since a moment: by the sealed sequence, with what is gone."""

from datetime import timedelta

import pytest

from assets import inventory
from portal import clock
from portal.record import sealing
from tests.factories.assets import make_asset


@pytest.fixture
def changes(things, api):
    """`changes(client, moment)`: the first page as (id, gone), and the answer."""

    def asking(client, moment, more=""):
        answer = client.get(f"{things}?updated_since={moment.isoformat()}{more}".replace("+00:00", "Z"))
        assert answer.status_code == 200, answer.json()
        return [(row["id"], row.get("gone", False)) for row in answer.json()["results"]], answer.json()

    return asking


def test_changes_come_in_sealed_order_once_a_row(changes, api, company):
    start = clock.now() - timedelta(seconds=1)
    first, second = (make_asset(name, unit=company.northfield) for name in ("A", "B"))
    inventory.change(first, actor=None, version=1, name="A2")
    sealing.seal_all()

    rows, _answer = changes(api("ANALYST"), start)

    assert rows == [(second.pk, False), (first.pk, False)]


def test_what_is_not_sealed_yet_comes_later(changes, api, company):
    start = clock.now() - timedelta(seconds=1)
    client = api("ANALYST")
    first = make_asset("A", unit=company.northfield)
    sealing.seal_all()
    second = make_asset("B", unit=company.northfield)

    before, answer = changes(client, start)
    sealing.seal_all()
    rows = client.get("/api/v1/things/", {"updated_since": answer["up_to"]}).json()["results"]

    assert before == [(first.pk, False)]
    assert [row["id"] for row in rows] == [second.pk]


def test_archived_rows_are_told_as_gone(changes, api, company):
    start = clock.now() - timedelta(seconds=1)
    plc = make_asset("PLC", unit=company.northfield)
    inventory.archive(plc, actor=None)
    sealing.seal_all()

    rows, _answer = changes(api("ANALYST"), start)

    assert rows == [(plc.pk, True)]


def test_a_row_that_moved_out_of_sight_is_gone_and_one_that_never_was_in_sight_is_not_mentioned(changes, api, company, person):
    start = clock.now() - timedelta(seconds=1)
    moved = make_asset("Moved", unit=company.northfield)
    make_asset("Elsewhere", unit=company.eastmere)
    inventory.change(moved, actor=None, version=1, unit=company.eastmere)
    sealing.seal_all()

    rows, _answer = changes(api(person("ENGINEER", unit=company.northfield)), start)

    assert rows == [(moved.pk, True)]


def test_changes_come_in_pages(changes, api, company):
    start = clock.now() - timedelta(seconds=1)
    made = [make_asset(f"A{n}", unit=company.northfield).pk for n in range(5)]
    sealing.seal_all()
    client = api("ANALYST")

    rows, answer = changes(client, start, "&page_size=2")
    seen, ends = [pk for pk, _gone in rows], [answer["up_to"]]
    while answer["next"]:
        answer = client.get(answer["next"]).json()
        seen += [row["id"] for row in answer["results"]]
        ends.append(answer["up_to"])

    assert seen == made
    assert ends[:-1] == [None, None]
    assert ends[-1] is not None


def test_changes_of_what_was_never_ones_own_leave_no_gap(things, api, company, person):
    start = clock.now() - timedelta(seconds=1)
    for number in range(3):
        make_asset(f"Robot {number}", unit=company.eastmere)
    mine = make_asset("PLC", unit=company.northfield)
    make_asset("Lathe", unit=company.eastmere)
    sealing.seal_all()

    answer = api(person("ENGINEER", unit=company.northfield)).get(
        things, {"updated_since": start.isoformat().replace("+00:00", "Z"), "page_size": 1}
    )

    assert [row["id"] for row in answer.json()["results"]] == [mine.pk]
    assert answer.json()["next"] is None
