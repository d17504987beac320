import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assets.discovery import reading
from assets.models import Asset, DiscoveryRun, Proposal
from tests.factories.assets import make_asset, make_host, make_run, make_scan

HTMX = {"HX-Request": "true"}
RUNS = "/assets/discovery/"


@pytest.fixture
def engineer(client, person):
    user = person("ENGINEER")
    client.force_login(user)
    return user


def upload(client, company, content=None, name="plant.xml", **changed):
    file = SimpleUploadedFile(name, make_scan() if content is None else content)
    return client.post(RUNS, {"file": file, "source": "nmap-northfield", "unit": company.northfield.pk} | changed)


def test_an_uploaded_file_becomes_a_run_and_its_hosts_assets(client, company, engineer, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = upload(client, company)
    run = DiscoveryRun.objects.get()
    assert response.url == f"{RUNS}{run.pk}/"
    page = client.get(response.url).content.decode()
    assert "2 proposals to settle" in page
    assert "2 hosts answered in 10.20.1.0/24" in page

    client.post(f"{RUNS}{run.pk}/acceptance/", {"all_new": "1"})

    assert Asset.objects.count() == 2
    assert "nothing left to settle" in client.get(response.url).content.decode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b'<?xml version="1.0"?><!DOCTYPE n [<!ENTITY a "b">]><nmaprun/>', "declares XML entities"),
        (b"\x89PNG\r\n\x1a\n", "neither an nmap XML file nor a CSV"),
        (make_scan()[:-50], "ends in the middle"),
        (b"name,owner\nPress,Weir\n", "no column that identifies"),
    ],
)
def test_a_refused_file_is_told_beside_its_field_and_nothing_is_stored(client, company, engineer, content, sentence):
    response = upload(client, company, content)

    assert response.status_code == 422
    assert sentence in response.context["form"].errors["file"][0]
    assert not DiscoveryRun.objects.exists()


def test_a_file_over_the_limit_is_told_as_such(client, company, engineer, settings):
    settings.BROWSER_UPLOAD_LIMIT = 500

    response = upload(client, company)

    assert "larger than" in response.context["form"].errors["file"][0]


def test_the_same_file_twice_says_so(client, company, engineer):
    upload(client, company)

    response = upload(client, company)

    assert "brought this file before: nothing changes" in client.get(response.url).content.decode()


def test_who_may_only_read_sees_runs_without_a_way_in(client, company, person):
    run = make_run(unit=company.northfield)
    client.force_login(person("AUDITOR"))

    page = client.get(RUNS).content.decode()

    assert "nmap-northfield" in page
    assert "multipart/form-data" not in page
    assert upload(client, company).status_code == 200
    assert client.post(f"{RUNS}{run.pk}/acceptance/").status_code == 403
    assert client.post(f"{RUNS}{run.pk}/dismissal/").status_code == 403
    assert DiscoveryRun.objects.count() == 1


def test_runs_of_other_units_are_missing(client, company, person):
    run = make_run(unit=company.eastmere)
    client.force_login(person("ENGINEER", unit=company.northfield))

    assert client.get(RUNS).context["page"].rows == []
    assert client.get(f"{RUNS}{run.pk}/").status_code == 404
    assert client.post(f"{RUNS}{run.pk}/acceptance/", {"all_new": "1"}).status_code == 404


def test_a_waiting_run_shows_how_far_it_is_and_looks_again_by_itself(client, company, engineer):
    run = make_run(unit=company.northfield)

    page = client.get(f"{RUNS}{run.pk}/").content.decode()

    assert '<progress max="4" value="0"' in page
    assert 'hx-trigger="every 1s"' in page
    assert "Look again" in page


def test_a_run_that_was_read_no_longer_looks(client, company, engineer):
    run = make_run(unit=company.northfield)
    reading.read_waiting()

    part = client.get(f"{RUNS}{run.pk}/", headers=HTMX).content.decode()

    assert part.strip().startswith('<div id="run">')
    assert "every 1s" not in part


@pytest.fixture
def run(company):
    found = make_run(unit=company.northfield)
    reading.read_waiting()
    return found


