"""Files beside a subject: what they are by their own bytes, who may fetch and archive them."""

import io
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.archive import attachments
from portal.people import organisations
from portal.record.models import AuditEntry, StoredFile
from portal.talk import attaching, sniffing
from portal.talk.errors import ArchivedYet, BelongsElsewhere, NotKept, NotYourFile, TooManyFiles
from risks import evidence
from tests.factories.risks import make_control, make_risk
from tests.factories.talk import make_place
from tests.portal.talk.test_comments import asked

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"


def packed(*members, first=""):
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        if first:
            archive.writestr("mimetype", first)
        for name in members:
            archive.writestr(name, "x")
    return into.getvalue()


WORD, SHEET = packed("[Content_Types].xml", "word/document.xml"), packed("xl/workbook.xml")
ODT = "application/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(
    ("content", "name", "content_type", "fits"),
    [
        (PDF, "plan.pdf", "application/pdf", True),
        (PDF, "plan.docx", "application/pdf", False),
        (WORD, "plan.docx", sniffing._INSIDE[0][1], True),
        (SHEET, "plan.DOCX", sniffing._INSIDE[1][1], False),
        (packed("content.xml", first=ODT), "plan.odt", ODT, True),
        (packed("a.txt"), "all.zip", "application/zip", True),
        (b"PK\x03\x04 cut short", "all.zip", sniffing.UNKNOWN, False),
        (b"\x89PNG\r\n\x1a\n....", "shot.png", "image/png", True),
        (b"RIFF\x00\x00\x00\x00WEBP", "shot.webp", "image/webp", True),
        (b"<html><script>alert(1)</script>", "note.txt", "text/html", False),
        (b"<html><script>alert(1)</script>", "page.html", "text/html", True),
        (b'<?xml version="1.0"?><svg onload="x()">', "mark.svg", "image/svg+xml", True),
        ("Größe;Wert\r\n".encode() * 2000, "values.csv", "text/plain", True),
        ("é".encode() * 4096 + b"x", "long.txt", "text/plain", True),
        (b"\xef\xbb\xbf" + b'{"a": 1}', "a.json", "application/json", True),
        (b"text\x00with a hole", "log.txt", sniffing.UNKNOWN, False),
        (b"MZ\x90\x00", "holiday.pdf", sniffing.PROGRAM, False),
        (b"#!/bin/sh\n", "run", sniffing.PROGRAM, True),
        (b"\x7fELF\x02", "tool", sniffing.PROGRAM, True),
        (b"\x01\x02\x03", "dump.bin", sniffing.UNKNOWN, True),
    ],
)
def test_a_file_is_what_its_bytes_say(content, name, content_type, fits):
    assert sniffing.sniff(io.BytesIO(content), name) == sniffing.Sniffed(content_type, fits)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.pdf", "b.docx", "c", "d.txt", ".zip"]))
def test_no_bytes_make_it_stumble_and_the_stream_is_left_at_its_start(content, name):
    for start in (b"", b"PK\x03\x04", b"%PDF-"):
        stream = io.BytesIO(start + content)

        assert sniffing.sniff(stream, name).content_type.count("/") == 1
        assert stream.read() == start + content


@pytest.fixture
def risk(company):
    return make_risk(unit=company.northfield)


def sent(content=PDF, name="plan.pdf"):
    return SimpleUploadedFile(name, content, "text/html")


def test_a_file_lies_beside_its_subject_until_it_is_archived_and_can_still_be_fetched(person, company, risk, monkeypatch):
    analyst, engineer = (person(role, unit=company.northfield) for role in ("ANALYST", "ENGINEER"))
    place = make_place(risk)
    file = attaching.attach(place, sent(), "../../etc/Plan.pdf", actor=analyst)

    assert (file.name, file.content_type, file.size) == ("Plan.pdf", "application/pdf", len(PDF))
    with pytest.raises(NotYourFile):
        attaching.archive(file, place, actor=engineer)
    attaching.archive(file, place, actor=person("CIO"))
    with pytest.raises(ArchivedYet):
        attaching.archive(file, place, actor=analyst)

    assert [one.archived_at is not None for one in attachments.of("risk", risk.pk)] == [True]
    assert b"".join(asked(engineer).get(f"/archive/files/{file.pk}/").streaming_content) == PDF
    told = [(entry.verb, entry.params["file"]) for entry in AuditEntry.objects.filter(kind="risk").order_by("pk")]
    assert told == [("file.attached", str(file.pk)), ("file.archived", str(file.pk))]
    monkeypatch.setattr(attaching, "MOST", 1)
    attaching.attach(place, sent(), "two.pdf", actor=analyst)
    with pytest.raises(TooManyFiles):
        attaching.attach(place, sent(), "three.pdf", actor=analyst)


def test_what_is_kept_as_evidence_is_not_archived_here(person, company):
    analyst = person("ANALYST", unit=company.northfield)
    control = make_control(unit=company.northfield, actor=analyst)
    said = evidence.Described("Rules reviewed", organisations.today(), date(2099, 1, 1))
    file = evidence.add_file(control, sent(), "proof.pdf", said, actor=analyst).file

    with pytest.raises(BelongsElsewhere):
        attaching.archive(file, make_place(control), actor=analyst)


@pytest.mark.parametrize(("content", "name"), [(b"", "empty.pdf"), (b"MZ\x90", "tool.exe"), (b"plain", "plan.pdf")])
def test_nothing_is_stored_of_what_is_not_kept(person, risk, content, name):
    with pytest.raises(NotKept):
        attaching.attach(make_place(risk), io.BytesIO(content), name, actor=person("CIO"))

    assert not StoredFile.objects.exists()


def test_the_page_and_the_api_add_list_fetch_and_archive(person, company, risk, settings):
    client, strange = asked(person("ANALYST", unit=company.northfield)), asked(person("ENGINEER", unit=company.eastmere))
    about = {"kind": "risk", "subject": risk.pk}
    here = f"/about/risk/{risk.pk}/"

    page = client.post(f"{here}files/", {"file": sent()})
    wrong = client.post(f"{here}files/", {"file": sent(b"x", "x.pdf")}, HTTP_HX_REQUEST="true")
    made = client.post("/api/v1/files/", about | {"file": sent(WORD, "two.docx")})
    first, second = client.get("/api/v1/files/", about).json()["results"]
    fetched = client.get(f"/api/v1/files/{second['id']}/content/")
    archived = client.post(f"/api/v1/files/{second['id']}/archiving/")
    by_page = client.post(f"/about/files/{first['id']}/archiving/")
    settings.ATTACHMENT_LIMIT = 10
    large = client.post("/api/v1/files/", about | {"file": sent()})

    assert (page.status_code, wrong.status_code, made.status_code, large.status_code) == (302, 422, 201, 422)
    assert "something else than its name says" in wrong.text and first["sha256"] in wrong.text
    assert b"".join(fetched.streaming_content) == WORD
    assert fetched["Content-Disposition"] == 'attachment; filename="two.docx"' and fetched["X-Content-Type-Options"] == "nosniff"
    assert archived.json()["archived_at"] and by_page.status_code == 302
    assert "2 archived files" in client.get(here).text
    assert [strange.get(f"/api/v1/files/{second['id']}/{end}").status_code for end in ("", "content/")] == [404, 404]
    assert strange.post("/api/v1/files/", about | {"file": sent()}).status_code == 404
    assert strange.post(f"{here}files/", {"file": sent()}).status_code == 404
