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

from governance.board import pack_strip, pack_words, tasks
from governance.board.models import BoardPack, PackFile
from governance.board.output import document, making, pdf, pictures, pptx, xlsx
from governance.compliance import practice_book, profiles, ratings
from governance.compliance.heat_strip import Column, Group, Practised, add_up
from portal import clock
from risks import recompute, stale
from tests.factories.board import make_pack, make_released, read
from tests.factories.compliance import make_framework
from tests.factories.portal import make_person
from tests.factories.response import make_incident
from tests.factories.risks import make_levels, make_loss, make_risk

pytestmark = pytest.mark.django_db
PARTS = [Column("GV.OC", "What surrounds us", "/", add_up([Practised(2, 4)])), Column("GV.RM", "GV.RM", "/", add_up([]))]
GOVERN = Group("GV", "Govern", "/", PARTS, add_up([Practised(2, 4)]))


def test_the_strip_of_a_pack_says_in_words_and_rows_what_it_draws():
    again = pack_strip.groups({"strip": pack_strip.keep([GOVERN])})

    assert [(one.identifier, one.sum) for one in (*again, *again[0].columns)] == [
        (one.identifier, one.sum) for one in (GOVERN, *PARTS)
    ]
    assert not any(one.url for one in (*again, *again[0].columns))  # what was signed leads nowhere
    assert pack_strip.twin(again) == [
        ["GV Govern", "2.0", "4.0", "1", "0"],
        ["GV.OC What surrounds us", "2.0", "4.0", "1", "0"],
        ["GV.RM", "–", "–", "0", "0"],
    ]
    drawn = pictures.strip(again)
    assert drawn["alt"] == ("Strip of practice by part, now against target: Govern 2.0 of 4.0. Below its target stands GV.OC.")
    assert pictures.strip([*again, *again])["heads"] == [0, 3]
    assert drawn["svg"].count("<rect") == 4 and drawn["svg"].count("<path") == 1 and 'fill="#4c4841"' in drawn["svg"]
    assert pack_strip.groups({}) == []


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


def test_a_slide_holds_its_strip_however_much_is_said_above_it():
    strip = pictures.strip([GOVERN])
    columns, rows = [{"label": str(n), "is_number": n > 0} for n in range(5)], [["GV Govern", "2.0", "4.0", "1", "0"]]
    empty = {"sentence": "", "figures": [], "more": "", "heat": None, "curve": None, "is_stale": False}
    said = {"strip": strip, "columns": columns, "rows": rows, **empty}
    words = [{"text": "So it is.", "who": "Marta", "part": "words"}]
    blocks = [said | {"heading": "How well", "said": words * count} for count in (1, 20)]
    told = {"number": "BP-1", "title": "Quarter", "organisation": "", "moment": "", "released": "", "draft": "", "as_of": ""}
    fixed = {"strip": "Line: target.", "signed_off": "", "notice": "", "digest": ""}

    deck = Presentation(io.BytesIO(pptx.write(told | {"digest": "", "blocks": blocks, "signatures": [], "words": fixed})))

    slides = [list(deck.slides[place].shapes) for place in (1, 2)]
    assert all(shape.top + shape.height <= deck.slide_height for shapes in slides for shape in shapes)
    assert [[shape.has_table for shape in shapes].count(True) for shapes in slides] == [1, 0]
    assert all("GV.OC What surrounds us  2.0" in deck.slides[n].notes_slide.notes_text_frame.text for n in (1, 2))


def test_the_files_of_a_released_pack_are_made_once_and_told_from_any_other(as_person, company, monkeypatch):
    seats = make_person("CIO", company=company, name="Marta"), make_person("CISO", company=company, name="Idris")
    risk = make_risk(unit=company.northfield, title="Press stops")
    make_loss(risk, actor=seats[0])
    stale.mark_risks([make_levels(risk).risk_id], "risk.logged")
    while recompute.refresh_batch():
        pass
    profile = profiles.open_one(make_framework(1, 2), company.root, actor=seats[0])
    monkeypatch.setattr(practice_book, "CSF", profile.framework.key)
    for practice, level in zip(profile.practices.order_by("pk"), (1, 3), strict=True):
        aimed = profiles.aim(practice, actor=seats[1], version=None, owner="IT", target_level=3, note="")
        ratings.rate(aimed, "IT", level, actor=seats[0])
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
    strip = "Strip of practice by part, now against target: hr 2.0 of 3.0. Below its target stands hr."
    assert sorted(alternatives) == ["Curve of how likely a year costs more than a sum: Now, After plan (residual).", strip]
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True) for cell in row]
    assert {"Press stops", "Idris", pack.digest, "hr House"} <= set(cells)
    deck = Presentation(io.BytesIO(slides.content))
    assert [one.shapes.title.text for one in deck.slides][:3] == [pack.title, "In short", "Where we stand"]
    assert len(deck.slides) == 2 + len(pack.blocks.all())
    assert [one.name for one in deck.slides for one in one.shapes if one._element.xpath(f".//*[@descr='{strip}']")]
    ratings.rate(aimed, "IT", 4, actor=seats[0], reason="Seen since")  # what was signed is shown as it was then
    page = as_person(seats[1]).get(reverse("board:pack", args=[pack.pk])).text
    assert page.count('class="chart heatstrip"') == 2 and "hr House: practised at 2.0, target 3.0" in page

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


def test_every_template_makes_all_three_files_and_prints_a_dispute_in_each(company):
    cio, ciso = make_person("CIO", company=company, name="Marta"), make_person("CISO", company=company, name="Idris")
    incident = make_incident(unit=company.northfield, actor=cio)
    for template in BoardPack.Template.values:
        pack = make_pack(unit=company.root, by=cio, template=template, incident=incident if template == "INCIDENT" else None)
        disputed = pack.blocks.exclude(kind="NARRATIVE").first()
        pack_words.dispute(disputed, "Rated before the visit.", actor=ciso)
        pack_words.print_dispute(disputed, actor=cio)
        said = document.of(read(pack))

        paper = pikepdf.open(io.BytesIO(pdf.write(said)))
        deck = Presentation(io.BytesIO(pptx.write(said)))
        sheet = openpyxl.load_workbook(io.BytesIO(xlsx.write(said))).active

        tags, _alternatives = tags_of(paper)
        assert tags.count("/H2") >= len(said["blocks"]) and "not released" in said["draft"].lower(), template
        shown = [shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame]
        cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
        for told in (shown, cells):
            assert any("Rated before the visit." in one for one in told), template
            assert any("Idris, CISO disputes this number" in one for one in told), template
