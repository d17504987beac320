"""How long a pack keeps its words and its files: ten years after the last that was signed or said of it. That it was released,
its numbers, who signed it and the hash of each file stay for good, so that a file that somebody has is still known."""

from collections.abc import Sequence

from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from governance.board.models import AnswerWords, BlockWords, BoardPack, PackBlock, PackQuestion
from portal.archive import periods
from portal.record import redacting
from portal.record.models import AuditEntry
from portal.signing.models import Signature
from portal.talk.models import Comment

State = BoardPack.State
FILES = "files.content"


def closed() -> QuerySet:
    """Packs that are out or were taken back, with `closed_at`: the last that was signed, written or said of them."""
    own = {"subject_kind": "board-pack", "subject_id": OuterRef("pk")}
    taken_back = AuditEntry.objects.filter(kind="board-pack", subject_id=OuterRef("pk"), verb="pack.withdrawn")
    moments = (
        _last(taken_back, "at"),
        _last(Signature.objects.filter(**own), "signed_at"),
        _last(BlockWords.objects.filter(block__pack=OuterRef("pk")), "written_at"),
        _last(Comment.objects.filter(**own), "written_at"),
    )
    over = BoardPack.objects.filter(state__in=(State.RELEASED, State.WITHDRAWN))
    return over.annotate(closed_at=Greatest("opened_at", "released_at", *moments))


def answered() -> QuerySet:
    """Questions that both offices answered, with `closed_at`: the last that was signed or said of them."""
    own = {"subject_kind": "board-question", "subject_id": OuterRef("pk")}
    moments = (
        _last(Signature.objects.filter(**own), "signed_at"),
        _last(AnswerWords.objects.filter(question=OuterRef("pk")), "written_at"),
        _last(Comment.objects.filter(**own), "written_at"),
    )
    return PackQuestion.objects.exclude(answered_at=None).annotate(closed_at=Greatest("answered_at", *moments))


def _last(rows: QuerySet[Model], moment: str) -> Subquery:
    return Subquery(rows.order_by(f"-{moment}").values(moment)[:1])


def packs_told_of(held: Sequence[tuple[str, int]]) -> Q:
    """Packs that print or ask one of these decisions, are about this incident, were asked one of these questions, or in which
    one of these people had a say."""
    ids = periods.by_kind(held)
    people = ids.get("user", [])
    blocks = PackBlock.objects.filter(
        Q(decision__in=ids.get("decision", []))
        | Q(position__decision__in=ids.get("decision", []))
        | Q(written__written_by__in=people)
    )
    asked = PackQuestion.objects.filter(pk__in=ids.get("board-question", []))
    found = Q(pk__in=blocks.values("pack")) | Q(pk__in=asked.values("block__pack"))
    found |= Q(incident__in=ids.get("incident", [])) | Q(opened_by__in=people) | Q(proposed_by__in=people)
    return found | Q(pk__in=_signed_by(people, "board-pack")) | Q(pk__in=_said_by(people, "board-pack"))


def questions_told_of(held: Sequence[tuple[str, int]]) -> Q:
    """Questions on one of these packs, or in which one of these people had a say."""
    ids = periods.by_kind(held)
    people = ids.get("user", [])
    found = Q(block__pack__in=ids.get("board-pack", [])) | Q(asked_by__in=people)
    found |= Q(pk__in=AnswerWords.objects.filter(written_by__in=people).values("question"))
    return found | Q(pk__in=_signed_by(people, "board-question")) | Q(pk__in=_said_by(people, "board-question"))


def _signed_by(people: Sequence[int], kind: str) -> QuerySet:
    return Signature.objects.filter(subject_kind=kind, signed_by__in=people).values("subject_id")


def _said_by(people: Sequence[int], kind: str) -> QuerySet:
    return Comment.objects.filter(subject_kind=kind, author__in=people).values("subject_id")


redacting.add(
    redacting.Beside(
        "board-pack",
        FILES,
        _("Files as they went out"),
        "board.PackFile",
        "content",
        rows=lambda _kind, pk: {"pack": pk},
        at_its_end=True,
    )
)
periods.add(
    periods.words_ten_years_after(
        "board-pack",
        _("Board packs"),
        "board.BoardPack",
        closed,
        "closed_at",
        about=packs_told_of,
        kept=_("10 years after closing; then words and files go, numbers and hashes stay"),
    )
)
periods.add(
    periods.words_ten_years_after(
        "board-question", _("Questions of the board"), "board.PackQuestion", answered, "closed_at", about=questions_told_of
    )
)
