"""What went out: the files of a released pack, told from any other, and unchanged a quarter later."""

import io
from datetime import timedelta

import openpyxl
import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from pptx import Presentation

from governance.board import tasks
from governance.board.models import PackFile
from governance.board.output import document, making, pdf
from portal import clock
from risks import recompute, stale
from tests.factories.board import make_pack, make_released, read
from tests.factories.portal import make_person
from tests.factories.risks import make_levels, make_loss, make_risk

pytestmark = pytest.mark.django_db


def tags_of(book):
    """Every tag of the structure, and the alternative texts."""
    found, alternatives, waiting = [], [], [book.Root.StructTreeRoot]
    while waiting:
        one = waiting.pop()
        if isinstance(one, pikepdf.Array):
            waiting += list(one)
        elif isinstance(one, pikepdf.Dictionary):
            found += [str(one.S)] if "/S" in one else []
            alternatives += [str(one.Alt)] if "/Alt" in one else []
            waiting += [one.K] if "/K" in one else []
    return found, alternatives


def test_the_files_of_a_released_pack_are_made_once_and_told_from_any_other(as_person, company):
    seats = make_person("CIO", company=company, name="Marta"), make_person("CISO", company=company, name="Idris")
    risk = make_risk(unit=company.northfield, title="Press stops")
    make_loss(risk, actor=seats[0])
    stale.mark_risks([make_levels(risk).risk_id], "risk.logged")
    while recompute.refresh_batch():
        pass
    pack = make_released(unit=company.root, seats=seats, template="QUARTER")
    make_pack(unit=company.root, by=seats[0])

    tasks.make_pack_files()

    assert making.make_missing() == 0
    paper, slides, sheet = PackFile.objects.order_by("format")
    assert [one.name for one in (paper, slides, sheet)] == [f"{pack.number}.{kind}" for kind in ("pdf", "pptx", "xlsx")]
    book = pikepdf.open(io.BytesIO(paper.content))
    assert (str(book.Root.Lang), bool(book.Root.MarkInfo.Marked)) == ("en", True)
    with book.open_metadata() as told:
        assert (told["dc:title"], told["pdfuaid:part"]) == (f"{pack.number} {pack.title}", "1")
    tags, alternatives = tags_of(book)
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure"} <= set(tags)
    assert alternatives == ["Curve of how likely a year costs more than a sum: Now, After plan (residual)."]
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True) for cell in row]
    assert {"Press stops", "Idris", pack.digest} <= set(cells)
    deck = Presentation(io.BytesIO(slides.content))
    assert [one.shapes.title.text for one in deck.slides][:3] == [pack.title, "In short", "Where we stand"]
    assert len(deck.slides) == 2 + len(pack.blocks.all())

    later = clock.now() + timedelta(days=92)
    make_risk(unit=company.northfield, title="Later")
    with clock.stopped(later):
        assert pdf.write(document.of(read(pack))) == bytes(paper.content)
    for statement in ("UPDATE board_packfile SET content = ''", "DELETE FROM board_packfile"):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(statement)

    member = as_person(make_person("BOARD", company=company))
    here = reverse("board:pack-verify")
    fetched = member.get(reverse("board:pack-file", args=[pack.pk, "pdf"]))
    assert (fetched.content, fetched["Content-Type"]) == (bytes(paper.content), "application/pdf")
    assert member.get(reverse("board:pack-file", args=[pack.pk, "doc"])).status_code == 404
    for content, answer in ((fetched.content, "Yes, this is"), (fetched.content[:-1] + b"x", "No, this is not")):
        assert answer in member.post(here, {"file": SimpleUploadedFile("p.pdf", content)}).text
    assert "Yes, this is" in member.post(here, {"sha256": paper.sha256.upper()}).text
    assert member.post(here, {}).status_code == member.post(here, {"sha256": "x"}).status_code == 422
    assert "No, this is not" in as_person(make_person("COLLEAGUE", company=company)).post(here, {"sha256": paper.sha256}).text
    told = member.get("/api/v1/board-pack-files/", {"sha256": paper.sha256}).json()["results"]
    assert [(one["pack"], one["format"]) for one in told] == [(pack.pk, "PDF")]
    assert member.get("/api/v1/board-pack-files/", {"sha256": "0" * 64}).json()["results"] == []
    assert member.get(f"/api/v1/board-pack-files/{told[0]['id']}/content/").content == fetched.content
