"""A discovery file in parts: whatever is cut, sent twice or left lying, nothing is lost and nothing is there twice."""

import gzip
import hashlib
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from assets.discovery import intake, parts, pushes, reading
from assets.errors import DiscoveryTooLarge
from assets.models import DiscoveryPart, DiscoveryPush, DiscoveryRun
from portal import clock
from tests.factories.assets import make_scan

PUSHES = "/api/v1/discovery-pushes/"
SCAN = gzip.compress(make_scan(), mtime=0)
SIZE = 100
PARTS = {place // SIZE + 1: SCAN[place : place + SIZE] for place in range(0, len(SCAN), SIZE)}


@pytest.fixture
def api(person, company):
    client = APIClient()
    client.user = person("INTEGRATION", unit=company.northfield)
    client.force_authenticate(client.user)
    return client


def digest(content):
    return hashlib.sha256(content).hexdigest()


def begin(api, **told):
    answer = api.post(PUSHES, {"source": "nmap-northfield"} | told, format="json")
    assert answer.status_code == 201, answer.json()
    return answer["Location"]


def send(api, here, number, content, sha256=""):
    told = {"number": number, "sha256": sha256 or digest(content), "part": SimpleUploadedFile("part", content)}
    return api.post(f"{here}parts/", told, format="multipart")


def finish(api, here, **told):
    return api.post(f"{here}finish/", {"part_count": len(PARTS), "sha256": digest(SCAN)} | told, format="json")


def test_parts_in_any_order_and_sent_again_become_one_run(api, company):
    here = begin(api, file_name="plant.xml.gz")
    last = max(PARTS)
    sent = [send(api, here, number, PARTS[number]).status_code for number in (last, 1, 1)]
    missing = finish(api, here)
    assert (sent, missing.status_code, missing.json()["code"]) == ([201, 201, 200], 409, "parts-missing")
    assert "2, 3" in missing.json()["detail"] and not DiscoveryRun.objects.exists()

    known = {row["number"] for row in api.get(f"{here}parts/").json()}  # the connection was cut: what is here?
    for number in PARTS.keys() - known:
        assert send(api, here, number, PARTS[number]).status_code == 201
    whole = parts.Parts(DiscoveryPush.objects.get(), [len(PARTS[number]) for number in sorted(PARTS)])
    assert b"".join(iter(lambda: whole.read(7), b"")) == SCAN  # however little is read at once
    done, again = finish(api, here), finish(api, here)

    assert (done.status_code, again.status_code, again.json()["id"]) == (201, 200, done.json()["id"])
    assert done["Location"] == f"/api/v1/discovery-runs/{done.json()['id']}/"
    assert (DiscoveryRun.objects.count(), DiscoveryPart.objects.count()) == (1, 0)
    row = api.get(here).json()
    assert (row["state"], row["run"], row["expires_at"], row["received_count"]) == ("FINISHED", done.json()["id"], None, 0)
    assert send(api, here, 1, PARTS[1]).json()["code"] == "push-ended"
    reading.read_waiting()
    whole = intake.take_in(io.BytesIO(SCAN), "nmap-northfield", actor=None, unit=company.northfield)
    assert (whole.state, api.get(done["Location"]).json()["observation_count"]) == ("UNCHANGED", 2)


def test_what_does_not_fit_is_refused_and_changes_nothing(api, person, monkeypatch):
    here = begin(api)
    send(api, here, 1, b"one")
    for number, content, sha256, status, field in (
        (1, b"other", "", 409, None),
        (2, b"two", digest(b"three"), 422, "sha256"),
        (2, b"two", "abc", 422, "sha256"),
        (2, b"", "", 422, "part"),
        (0, b"two", "", 422, "number"),
    ):
        answer = send(api, here, number, content, sha256)
        assert answer.status_code == status, answer.json()
        assert field is None or list(answer.json()["fields"]) == [field]
    assert finish(api, here, part_count=1).json()["fields"].keys() == {"sha256"}
    assert finish(api, here, part_count=1, sha256=digest(b"one")).json()["code"] == "unknown-format"  # read, and no scan
    send(api, here, 2, b"two")
    assert finish(api, here, part_count=1, sha256=digest(b"one")).status_code == 409  # there are more than that
    monkeypatch.setattr(pushes, "PART_LIMIT", 2)
    assert list(send(api, here, 3, b"long").json()["fields"]) == ["part"]
    monkeypatch.undo()
    monkeypatch.setattr("django.conf.settings.PUSH_UPLOAD_LIMIT", 8)
    with pytest.raises(DiscoveryTooLarge):
        pushes.put(DiscoveryPush.objects.get(), 3, digest(b"three"), b"three", actor=api.user)

    assert DiscoveryPart.objects.count() == 2 and not DiscoveryRun.objects.exists()
    api.force_authenticate(person("ENGINEER"))
    assert (send(api, here, 3, b"x").status_code, api.get(here).status_code) == (404, 404)
    for wrong, name in (({"networks": ["here"]}, "networks"), ({"headings": ["x = y"]}, "headings")):
        assert list(api.post(PUSHES, wrong, format="json").json()["fields"]) == [name]
    assert api.post(f"{here}finish/", {}, format="json").status_code == 404


def test_a_push_is_abandoned_a_day_after_its_last_part(api, monkeypatch):
    here = begin(api)
    with clock.stopped(clock.now() + timedelta(hours=20)):
        send(api, here, 1, PARTS[1])
    with clock.stopped(clock.now() + timedelta(hours=43)):
        assert parts.expire() == 0
    with clock.stopped(clock.now() + timedelta(hours=45)):
        assert (parts.expire(), parts.expire()) == (1, 0)

    assert (api.get(here).json()["state"], DiscoveryPart.objects.count()) == ("ABANDONED", 0)
    for answer in (send(api, here, 2, PARTS[2]), finish(api, here)):
        assert (answer.status_code, answer.json()["code"]) == (409, "push-ended")
    monkeypatch.setattr(pushes, "MOST_OPEN", 1)
    begin(api)
    assert api.post(PUSHES, {}, format="json").json()["code"] == "too-many-pushes"
