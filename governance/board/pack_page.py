"""A pack as it is read: the list of packs, and one of them block by block, with what is missing and who may do what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from governance.board import pack_blocks, pack_strip, pack_templates, packs
from governance.board.models import BlockWords, BoardPack, PackBlock, PackFile, PackQuestion
from governance.board.pack_numbers import Value
from governance.compliance import heat_strip
from governance.compliance.heat_strip import Group, Strip
from governance.together.models import Decision, Position
from portal.people.reach import grants
from portal.signing import panels, registry
from portal.web import charts
from portal.web.charts.curve import Drawing, Line, drawings
from risks import heatmap

PREPARE, ASK = "board.prepare_pack", "board.ask_question"


@dataclass(frozen=True, slots=True)
class Shown:
    """One block in words, and its pictures."""

    block: PackBlock
    heading: str
    kind: str
    hint: str
    value: Value
    facts: Sequence[tuple[str, str]]
    words: BlockWords | None
    answer: BlockWords | None
    dispute: BlockWords | None
    is_unfit: bool
    heat: charts.HeatMap | None
    curves: Sequence[Drawing]
    strips: Sequence[Strip]  # of the `parts`, for a desk and paper, and for a phone
    parts: Sequence[Group]
    may_write: bool
    may_answer: bool
    may_dispute: bool
    questions: Sequence[PackQuestion]

    @property
    def rows(self) -> Sequence[Sequence[tuple[str, dict[str, Any]]]]:
        """Cells beside the column they stand in."""
        columns = self.value.get("columns", ())
        return [list(zip(row, columns, strict=True)) for row in self.value.get("rows", ())]

    @property
    def office(self) -> str:
        """Whose dissent it is."""
        return registry.office_word(self.block.position.signature.office) if self.block.position else ""


@dataclass(frozen=True, slots=True)
class Page:
    pack: BoardPack
    blocks: Sequence[Shown]
    panel: Any
    may_prepare: bool
    may_speak: bool  # for a seat
    may_ask: bool
    files: Sequence[PackFile]  # without their bytes

    @property
    def lacking(self) -> Sequence[Shown]:
        return [one for one in self.blocks if one.block.lacks_words]

    @property
    def unfit(self) -> Sequence[Shown]:
        return [one for one in self.blocks if one.is_unfit]

    @property
    def disposed_at(self) -> datetime | None:
        """When words and files went, because their time was over."""
        return next((one.disposed_at for one in self.files), None)

    @property
    def is_ready(self) -> bool:
        return bool(self.blocks) and not self.lacking and not self.unfit


def listed(user: Any) -> QuerySet[BoardPack]:
    """The packs `user` may open, the newest first. One query."""
    rows = BoardPack.objects.visible_to(user).current().exclude(state=BoardPack.State.WITHDRAWN).select_related("unit")
    return rows.order_by("-pk")


def of_user(user: Any) -> QuerySet[BoardPack]:
    return BoardPack.objects.visible_to(user).whole()


def read(pack: BoardPack, user: Any) -> Page:
    """Everything the page shows of a row of `of_user(user)`. Seven queries at most, those of the signatures."""
    may_prepare = pack.is_draft and user.has_perm(PREPARE)
    seats = grants(user).seats & set(packs.SIGNERS)
    asked = _questions(pack) if pack.is_released else {}
    files = list(pack.files.told()) if pack.is_released else []
    blocks = [_shown(pack, one, user, may_prepare, bool(seats), asked.get(one.pk, ())) for one in pack.blocks.all()]
    panel = panels.read(pack, user) if pack.state in (BoardPack.State.FROZEN, BoardPack.State.RELEASED) else None
    may_ask = pack.is_released and user.has_perm(ASK)
    return Page(pack, blocks, panel, user.has_perm(PREPARE), bool(seats), may_ask, files)


def _questions(pack: BoardPack) -> dict[int, list[PackQuestion]]:
    """By block, the oldest first. Two queries."""
    found: dict[int, list[PackQuestion]] = {}
    for one in PackQuestion.objects.filter(block__pack=pack).whole().order_by("pk"):
        found.setdefault(one.block_id, []).append(one)
    return found


def offered(pack: BoardPack) -> list[tuple[str, str]]:
    """The blocks that can be put in: (source, heading)."""
    there = {one.source for one in pack.blocks.all()}
    again = {"decision", "dissent"}
    found = [(key, str(one.heading)) for key, one in pack_templates.SOURCES.items() if key in again or key not in there]
    return [pair for pair in found if pair[0] != "incident" or pack.incident_id]


def decisions_to_ask(user: Any) -> QuerySet[Decision]:
    """The decisions that a pack may put to its readers, among those that `user` may open."""
    shared = packs.shared_decisions()
    return Decision.objects.visible_to(user).current().filter(pk__in=shared.values("pk")).order_by("-pk")


def dissents(user: Any) -> QuerySet[Position]:
    """The dissents that a pack may print, among those that `user` may open."""
    shared = packs.shared_decisions().filter(pk__in=Decision.objects.visible_to(user).values("pk"))
    rows = Position.objects.filter(stance=Position.Stance.OPPOSE, decision__in=shared.values("pk"))
    return rows.select_related("decision", "signature__signed_by").order_by("-pk")


def heat_of(value: Value) -> charts.HeatMap | None:
    """The drawing of a value with cells."""
    cells = value.get("cells")
    return heatmap.draw([charts.Cell(*cell) for cell in cells], ()) if cells else None


def curves_of(value: Value) -> Sequence[Drawing]:
    """The drawings of a value with a curve."""
    lines = [
        Line(one["name"], one["kind"], [(float(loss), float(chance)) for loss, chance in one["points"]])
        for one in value.get("curve", ())
    ]
    return drawings(lines) if lines else ()


def _shown(
    pack: BoardPack, block: PackBlock, user: Any, may_prepare: bool, is_seated: bool, asked: Sequence[PackQuestion]
) -> Shown:
    value = pack_blocks.shown_by(pack, block)
    parts = pack_strip.groups(value)
    is_dissent = block.kind == PackBlock.Kind.DISSENT
    is_holder = is_dissent and block.position.signature.signed_by_id == user.pk
    return Shown(
        block=block,
        heading=pack_blocks.heading(block),
        kind=str(block.get_kind_display()),
        hint=str(pack_templates.hint(pack, block)),
        value=value,
        facts=[(one["label"], one["value"]) for one in value.get("figures", ())],
        words=block.words,
        answer=block.answer,
        dispute=block.dispute if pack.is_draft or block.dispute_is_printed else None,
        is_unfit=pack_blocks.is_unfit(pack, block),
        heat=heat_of(value),
        curves=curves_of(value),
        strips=[heat_strip.draw(parts, size) for size in ("paper", "narrow")] if parts else (),
        parts=parts,
        may_write=may_prepare and (is_holder or not is_dissent),
        may_answer=may_prepare and is_dissent and is_seated and not is_holder,
        may_dispute=may_prepare and is_seated and not is_dissent and block.kind != PackBlock.Kind.NARRATIVE,
        questions=asked,
    )
