"""Questions to a released pack: the board asks on a block, CIO and CISO answer in the same words, which both sign."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.board import pack_words, packs
from governance.board.models import AnswerWords, PackBlock, PackQuestion
from governance.board.pack_errors import NoAnswerYet, NotReleased, QuestionAnswered
from portal import clock
from portal.errors import Invalid
from portal.people import announcements, appointments
from portal.record import audit
from portal.signing import signatures

ASKED, REWORDED, ANSWERED = "question.asked", "question.answer_written", "question.answered"
LONGEST_QUESTION, LONGEST_ANSWER = 1000, 4000


@transaction.atomic
def ask(block: PackBlock, text: str, *, actor: Any) -> PackQuestion:
    """Ask what a block means; both seats hear of it. Raises NotReleased, Invalid."""
    if not block.pack.is_released:
        raise NotReleased
    text = _checked(text, LONGEST_QUESTION)
    question = PackQuestion.objects.create(block=block, text=text, asked_by=actor, asked_at=clock.now())
    audit.record(actor, ASKED, question, {"pack": block.pack_id, "block": block.pk}, text=text)
    announcements.tell(question, ASKED, _both() - {actor.pk})
    return question


@transaction.atomic
def answer(question: PackQuestion, text: str, *, actor: Any) -> AnswerWords:
    """Write what both are to say. What was signed of other words holds no longer; both sign these. Raises NotFromASeat,
    QuestionAnswered, Invalid."""
    question = PackQuestion.objects.select_for_update(of=("self",), no_key=True).get(pk=question.pk)
    if question.answered_at is not None:
        raise QuestionAnswered
    office, text = pack_words.office_of(actor), _checked(text, LONGEST_ANSWER)
    row = AnswerWords.objects.create(question=question, text=text, office=office, written_by=actor, written_at=clock.now())
    question.version += 1
    question.save(update_fields=["version"])
    audit.record(actor, REWORDED, question, {"office": office}, text=text)
    signatures.ask(question, packs.SIGNERS, actor=actor)
    announcements.tell(question, REWORDED, _both() - {actor.pk})
    return row


def take_effect(question: PackQuestion, *, actor: Any) -> None:
    """Both have signed the same words; called by signing, the question is locked."""
    question.answered_at = clock.now()
    question.version += 1
    question.save(update_fields=["answered_at", "version"])
    audit.record(None, ANSWERED, question, {"answer": question.answers.latest("pk").pk})
    announcements.tell(question, ANSWERED, {question.asked_by_id} - {actor.pk})


def check_drafted(question: PackQuestion) -> None:
    """Raises QuestionAnswered, NoAnswerYet where nothing can be signed."""
    if question.answered_at is not None:
        raise QuestionAnswered
    if not question.answers.exists():
        raise NoAnswerYet


def material(question: PackQuestion) -> dict[str, Any]:
    """What both sign: the question, and the newest words with who wrote them."""
    newest = question.answer
    said = None if newest is None else {"text": newest.text, "by": newest.written_by_id, "office": newest.office}
    return {"question": question.text, "answer": said}


def _both() -> set[int]:
    """Whoever fills the two seats today (ids)."""
    return {who.person.pk for seat, who in appointments.filled().items() if seat in packs.SIGNERS}


def _checked(text: str, most: int) -> str:
    text = text.strip()
    if not text or len(text) > most:
        sentence = _("Write something, %(most)d letters at most.") % {"most": most}
        raise Invalid(_("This is not complete."), {"text": [sentence]})
    return text