def test_one_row_is_accepted_by_its_own_button_without_a_page_load(client, run, engineer):
    first, second = run.proposals.order_by("pk")

    response = client.post(f"{RUNS}{run.pk}/acceptance/", {"only": first.pk, "proposal": second.pk}, headers=HTMX)

    assert response.content.decode().strip().startswith('<div id="run">')
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("ACCEPTED", "OPEN")


def test_ticked_rows_are_ignored_for_a_reason(client, run, engineer):
    ids = list(run.proposals.values_list("pk", flat=True))

    response = client.post(f"{RUNS}{run.pk}/dismissal/", {"proposal": ids, "reason": "A test rig."})

    assert response.url == f"{RUNS}{run.pk}/"
    assert set(run.proposals.values_list("state", "reason")) == {("IGNORED", "A test rig.")}


def test_ignoring_without_a_reason_is_told_in_place(client, run, engineer):
    ids = list(run.proposals.values_list("pk", flat=True))

    response = client.post(f"{RUNS}{run.pk}/dismissal/", {"proposal": ids}, headers=HTMX)

    assert (response.status_code, response["HX-Retarget"]) == (422, "#messages")
    assert set(run.proposals.values_list("state", flat=True)) == {"OPEN"}


def test_nothing_ticked_is_told(client, run, engineer):
    response = client.post(f"{RUNS}{run.pk}/acceptance/")

    assert response.status_code == 422
    assert "Nothing is chosen" in response.content.decode()


def test_proposals_of_another_run_are_not_touched(client, run, company, engineer):
    other = make_run(make_scan(make_host("10.20.1.99")), unit=company.northfield, source="other")
    reading.read_waiting()

    response = client.post(f"{RUNS}{run.pk}/acceptance/", {"proposal": other.proposals.get().pk})

    assert response.status_code == 422
    assert not Asset.objects.exists()


def test_a_conflict_is_settled_by_saying_which_asset_it_is(client, company, engineer):
    one = make_asset("One", unit=company.northfield, mac_address="00:1b:1b:9f:20:01")
    make_asset("Other", unit=company.northfield, fqdn="plc-a1.northfield.verrow.example")
    run = make_run(unit=company.northfield)
    reading.read_waiting()
    conflict = run.proposals.get(kind=Proposal.Kind.CONFLICT)
    page = client.get(f"{RUNS}{run.pk}/").content.decode()
    assert f'<option value="{one.pk}">{one}</option>' in page

    undecided = client.post(f"{RUNS}{run.pk}/acceptance/", {"only": conflict.pk})
    client.post(f"{RUNS}{run.pk}/acceptance/", {"only": conflict.pk, f"choice-{conflict.pk}": one.pk})

    assert undecided.status_code == 409
    conflict.refresh_from_db()
    assert (conflict.state, conflict.asset) == ("ACCEPTED", one)


@pytest.mark.parametrize("hosts", [10, 1000])
def test_the_page_of_a_run_asks_the_same_few_questions(client, company, engineer, django_assert_max_num_queries, hosts):
    scan = make_scan(*(make_host(f"10.20.{n >> 8}.{n & 255}") for n in range(1, hosts + 1)), networks="10.20.0.0/16")
    run = make_run(scan, unit=company.northfield)
    reading.read_waiting()
    address = reverse("assets:run", args=[run.pk])
    client.get(address)

    with django_assert_max_num_queries(14):
        page = client.get(address).content.decode()

    assert ("975 more" in page) == (hosts == 1000)


def test_a_kind_is_paged_through(client, company, engineer):
    scan = make_scan(*(make_host(f"10.20.{n >> 8}.{n & 255}") for n in range(1, 151)), networks="10.20.0.0/16")
    run = make_run(scan, unit=company.northfield)
    reading.read_waiting()

    first = client.get(f"{RUNS}{run.pk}/?kind=NEW")
    last = first.context["overview"].groups[0].rows[-1].proposal.pk
    second = client.get(f"{RUNS}{run.pk}/?kind=NEW&after={last}")

    assert [len(page.context["overview"].groups[0].rows) for page in (first, second)] == [100, 50]
