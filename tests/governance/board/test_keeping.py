"""Ten years after it was closed a pack loses its words and its files; it stays released, and a file of it is still known."""

import hashlib
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from governance.board import pack_words, packs, questions
from governance.board.models import AnswerWords, BlockWords, BoardPack, PackFile, PackQuestion
from portal import clock
from portal.archive import holds, redactions, retention
from portal.archive.models import Disposal, Redaction
from portal.people import organisations
from portal.people.models import User
from portal.record import redacting, sealing, verification
from portal.record.models import EntryText
from portal.signing import signatures
from portal.signing.models import SignedContent
from portal.web import shown
from tests.factories.board import make_pack, sign
from tests.factories.portal import make_person

pytestmark = pytest.mark.django_db

MARK, NAME = redacting.MARK, "Brandt"
YEARS = timedelta(days=366)
PAPER = b"%PDF of what went out"


def lines():
    found = {line.period.key: (line.going, line.held) for line in retention.preview()}
    return found["board-pack"], found["board-question"]


@pytest.fixture
def told(company):
    """One released with a file, a question and its answer; one taken back; one still a draft."""
    seats = make_person("CIO", company=company, name="Marta"), make_person("CISO", company=company, name="Idris")
    member = make_person("BOARD", company=company)
    pack = make_pack(unit=company.root, by=seats[0])
    pack_words.write(pack.blocks.get(source="summary"), f"{NAME} was thanked", actor=seats[0])
    pack = sign(packs.freeze(pack, actor=seats[0]), *seats)
    PackFile.objects.create(
        pack=pack, format="PDF", content=PAPER, size=len(PAPER), sha256=hashlib.sha256(PAPER).hexdigest(), made_at=clock.now()
    )
    asked = questions.ask(pack.blocks.first(), f"Who is {NAME}?", actor=member)
    questions.answer(asked, f"{NAME} keeps the log", actor=seats[0])
    for seat in seats:
        signatures.sign(asked, actor=User.objects.get(pk=seat.pk), factor_at=clock.now())
    taken_back = make_pack(unit=company.root, by=seats[0])
    pack_words.write(taken_back.blocks.get(source="summary"), NAME, actor=seats[0])
    packs.withdraw(taken_back, actor=seats[0])
    draft = make_pack(unit=company.root, by=seats[0])
    sealing.seal_all()
    return SimpleNamespace(pack=pack, asked=asked, draft=draft, seats=seats, member=member)


def test_its_words_and_files_go_and_a_copy_is_still_known(told, as_person):
    pack, now = told.pack, clock.now()
    assert signatures.standing(pack).is_signed  # the newest words, which it shows
    file = reverse("board:pack-file", args=[pack.pk, "pdf"])
    offered = redactions.beside_of("board-pack", pack.pk)
    assert {one.name for one in offered} == {"blocks.written", "signatures.reason"}  # no file before its time
    with clock.stopped(now + 9 * YEARS):
        assert lines() == ((0, 0), (0, 0))
        assert as_person(told.member).get(file).content == PAPER

    with clock.stopped(now + 10 * YEARS):
        assert lines() == ((2, 0), (1, 0))
        done = retention.dispose(actor=None)
        went = shown.date_long(organisations.today())
        assert (done.removed["board-pack"], done.removed["board-question"], lines()) == (2, 1, ((0, 0), (0, 0)))
    sealing.seal_all()

    said = [BlockWords, AnswerWords, PackQuestion, PackQuestion.pgh_event_model, EntryText, SignedContent]
    assert {one.__name__ for one in said for row in one.objects.values() if NAME in str(row)} == set()
    assert bytes(PackFile.objects.get().content) == b""
    pack = BoardPack.objects.get(pk=pack.pk)
    assert (pack.state, pack.digest, pack.numbers_id) == ("RELEASED", told.pack.digest, told.pack.numbers_id)
    assert {slot.signature.signed_by for slot in signatures.standing(pack).slots} == set(told.seats)
    assert signatures.standing(pack).is_signed and signatures.standing(PackQuestion.objects.get()).is_signed
    assert SignedContent.objects.filter(pk=pack.digest).exists()
    assert BlockWords.objects.filter(block__pack=told.draft.pk, text=MARK).count() == 0
    assert verification.verify().findings == []
    assert set(Redaction.objects.filter(by_retention=True).values_list("subject_kind", flat=True)) == {
        "board-pack",
        "board-question",
    }

    member = as_person(told.member)
    verified = member.post(reverse("board:pack-verify"), {"file": SimpleUploadedFile("old.pdf", PAPER)}).text
    assert "Yes, this is the signed-off one" in verified and "own copy was disposed of on" in verified
    gone = member.get(file)
    assert (gone.status_code, f"disposed of on {went}" in gone.text) == (409, True)
    page = member.get(reverse("board:pack", args=[pack.pk])).text
    assert "each is still known by its hash" in page and MARK in page and f'href="{file}"' not in page
    row = member.get("/api/v1/board-pack-files/", {"sha256": hashlib.sha256(PAPER).hexdigest()}).json()["results"][0]
    assert row["disposed_at"] and member.get(f"/api/v1/board-pack-files/{row['id']}/content/").json()["code"] == "file-disposed"


def test_a_legal_hold_keeps_words_and_files_and_nobody_else_takes_them(told):
    people = [("user", told.member.pk), ("user", told.seats[1].pk)]
    covered = [
        ({"about": [("board-pack", told.pack.pk)]}, (1, 1)),
        ({"about": [("board-question", told.asked.pk)]}, (1, 1)),
        ({"about": people[:1]}, (0, 1)),
        ({"about": people[1:]}, (1, 1)),
        ({"kinds": ["board-pack"]}, (2, 0)),
        ({}, (2, 1)),
    ]
    with clock.stopped(clock.now() + 10 * YEARS):
        for asked, (packs_held, questions_held) in covered:
            hold = holds.place("Claim", actor=told.seats[0], reason="A letter", **asked)
            assert lines() == ((2 - packs_held, packs_held), (1 - questions_held, questions_held)), asked
            holds.lift(hold, actor=told.seats[0], reason="Over")
        holds.place("Claim", actor=told.seats[0], reason="A letter", about=[("board-pack", told.pack.pk)])
        assert retention.dispose(actor=None).held["board-pack"] == 1
    assert bytes(PackFile.objects.get().content) == PAPER and Disposal.objects.count() == 1
    with pytest.raises(PermissionDenied):
        redactions.by_retention("board-pack", told.pack.pk, actor=told.member)
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("UPDATE board_packfile SET content = ''")
