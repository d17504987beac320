import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.workbench import imports, work
from portal.workbench.models import SheetImport
from risks.models import Risk
from tests.factories.portal import make_user
from tests.factories.sheets import COLUMNS, HEADER, bring, check, make_csv, make_import, make_line, make_xlsx

HTMX = {"HX-Request": "true"}
PLACE = "/imports/"


@pytest.fixture
def signed_in(client, analyst):
    client.force_login(analyst)
    return client


def upload(client, content=None, name="register.csv", **changed):
    file = SimpleUploadedFile(name, make_csv() if content is None else content)
    return client.post(PLACE, {"file": file, "kind": "risk", "source": "old-register", "unit": ""} | changed)


def answers(one, **changed):
    fields = {f"column-{place}": COLUMNS[name] for place, name in enumerate(HEADER)}
    return fields | changed


@pytest.mark.parametrize("write", [make_csv, make_xlsx])
def test_a_sheet_goes_all_the_way_without_scripts(signed_in, analyst, write):
    response = upload(signed_in, write())
    one = SheetImport.objects.get()
    assert response.url == f"{PLACE}{one.pk}/"
    page = signed_in.get(response.url)
    assert "What are its columns?" in page.content.decode()
    assert page.context["form"]["column-1"].initial == "title"

    response = signed_in.post(f"{PLACE}{one.pk}/mapping/", answers(one))
    assert response.url == f"{PLACE}{one.pk}/"
    assert "Every row is being checked" in signed_in.get(response.url).content.decode()
    work.work_waiting()
    page = signed_in.get(response.url).content.decode()
    assert "All 2 rows fit" in page
    assert "Import 2 rows" in page

    response = signed_in.post(f"{PLACE}{one.pk}/application/")
    assert "The rows are being written" in signed_in.get(response.url).content.decode()
    work.work_waiting()
    page = signed_in.get(response.url).content.decode()
    assert "2 risks came along" in page
    assert reverse("risks:risk", args=[Risk.objects.first().pk]) in page

    response = signed_in.post(f"{PLACE}{one.pk}/undoing/")
    work.work_waiting()
    assert "This import was undone" in signed_in.get(response.url).content.decode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"%PDF-1.7\n", "This file is a PDF."),
        (make_csv(["a", "b", "c"], header=("Owner", "Title", "owner")), "Columns A, C are all called “Owner”."),
        (make_csv(header=[f"c{n}" for n in range(1000)]), "more than 300 columns"),
        (b"Title\n", "nothing below"),
    ],
)
def test_a_refused_file_is_told_beside_its_field(signed_in, content, sentence):
    response = upload(signed_in, content)

    assert response.status_code == 422
    assert sentence in response.context["form"].errors["file"][0]
    assert not SheetImport.objects.exists()


def test_a_file_over_the_limit_is_told_as_such(signed_in, settings):
    settings.BROWSER_UPLOAD_LIMIT = 50

    response = upload(signed_in)

    assert "larger than" in response.context["form"].errors["file"][0]


def test_what_is_missing_in_the_mapping_is_told_beside_each_column(signed_in, analyst):
    one = make_import(actor=analyst)

    response = signed_in.post(f"{PLACE}{one.pk}/mapping/", answers(one, **{"column-4": "", "column-0": "title"}))

    assert response.status_code == 422
    errors = response.context["form"].errors
    assert errors["column-4"] == ["Say what “Owner” is, or ignore it on purpose."]
    assert errors["column-1"] == ["“ID” is that already. One column a field."]


def test_the_meaning_of_residual_is_asked_once_such_a_column_is_chosen(signed_in, analyst):
    one = make_import(actor=analyst)
    assert "ask-residual" not in signed_in.get(f"{PLACE}{one.pk}/").context["form"].fields

    response = signed_in.post(f"{PLACE}{one.pk}/mapping/", answers(one, **{"column-5": "residual_likelihood"}))

    assert response.context["form"].errors["ask-residual"] == ["Choose one of the answers."]
    assert "What does “residual” mean in this sheet?" in response.content.decode()


def test_days_that_may_be_two_are_asked_about(signed_in, analyst):
    one = make_import(make_csv(make_line(1, Due_date="03/04/2027"), make_line(2, Due_date="25/04/2027")), actor=analyst)

    form = signed_in.get(f"{PLACE}{one.pk}/").context["form"]

    assert form["ask-day_order"].initial == "DAY_FIRST"  # the second row shows it


