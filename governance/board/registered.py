"""Which kinds this room adds to the registry, and what signing, the inbox and redaction ask of them."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from governance.board import pack_blocks, packs, questions
from governance.board.models import BoardPack, PackBlock, PackQuestion
from portal import subjects
from portal.archive import changes
from portal.attention import news
from portal.record import redacting
from portal.signing import registry
from portal.workbench import searchable

WORDS = {
    "what": _("Pack"),
    "as_of": _("As of"),
    "seal": _("Seal of the record"),
    "blocks": _("Blocks"),
}


def material(pack: BoardPack) -> dict[str, Any]:
    """What a signature covers: every word and number of it, as of when, and where the sealed record stood. Of a pack read
    `whole()` no query."""
    known = pack.numbers
    return {
        "what": {
            "number": pack.number,
            "template": pack.template,
            "unit": pack.unit.pk,
            "from": pack.period_from,
            "to": pack.period_to,
        },
        "as_of": known.as_of if known else None,
        "seal": {"seq": known.seal_seq, "hash": known.seal_hash} if known else None,
        "blocks": [_said(pack, block) for block in pack.blocks.all() if block.archived_at is None],
    }


def _said(pack: BoardPack, block: PackBlock) -> dict[str, Any]:
    said = {"kind": block.kind, "source": block.source, "shows": pack_blocks.shown_by(pack, block)}
    for part in ("words", "answer", "dispute"):
        row = getattr(block, part)
        if row is not None and (part != "dispute" or block.dispute_is_printed):
            said[part] = {"text": row.text, "by": row.written_by_id, "office": row.office, "at": row.written_at}
    return said


def say(name: str, value: Any) -> str:
    """One material field as people read it before they sign."""
    if not value:
        return ""
    if name == "what":
        return f"{value['number']} {BoardPack.Template(value['template']).label}, {value['from']} – {value['to']}"
    if name == "seal":
        return f"{value['seq']} {value['hash']}"
    if name == "blocks":
        return "\n\n".join(_told(one) for one in value)
    return str(value)


def _told(block: dict[str, Any]) -> str:
    """A block in lines: its heading, what people say, what it shows."""
    shows = block["shows"]
    lines = [pack_blocks.heading(PackBlock(source=block["source"])).upper()]
    lines += [block[part]["text"] for part in ("words", "answer", "dispute") if part in block]
    lines += [shows["sentence"]] if shows.get("sentence") else []
    lines += [f"{one['label']}: {one['value']}" for one in shows.get("figures", ())]
    lines += [" · ".join(row) for row in shows.get("rows", ())]
    lines += [shows["more"]] if shows.get("more") else []
    return "\n".join(lines)


subjects.register(
    subjects.Subject(
        kind="board-pack",
        model="board.BoardPack",
        word=_("board pack"),
        plural=_("board packs"),
        resource="board-packs",
        page="board:pack",
        url=lambda pack: reverse("board:pack", args=[pack.pk]),
        label=str,
        material=material,
        related=("unit",),
        prefetch=("numbers", "blocks__written"),
    )
)
registry.register(
    registry.Signable(
        kind="board-pack",
        proposed_by=lambda pack: pack.proposed_by_id,
        unsigned=lambda: BoardPack.objects.filter(state=BoardPack.State.FROZEN),
        signed=packs.release,
        check=packs.check_frozen,
        words=WORDS,
        say=say,
    )
)
redacting.add(
    redacting.Beside(
        "board-pack",
        "blocks.written",
        _("What people wrote into it"),
        "board.BlockWords",
        "text",
        rows=lambda _kind, pk: {"block__pack": pk},
    )
)
news.word_with(packs.RELEASED, "board-pack", lambda _reminder: _t("This pack is released: both leaders signed it."))
changes.words(
    "board-pack",
    fields={
        "state": _("State"),
        "numbers_id": _("Numbers"),
        "template": _("Template"),
        "period_from": _("From"),
        "period_to": _("To"),
        "released_at": _("Released"),
    },
    verbs={
        "pack.opened": _("opened"),
        "pack.block_added": _("put a block in"),
        "pack.block_removed": _("took a block out"),
        "pack.numbers_taken": _("took the numbers of the day"),
        "pack.words_written": _("wrote to a block"),
        "pack.answer_written": _("answered a dissent"),
        "pack.dispute_written": _("said something about a disputed number"),
        "pack.dispute_printed": _("let a dispute be printed"),
        "pack.frozen": _("froze it and asked for signatures"),
        "pack.thawed": _("made it a draft again"),
        "pack.withdrawn": _("took it back"),
        "pack.released": _("released"),
    },
)
searchable.register(
    searchable.Searchable("board-pack", label=["number"], number="number"),
    searchable.Searchable("board-question", label=["text"]),
)


def say_question(name: str, value: Any) -> str:
    """The question and its answer as people read them before they sign."""
    return str(value["text"]) if isinstance(value, dict) else str(value or "")


subjects.register(
    subjects.Subject(
        kind="board-question",
        model="board.PackQuestion",
        word=_("question of the board"),
        plural=_("questions of the board"),
        resource="board-questions",
        page="board:question",
        url=lambda question: reverse("board:question", args=[question.pk]),
        label=str,
        unit=lambda question: question.block.pack.unit,
        material=questions.material,
        related=("block__pack__unit", "asked_by"),
        prefetch=("answers",),
    )
)
registry.register(
    registry.Signable(
        kind="board-question",
        proposed_by=lambda question: question.answer.written_by_id if question.answer else None,
        unsigned=PackQuestion.objects.drafted,
        signed=questions.take_effect,
        check=questions.check_drafted,
        words={"question": _("Question"), "answer": _("Answer")},
        say=say_question,
    )
)
redacting.add(
    redacting.Beside(
        "board-question",
        "answers.text",
        _("Answers"),
        "board.AnswerWords",
        "text",
        rows=lambda _kind, pk: {"question": pk},
    )
)
for kind, sentence in {
    questions.ASKED: _("The board asks this on a pack; both of you answer in the same words."),
    questions.REWORDED: _("An answer is written; both of you sign it as it stands, or say it otherwise."),
    questions.ANSWERED: _("Both offices have answered your question."),
}.items():
    news.word_with(kind, "board-question", lambda _reminder, sentence=sentence: str(sentence))
changes.words(
    "board-question",
    fields={"text": _("Question"), "answered_at": _("Answered")},
    verbs={
        questions.ASKED: _("asked"),
        questions.REWORDED: _("wrote an answer"),
        questions.ANSWERED: _("answered by both"),
    },
)
