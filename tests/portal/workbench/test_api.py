import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.people import tokens
from portal.workbench import work
from risks.models import Risk
from tests.factories.sheets import COLUMNS, check, make_csv, make_import, make_line

PLACE = "/api/v1/imports/"


@pytest.fixture
def api(person, company):
    """A program that brings sheets."""
    service = person("INTEGRATION")
    _token, secret = tokens.issue(service, "old register", ["imports:write"], actor=None)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def upload(api, content=None, **changed):
    file = SimpleUploadedFile("register.csv", make_csv() if content is None else content)
    return api.post(PLACE, {"file": file, "source": "old-register"} | changed)


def post(api, address, **body):
    return api.post(address, body, content_type="application/json")


def test_a_program_brings_a_sheet_all_the_way(api):
    made = upload(api)
    assert made.status_code == 201
    here = made["Location"]
    assert (made.json()["state"], made.json()["columns"][1]["guess"]) == ("MAPPING", "title")

    assert post(api, f"{here}mapping/", columns=COLUMNS).json()["state"] == "CHECKING"
    work.work_waiting()
    assert api.get(here).json()["made_count"] == 2
    assert [row["outcome"] for row in api.get(f"{here}rows/").json()["results"]] == ["MADE", "MADE"]
    assert post(api, f"{here}application/").json()["state"] == "APPLYING"
    work.work_waiting()
    assert (api.get(here).json()["state"], Risk.objects.count()) == ("APPLIED", 2)
    assert post(api, f"{here}undoing/").json()["state"] == "UNDOING"
    work.work_waiting()

    assert (api.get(here).json()["state"], Risk.objects.current().count()) == ("UNDONE", 0)


def test_what_does_not_fit_is_read_page_by_page(api):
    here = upload(api, make_csv(*(make_line(number, Likelihood="9") for number in range(1, 6))))["Location"]
    post(api, f"{here}mapping/", columns=COLUMNS)
    work.work_waiting()

    first = api.get(f"{here}problems/?page_size=3").json()
    second = api.get(first["next"]).json()

    assert [(one["number"], one["column"]) for one in first["results"] + second["results"]] == [
        (number, "Likelihood") for number in range(2, 7)
    ]
    refused = post(api, f"{here}application/")
    assert (refused.status_code, refused.json()["code"]) == (409, "rows-do-not-fit")


def test_an_unreadable_file_is_a_problem_of_its_field(api):
    answer = upload(api, b"%PDF")

    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable-sheet")
    assert list(answer.json()["fields"]) == ["file"]


def test_an_incomplete_mapping_is_told_by_column(api):
    here = upload(api)["Location"]

    answer = post(api, f"{here}mapping/", columns=COLUMNS | {"Owner": "nonsense"}, choices={"residual": "HALF"})

    assert answer.status_code == 422
    assert answer.json()["fields"] == {
        "Owner": ["There is no such field. Choose one of the list."],
        "residual": ["Choose one of the answers."],
    }


@pytest.mark.parametrize("told", [{"kind": "dependency"}, {"source": ""}])
def test_a_strange_kind_or_source_is_refused(api, told):
    answer = upload(api, **told)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, list(told))


def test_what_others_brought_is_not_there(api, person):
    one = check(make_import(actor=person("ANALYST")))

    assert api.get(f"{PLACE}{one.pk}/").status_code == 404
    assert api.get(f"{PLACE}{one.pk}/rows/").status_code == 404
    assert api.get(f"{PLACE}{one.pk}/problems/").status_code == 404
    assert post(api, f"{PLACE}{one.pk}/application/").status_code == 404
