from datetime import UTC, datetime

import pytest

from portal.workbench import imports, work
from risks.models import Reading
from tests.factories.risks import make_indicator, make_reading
from tests.factories.sheets import check, make_csv, make_import

HEADER = ("Indicator", "Value", "Observed", "Comment")
COLUMNS = {"Indicator": "indicator", "Value": "value", "Observed": "observed_at", "Comment": "note"}


@pytest.fixture
def analyst(person):
    return person("ANALYST")


@pytest.fixture
def watched(company, person):
    return make_indicator(unit=company.northfield, owner=person("OWNER", unit=company.northfield), name="Patch age")


def bring(actor, *rows):
    return check(make_import(make_csv(*rows, header=HEADER), actor=actor, kind="reading", source="edr"), COLUMNS)


def carry(one, verb, **told):
    verb(one, actor=one.started_by, **told)
    work.work(one.pk)
    one.refresh_from_db()
    return one


def test_rows_become_readings_the_same_change_nothing_and_an_undo_leaves_what_was_there(watched, analyst):
    before = make_reading(watched, 12, observed_at=datetime(2026, 3, 2, 11, tzinfo=UTC))
    rows = [[watched.number, "12", "2026-03-02T12:00:00+01:00", ""], ["patch age", "61,5", "2026-04-02", "Two gateways"]]
    one = carry(bring(analyst, *rows), imports.apply)

    assert (one.state, one.made_count) == ("APPLIED", 2)
    new = Reading.objects.exclude(pk=before.pk).get()
    assert (str(new.value), new.observed_at, new.note) == ("61.5000", datetime(2026, 4, 2, 10, tzinfo=UTC), "Two gateways")
    watched.refresh_from_db()
    assert watched.standing == "BREACH"
    again = bring(analyst, rows[1])
    assert (again.made_count, again.unchanged_count, again.bad_count) == (0, 1, 0)

    carry(one, imports.undo)

    assert list(Reading.objects.standing()) == [before]
    watched.refresh_from_db()
    assert watched.standing == "NORMAL"


def test_what_does_not_fit_is_told_by_row_and_column(watched, analyst):
    make_reading(watched, 12, observed_at=datetime(2026, 3, 2, 11, tzinfo=UTC))
    make_indicator(unit=watched.unit, owner=watched.owner, name="Patch age")
    one = bring(
        analyst,
        [watched.number, "13", "2026-03-02T11:00:00Z", ""],
        ["Unheard of", "1", "2026-05-02", ""],
        ["Patch age", "1", "2026-05-02", ""],
        [watched.number, "much", "2026-05-03", ""],
        [watched.number, "1", "2199-01-01", ""],
    )

    assert (one.made_count, one.bad_count) == (0, 5)
    assert set(one.problems.values_list("number", "column")) == {
        (2, ""),
        (3, "Indicator"),
        (4, "Indicator"),
        (5, "Value"),
        (6, "Observed"),
    }