def test_a_column_that_looks_like_a_field_says_so(signed_in, analyst):
    one = make_import(make_csv(["Fire"], header=("Tittle",)), actor=analyst)

    page = signed_in.get(f"{PLACE}{one.pk}/").content.decode()

    assert "“Tittle” looks like “What could happen”. Say whether it is." in page


def test_names_are_confirmed_with_the_mapping(signed_in, analyst):
    owner = make_user("Ruth Weir")
    one = check(make_import(make_csv(make_line(1, Owner="Ruth Weir")), actor=analyst))
    assert "Confirm the people known by name alone" in signed_in.get(f"{PLACE}{one.pk}/").content.decode()

    signed_in.post(f"{PLACE}{one.pk}/mapping/", answers(one, confirmed=["ruth weir"]))

    one.refresh_from_db()
    assert (one.state, one.confirmed) == ("CHECKING", {"ruth weir": owner.pk})


def test_bad_rows_are_left_out_on_purpose(signed_in, analyst):
    one = check(make_import(make_csv(make_line(1), make_line(2, Likelihood="9")), actor=analyst))
    page = signed_in.get(f"{PLACE}{one.pk}/").content.decode()
    assert "1 row of 2 does not fit" in page
    assert "A level is 1 to 5." in page

    refused = signed_in.post(f"{PLACE}{one.pk}/application/")
    signed_in.post(f"{PLACE}{one.pk}/application/", {"skip_bad_rows": "1"})
    work.work_waiting()

    assert refused.status_code == 409
    assert Risk.objects.count() == 1


def test_the_rejects_come_back_when_mended(signed_in, analyst):
    one = check(make_import(make_csv(make_line(1), make_line(2, Likelihood="9", Title="-3 degrees")), actor=analyst))

    response = signed_in.get(f"{PLACE}{one.pk}/rejects/")
    content = b"".join(response.streaming_content)

    assert response["Content-Disposition"].startswith("attachment")
    assert content.decode("utf-8-sig").splitlines()[1].startswith("RR-2,'-3 degrees,OT")
    assert "Likelihood: A level is 1 to 5." in content.decode()
    mended = content.replace(b",9,", b",3,")
    again = check(make_import(mended, actor=analyst), COLUMNS | {"What does not fit": None})
    assert (again.made_count, again.rows.get().label) == (1, "-3 degrees")


def test_problems_are_paged(signed_in, analyst):
    one = check(make_import(make_csv(*(make_line(number, Likelihood="9") for number in range(1, 61))), actor=analyst))

    first = signed_in.get(f"{PLACE}{one.pk}/problems/")
    second = signed_in.get(f"{PLACE}{one.pk}/problems/{first.context['page'].next_url}")

    assert [problem.number for problem in second.context["page"].rows] == list(range(52, 62))


def test_rows_are_shown_by_outcome(signed_in, analyst):
    bring(make_csv(make_line(1)), actor=analyst)
    one = check(make_import(make_csv(make_line(1, Title="Fire"), make_line(2)), actor=analyst))

    page = signed_in.get(f"{PLACE}{one.pk}/rows/?outcome=CHANGED")

    assert [line.row.number for line in page.context["lines"]] == [2]
    assert "<ins>Fire</ins>" in page.content.decode()


def test_the_page_of_an_import_at_work_asks_again_by_itself(signed_in, analyst):
    one = check(make_import(actor=analyst))
    imports.apply(one, actor=analyst)

    page = signed_in.get(f"{PLACE}{one.pk}/", headers=HTMX).content.decode()

    assert page.lstrip().startswith('<div id="import"')
    assert 'hx-trigger="every 1s"' in page


def test_what_others_brought_is_not_there(client, person, analyst):
    one = check(make_import(actor=analyst))
    client.force_login(person("CIO"))

    assert client.get(f"{PLACE}{one.pk}/").status_code == 404
    assert client.post(f"{PLACE}{one.pk}/application/").status_code == 404
    assert "register.csv" not in client.get(PLACE).content.decode()


def test_who_may_not_import_has_no_page(client, person):
    client.force_login(person("OWNER"))

    assert client.get(PLACE).status_code == 403
