import gzip

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from assets.discovery import reading
from assets.models import Asset, DiscoveryRun, Proposal
from tests.factories.assets import make_asset, make_host, make_run, make_scan

RUNS = "/api/v1/discovery-runs/"


@pytest.fixture
def api(person, company):
    client = APIClient()
    client.user = person("INTEGRATION", unit=company.northfield)
    client.force_authenticate(client.user)
    return client


def push(api, content=None, name="plant.xml", **told):
    file = SimpleUploadedFile(name, make_scan() if content is None else content)
    return api.post(RUNS, {"file": file, "source": "nmap-northfield"} | told, format="multipart")


def test_a_pushed_file_becomes_a_run_that_is_read_and_settled(api, company):
    pushed = push(api, gzip.compress(make_scan()))
    assert pushed.status_code == 201, pushed.json()
    row = pushed.json()
    assert (row["state"], row["observation_count"], row["unit"]) == ("WAITING", 2, company.northfield.pk)
    assert row["networks"] == ["10.20.1.0/24"]
    reading.read_waiting()

    proposals = api.get(f"{pushed['Location']}proposals/").json()["results"]
    assert [(one["kind"], one["state"]) for one in proposals] == [("NEW", "OPEN")] * 2
    accepted = api.post(f"{pushed['Location']}proposals/{proposals[0]['id']}/acceptance/")
    assert (accepted.status_code, accepted.json()["state"]) == (200, "ACCEPTED")
    assert accepted.json()["asset"] == Asset.objects.get().pk
    rest = api.post(f"{pushed['Location']}acceptance/", {"all_new": True}, format="json")

    assert (rest.status_code, rest.json()["state"]) == (200, "SETTLED")
    assert Asset.objects.count() == 2


def test_without_source_and_unit_the_account_says_both(api, company):
    file = SimpleUploadedFile("plant.xml", make_scan())

    row = api.post(RUNS, {"file": file}, format="multipart").json()

    assert (row["source"], row["unit"]) == (str(api.user), company.northfield.pk)


def test_the_same_file_twice_is_told_and_no_error(api):
    push(api)

    again = push(api)

    assert (again.status_code, again.json()["state"], again.json()["observation_count"]) == (201, "UNCHANGED", 2)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-discovery"),
        (b"%PDF-1.7", "unknown-format"),
        (b'<?xml version="1.0"?><!DOCTYPE n [<!ENTITY a "b">]><nmaprun/>', "hostile-discovery"),
        (make_scan()[:-40], "truncated-discovery"),
        (make_scan(make_host("10.20.1.1", state="down")), "nothing-discovered"),
    ],
)
def test_what_cannot_be_read_is_one_problem_and_stores_nothing(api, content, code):
    answer = push(api, content)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert list(answer.json()["fields"]) == ["file"]
    assert not DiscoveryRun.objects.exists()


@pytest.mark.parametrize(
    ("told", "field"), [({"unit": 999999}, "unit"), ({"networks": ["here"]}, "networks"), ({"source": "x" * 61}, "source")]
)
def test_wrong_answers_name_their_field(api, told, field):
    answer = push(api, **told)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])


def test_json_is_no_file(api):
    answer = api.post(RUNS, {"source": "x"}, format="json")

    assert (answer.status_code, answer.json()["detail"]) == (415, "Send the body as multipart/form-data.")


def test_a_unit_out_of_reach_is_refused(api, company):
    assert push(api, unit=company.eastmere.pk).status_code in (409, 422)
    assert not DiscoveryRun.objects.exists()


def test_a_key_makes_a_repeated_push_one_run(api):
    headers = {"Idempotency-Key": "push-1"}
    answers = [
        api.post(RUNS, {"file": SimpleUploadedFile("plant.xml", make_scan()), "source": "n"}, format="multipart", headers=headers)
        for _ in range(2)
    ]

    assert [one.status_code for one in answers] == [201, 201]
    assert DiscoveryRun.objects.count() == 1


def test_ignoring_needs_a_reason(api, company):
    run = make_run(unit=company.northfield)
    reading.read_waiting()
    first, second = run.proposals.order_by("pk")

    missing = api.post(f"{RUNS}{run.pk}/proposals/{first.pk}/dismissal/", {}, format="json")
    ignored = api.post(f"{RUNS}{run.pk}/proposals/{first.pk}/dismissal/", {"reason": "A rig."}, format="json")
    many = api.post(f"{RUNS}{run.pk}/dismissal/", {"proposals": [second.pk], "reason": "A rig."}, format="json")
    twice = api.post(f"{RUNS}{run.pk}/dismissal/", {"proposals": [second.pk], "reason": "A rig."}, format="json")

    assert [one.status_code for one in (missing, ignored, many, twice)] == [422, 200, 200, 409]
    assert ignored.json()["reason"] == "A rig."


def test_a_conflict_is_told_which_asset_it_is(api, company):
    one = make_asset("One", unit=company.northfield, mac_address="00:1b:1b:9f:20:01")
    make_asset("Other", unit=company.northfield, fqdn="plc-a1.northfield.verrow.example")
    run = make_run(unit=company.northfield)
    reading.read_waiting()
    conflict = run.proposals.get(kind=Proposal.Kind.CONFLICT)
    address = f"{RUNS}{run.pk}/proposals/{conflict.pk}/acceptance/"

    undecided = api.post(address, {}, format="json")
    decided = api.post(address, {"asset": one.number}, format="json")

    assert (undecided.status_code, undecided.json()["code"]) == (409, "undecided")
    assert (decided.status_code, decided.json()["asset"]) == (200, one.pk)


def test_runs_of_other_units_are_missing(api, company):
    run = make_run(unit=company.eastmere)

    for address in (f"{RUNS}{run.pk}/", f"{RUNS}{run.pk}/proposals/"):
        assert api.get(address).status_code == 404
    assert api.get(RUNS).json()["results"] == []


def test_proposals_are_narrowed(api, company):
    run = make_run(unit=company.northfield)
    reading.read_waiting()

    assert len(api.get(f"{RUNS}{run.pk}/proposals/?kind=NEW&state=OPEN").json()["results"]) == 2
    assert api.get(f"{RUNS}{run.pk}/proposals/?kind=CONFLICT").json()["results"] == []
    assert api.get(f"{RUNS}{run.pk}/proposals/?colour=red").status_code == 422
