import io
from uuid import uuid4

import pytest
from django.test import Client

from portal.record import files
from tests.factories.assets import make_run
from tests.factories.risks import make_risk
from tests.house.world import BACKEND

PAGE = b"<script>alert(1)</script>"


@pytest.fixture
def hung(company):
    """A file that would be a page, on a confidential risk."""
    risk = make_risk(unit=company.northfield, is_confidential=True)
    file = files.store(io.BytesIO(PAGE), "Übersicht.html", "text/html", actor=None, limit=100)
    files.hang_on(file, "risk", risk.pk)
    return file


def asked(user, key):
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client.get(f"/archive/files/{key}/")


def test_a_file_is_an_attachment_that_no_browser_opens(person, hung):
    answer = asked(person("CIO"), hung.pk)

    assert b"".join(answer.streaming_content) == PAGE
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%C3%9Cbersicht.html"
    assert answer["Content-Length"] == str(len(PAGE))
    assert "no-store" in answer["Cache-Control"]
    assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_whoever_may_not_open_the_subject_may_not_fetch_its_file(person, hung):
    for role in ("ANALYST", "AUDITOR", "ADMIN"):
        assert asked(person(role), hung.pk).status_code == 404


def test_a_file_on_nothing_and_no_file_are_not_there(person):
    loose = files.store(io.BytesIO(b"x"), "loose.txt", actor=None, limit=100)

    cio = person("CIO")
    assert [asked(cio, key).status_code for key in (loose.pk, uuid4())] == [404, 404]


def test_the_file_of_a_discovery_run_hangs_on_the_run(person, company):
    run = make_run(unit=company.northfield)

    assert asked(person("ENGINEER", unit=company.northfield), run.file_id).status_code == 200
    assert asked(person("ENGINEER", unit=company.eastmere), run.file_id).status_code == 404
