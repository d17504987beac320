"""Lists of every registered kind: as a table, and as a file."""

import csv
import io
import json
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from openpyxl import load_workbook

from governance.together.models import Goal
from portal import clock
from portal.people import tokens
from portal.record.models import AuditEntry, EntryText
from portal.web import listing
from portal.workbench import listed, spelling, tables, writing_xlsx
from portal.workbench.cells import cell_of
from risks.models import ScoreState
from tests.factories.assets import make_asset
from tests.factories.governance import make_decision, make_goal, make_initiative, make_spend_line
from tests.factories.portal import make_user
from tests.factories.response import make_incident, make_plan
from tests.factories.risks import make_control, make_exception, make_indicator, make_levels, make_risk, make_treatment

KINDS = sorted(listed.all_kinds())


@pytest.fixture
def furnished(company, person):
    """One row of each kind in the analyst's unit, and one of each that they may not open."""
    analyst = person("ANALYST", unit=company.northfield)
    for unit, word in ((company.northfield, "Quillfeather"), (company.eastmere, "Umbrafang")):
        risk = make_risk(unit=unit, title=f"={word}()")
        make_levels(risk, 4, operational=4)
        make_asset(f"{word} press", unit=unit, vendor="-Vendor")
        make_control(unit=unit, name=f"{word} gate")
        make_treatment(risk, actor=analyst, title=f"{word} plan")
        make_exception(risk, by=make_user(f"{word} proposer"), title=f"{word} permit")
        make_indicator(unit=unit, owner=make_user(), name=f"{word} days")
        make_incident(unit=unit, actor=make_user(), title=f"{word} outage")
        make_plan(unit=unit, actor=make_user(), name=f"{word} scenario")
        make_decision(unit=unit, by=make_user(), title=f"{word} question")
        make_initiative(unit=unit, by=make_user(), title=f"{word} renewed")
        make_spend_line(unit=unit, by=make_user(), product=f"{word} licence")
        make_goal(by=analyst, title=f"{word} goal")
    Goal.objects.filter(title="Umbrafang goal").update(
        archived_at=clock.now(), ended_because="Reached"
    )  # seen by all, asked for by none
    return analyst


@pytest.fixture
def signed_in(client, furnished):
    client.force_login(furnished)
    return client


