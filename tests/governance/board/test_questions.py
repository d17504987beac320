"""The board asks on a block of a released pack; CIO and CISO answer in the same words."""

from datetime import timedelta

import pytest
from django.urls import reverse

from governance.board import questions
from governance.board.models import AnswerWords, PackQuestion
from governance.board.pack_errors import NoAnswerYet, NotFromASeat, NotReleased, QuestionAnswered
from portal import clock
from portal.attention.models import Reminder
from portal.errors import Invalid
from portal.people.models import User
from portal.signing import signatures
from portal.signing.errors import FactorTooOld
from tests.factories.board import block, make_pack, make_released
from tests.factories.portal import freshen, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def seats(company):
    return make_person("CIO", company=company, name="Marta"), make_person("CISO", company=company, name="Idris")


@pytest.fixture
def member(company):
    return make_person("BOARD", company=company, name="Catherine")


def sign(question, person, **said):
    given = {"factor_at": clock.now()} | said
    return signatures.sign(question, actor=User.objects.get(pk=person.pk), **given)


def told(person):
    return list(Reminder.objects.filter(recipient=person, subject_kind="board-question").values_list("kind", flat=True))


def test_both_answer_in_the_same_words_and_the_asker_hears_of_it(company, seats, member):
    cio, ciso = seats
    with pytest.raises(NotReleased):
        questions.ask(block(make_pack(unit=company.root, by=cio), "heat_map"), "Why?", actor=member)
    heat = block(make_released(unit=company.root, seats=seats), "heat_map")
    with pytest.raises(Invalid):
        questions.ask(heat, " ", actor=member)

    question = questions.ask(heat, "Why is so much in the corner?", actor=member)
    with pytest.raises(NoAnswerYet):
        questions.check_drafted(question)
    with pytest.raises(NotFromASeat):
        questions.answer(question, "Because.", actor=member)
    questions.answer(question, "Because the plants are old.", actor=cio)
    sign(question, cio)
    questions.answer(question, "Because the plants are old and connected.", actor=ciso)

    assert not signatures.standing(PackQuestion.objects.get()).is_signed  # what the CIO signed said something else
    with pytest.raises(FactorTooOld):
        sign(question, ciso, factor_at=clock.now() - timedelta(hours=1))
    sign(question, ciso)
    assert PackQuestion.objects.get().answered_at is None
    sign(question, cio)
    question = PackQuestion.objects.whole().get()
    assert question.answered_at is not None
    assert [(one.office, one.written_by) for one in question.answers.all()] == [("CISO", ciso), ("CIO", cio)]
    assert told(member) == ["question.answered.news"]
    assert {"question.asked.news", "question.answer_written.news"} <= set(told(cio)) & set(told(ciso))
    with pytest.raises(QuestionAnswered):
        questions.answer(question, "No.", actor=cio)


def test_a_question_goes_through_pages_and_api(as_person, company, seats, member):
    pack = make_released(unit=company.root, seats=seats, template="QUARTER")
    about, board = block(pack, "position"), as_person(member)
    here = reverse("board:pack-block-questions", args=[about.pk])
    assert "Ask about this" in board.get(reverse("board:pack", args=[pack.pk])).text
    assert board.post(here, {"text": ""}).status_code == 422
    assert board.post(here, {"text": "Is this getting worse?"}).status_code == 302
    sent = board.post("/api/v1/board-questions/", {"block": about.pk, "text": "Since when?"}, content_type="application/json")
    assert sent.status_code == 201, sent.json()
    question, other = PackQuestion.objects.order_by("pk")
    page = reverse("board:question", args=[question.pk])
    assert board.post(page, {"text": "I say so"}).status_code == 302 and not AnswerWords.objects.exists()

    clients = [as_person(one) for one in seats]
    assert clients[0].post(page, {"text": "No, it was counted anew."}).status_code == 302
    done = clients[1].post(f"/api/v1/board-questions/{other.pk}/answer/", {"text": "July."}, content_type="application/json")
    assert (done.status_code, done.json()["answers"][0]["office"]) == (200, "CISO")
    for client, person in zip(clients, seats, strict=True):
        freshen(client, person)
        digest = signatures.standing(PackQuestion.objects.get(pk=question.pk)).digest
        client.post(reverse("signing:signature", args=["board-question", question.pk]), {"digest": digest})

    shown = board.get(reverse("board:pack", args=[pack.pk])).text
    assert "No, it was counted anew." in shown and "written by Marta" in shown and "July." not in shown
    assert "Answered by both" in board.get(page).text
    found = board.get("/api/v1/board-questions/", {"pack": pack.pk, "is_answered": "true"}).json()["results"]
    assert [one["id"] for one in found] == [question.pk]
    inbox = board.get(reverse("attention:inbox")).text
    assert "Both offices have answered your question." in inbox