def body(response):
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_table_and_files_of_what_one_may_open(signed_in, furnished, kind):
    of_kind = listed.of_kind(kind)
    everything = ",".join(column.name for column in of_kind.columns)

    page = signed_in.get(of_kind.url, {"columns": everything})
    told = page.content.decode()
    files = {form: body(signed_in.get(f"{of_kind.url}export/", {"as": form})) for form in ("csv", "xlsx", "json")}

    assert page.status_code == 200
    assert (page.context["shown"].table.page.total, "Quillfeather" in told, "Umbrafang" in told) == (1, True, False)
    labels = [str(column.label) for column in of_kind.columns]
    header, row = csv.reader(io.StringIO(files["csv"].decode("utf-8-sig")))
    sheet = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(files["xlsx"])).active.iter_rows()]
    told_json = json.loads(files["json"])
    assert header == sheet[0] == [column["label"] for column in told_json["columns"]] == labels
    assert (len(sheet), len(told_json["rows"])) == (2, 1)
    assert not any(cell[:1] in "=+-@" for cell in row if cell)
    heading = labels.index(str(of_kind.by_name[of_kind.heading].label))
    assert cell_of(row[heading]) == sheet[1][heading] == told_json["rows"][0][of_kind.heading]
    entries = AuditEntry.objects.filter(verb="list.exported").order_by("pk")
    assert [(one.actor, one.params["form"], one.params["rows"]) for one in entries] == [
        (furnished, form, 1) for form in ("csv", "xlsx", "json")
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_sorts_and_groups_without_losing_a_row(company, furnished, kind):
    of_kind = listed.of_kind(kind)
    columns = [column for column in of_kind.columns if column.sort != ""]

    for column in columns:
        for name in (column.name, f"-{column.name}"):
            question = tables.asked(of_kind, {"sort": name, "group": column.name if column.groups else ""})
            table = tables.read(question, furnished)
            assert (question.sort_name, len(table.page.rows), len(table.groups)) == (name, 1, 1)
            assert len(list(tables.rows(question, furnished))) == 1


def test_a_long_list_is_read_along_an_index_and_says_the_same(company, person, monkeypatch, django_assert_num_queries):
    analyst, kind = person("ANALYST"), listed.of_kind("risk")
    for place, value in enumerate((55, 55, None, "12.5", 90, 0, None, 55)):
        risk = make_risk(
            unit=company.northfield, title=f"Fire {place}", review_due_on=None if place % 3 else date(2027, 1, 1 + place)
        )
        ScoreState.objects.filter(risk=risk).delete()
        if place != 6:  # raw SQL may leave a risk without
            ScoreState.objects.create(risk=risk, current_value=value)

    def walk(sort):
        pages, params = [], {"sort": sort}
        while True:
            page = tables.read(tables.asked(kind, params), analyst, size=3).page
            pages.append([row.title for row in page.rows])
            if not page.next_url:
                return pages
            params = dict(pair.split("=") for pair in page.next_url[1:].split("&")) | {"sort": sort}

    sorts = ("-current_score", "current_score", "review_due_on", "-review_due_on", "-title", "number")
    whole = {sort: walk(sort) for sort in sorts}
    assert whole["-current_score"] == [["Fire 4", "Fire 7", "Fire 1"], ["Fire 0", "Fire 3", "Fire 5"], ["Fire 6", "Fire 2"]]
    monkeypatch.setattr(listing, "SORTED", 0)
    assert {sort: walk(sort) for sort in sorts} == whole
    for sort, queries in (("-current_score", 3), ("current_score", 3), ("review_due_on", 4)):  # the last does not fill a page
        with django_assert_num_queries(queries):
            tables.read(tables.asked(kind, {"sort": sort}), analyst, size=3)


def test_a_page_along_an_index_ends_before_rows_that_say_nothing():
    number, day = listing.Behind("x", Decimal(-1)), listing.Behind("x", date(9999, 12, 31))

    assert [number.is_before(Decimal(value), falls=True) for value in (0, -1, -2)] == [True, False, False]
    assert [day.is_before(value, falls=False) for value in (date(2027, 1, 1), date(9999, 12, 31))] == [True, False]
    assert [(one.comes_last(falls=True), one.comes_last(falls=False)) for one in (number, day)] == [(True, False), (False, True)]


def test_groups_go_on_over_pages_and_count_all_of_them(company, person):
    analyst = person("ANALYST")
    for place in range(7):
        make_asset(f"Press {place}", unit=company.northfield, kind="SERVER" if place % 2 else "NETWORK", vendor="")
    question = {"group": "kind", "sort": "-name", "columns": "name,kind"}
    seen, params = [], dict(question)
    kind = listed.of_kind("asset")

    for _page in range(5):
        table = tables.read(tables.asked(kind, params), analyst, size=2)
        seen += [(group.heading.key, group.count, row.name) for group in table.groups for row in group.rows]
        if not table.page.next_url:
            break
        params = dict(pair.split("=") for pair in table.page.next_url[1:].replace("%2C", ",").split("&"))

    assert seen == [("NETWORK", 4, f"Press {place}") for place in (6, 4, 2, 0)] + [
        ("SERVER", 3, f"Press {place}") for place in (5, 3, 1)
    ]


def test_a_filter_and_columns_hold_for_the_file_too(signed_in, company, furnished):
    make_asset("Oven", unit=company.northfield, kind="SERVER", owner=furnished)
    question = {"kind": "SERVER", "columns": "owner,name", "as": "json", "nonsense": "x"}

    told = json.loads(body(signed_in.get("/lists/assets/export/", question)))

    owner = {"id": furnished.pk, "name": furnished.name, "email": furnished.email}
    assert told["filter"] == {"kind": "SERVER"}
    assert [{name: row[name] for name in ("owner", "name")} for row in told["rows"]] == [{"owner": owner, "name": "Oven"}]
    assert EntryText.objects.latest("pk").text == "kind=SERVER&columns=owner%2Cname"


def test_a_list_leads_to_its_table_and_files(signed_in):
    page = signed_in.get("/risks/register/?owner=none&after=nonsense").content.decode()

    assert "/lists/risks/?owner=none" in page
    assert "/lists/risks/export/?owner=none&amp;as=xlsx" in page


def test_an_unknown_form_is_refused_by_page_and_api(signed_in, furnished):
    assert signed_in.get("/lists/risks/export/", {"as": "pdf"}).status_code == 422
    assert not AuditEntry.objects.filter(verb="list.exported").exists()


def test_a_program_takes_a_list_out_by_its_own_scope(furnished, person, company):
    service = person("INTEGRATION", unit=company.northfield)
    _token, secret = tokens.issue(service, "reports", ["assets:read"], actor=None)
    api = Client(headers={"Authorization": f"Bearer {secret}"})

    answer = api.get("/api/v1/assets/export/?as=csv&columns=name")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert body(answer).decode("utf-8-sig").splitlines() == ["Name", "Quillfeather press"]
    assert api.get("/api/v1/risks/export/").status_code == 403
    assert api.get("/api/v1/assets/export/?nonsense=1").status_code == 422
    assert AuditEntry.objects.get(verb="list.exported").actor == service


def test_a_workbook_keeps_days_numbers_and_hostile_words():
    hostile = "a\x00b\x0b<&>\"'\ud800"
    rows = [[hostile, 3], [date(2026, 4, 3), None], [date(1900, 2, 1), 1]]
    told = b"".join(writing_xlsx.workbook("Risks: [all]/*?", ["=A", "B"], rows))

    sheet = load_workbook(io.BytesIO(told)).active

    assert sheet.title == "Risks   all"
    assert [[cell.value for cell in row] for row in sheet.iter_rows()][:2] == [["=A", "B"], ["ab<&>\"'", 3]]
    assert sheet["A1"].data_type == "s"
    assert (sheet["A3"].value.date(), sheet["A4"].value) == (date(2026, 4, 3), "1900-02-01")
    assert spelling.in_sheet(True) == "yes"
