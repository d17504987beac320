"""The verbs over a pack: open, put blocks in and out, take today's numbers, freeze for both seats, release.

A pack shows numbers that were read at one moment (`FrozenNumbers`). Freezing reads them anew, unless the pack is to show those of
another one, and asks CIO and CISO to sign; the second signature releases it, and from then on the database lets nothing in it
change (`models/pack.py`).
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from governance.board import pack_blocks, pack_numbers, pack_templates, shared
from governance.board.models import BoardPack, FrozenNumbers, PackBlock
from governance.board.pack_errors import (
    NotFrozen,
    NothingToShow,
    NumbersUnfit,
    PackNotADraft,
    PackReleased,
    PackSavedMeanwhile,
    WordsMissing,
)
from governance.together.models import Decision, Position
from portal import clock
from portal.errors import Invalid
from portal.people import announcements
from portal.people.models import Unit
from portal.record import audit, numbers, sealing
from portal.signing import content, signatures
from risks.models import Incident

State, Template = BoardPack.State, BoardPack.Template
SIGNERS = ("CIO", "CISO")
MOST_BLOCKS, LONGEST_PERIOD_DAYS = 40, 800
RELEASED = "pack.released"


@transaction.atomic
def open_one(
    template: str,
    unit: Unit,
    period_from: date,
    period_to: date,
    *,
    actor: Any,
    incident: Incident | None = None,
    numbers_of: BoardPack | None = None,
) -> BoardPack:
    """A draft with the blocks of `template` and today's numbers, or those of another pack. Raises Invalid by field."""
    if numbers_of is not None and numbers_of.numbers is not None:
        unit, period_from, period_to = numbers_of.unit, numbers_of.period_from, numbers_of.period_to
    _check(template, unit, period_from, period_to, incident)
    pack = BoardPack(template=template, unit=unit, period_from=period_from, period_to=period_to, incident=incident)
    pack.number = numbers.draw("BP")[0]
    pack.opened_by, pack.opened_at = _person(actor), clock.now()
    pack.keeps_numbers = numbers_of is not None and numbers_of.numbers is not None
    pack.numbers = numbers_of.numbers if numbers_of is not None else None
    pack.save()
    PackBlock.objects.bulk_create(
        PackBlock(pack=pack, place=place, kind=_kind(line.source), source=line.source, needs_words=line.needs_words)
        for place, line in enumerate(pack_templates.TEMPLATES[template], 1)
    )
    _read(pack, actor)
    audit.record(actor, "pack.opened", pack, {"template": template, "unit": unit.pk, "numbers_of": numbers_of and numbers_of.pk})
    return pack


@transaction.atomic
def add_block(
    pack: BoardPack, source: str, *, actor: Any, decision: Decision | None = None, position: Position | None = None
) -> PackBlock:
    """One block more, at the end. Raises PackReleased, PackNotADraft, Invalid by field."""
    pack = locked_draft(pack)
    last = pack.blocks.filter(archived_at=None).aggregate(last=Max("place"))["last"] or 0
    wrong: dict[str, list[str]] = {}
    if source not in pack_templates.SOURCES or (source == "incident" and pack.incident_id is None):
        wrong["source"] = [_("Choose one of the blocks that are offered.")]
    elif last >= MOST_BLOCKS:
        wrong["source"] = [_("A pack holds 40 blocks. Take one out first.")]
    if source == "decision" and (decision is None or not shareable(decision)):
        wrong["decision"] = [_("Choose a decision that is neither confidential nor privileged.")]
    if source == "dissent" and (position is None or not is_printable(position)):
        wrong["position"] = [_("Choose a dissent on a decision that is neither confidential nor privileged.")]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
    block = PackBlock(pack=pack, place=last + 1, kind=_kind(source), source=source)
    block.decision = decision if source == "decision" else None
    block.position = position if source == "dissent" else None
    block.own_value = pack_blocks.read_own(pack, block)
    block.save()
    touch(pack)
    audit.record(actor, "pack.block_added", pack, {"block": block.pk, "source": source})
    return block


@transaction.atomic
def remove_block(block: PackBlock, *, actor: Any) -> BoardPack:
    """Take a block out. Raises PackReleased, PackNotADraft."""
    pack = locked_draft(block.pack)
    if PackBlock.objects.filter(pk=block.pk, archived_at=None).update(archived_at=clock.now()):
        touch(pack)
        audit.record(actor, "pack.block_removed", pack, {"block": block.pk, "source": block.source})
    return pack


@transaction.atomic
def take_numbers(pack: BoardPack, *, actor: Any) -> BoardPack:
    """Show the numbers as they are now. Raises PackReleased, PackNotADraft."""
    pack = locked_draft(pack)
    pack.keeps_numbers, pack.numbers = False, None
    _read(pack, actor)
    touch(pack)
    audit.record(actor, "pack.numbers_taken", pack, {"seal": pack.numbers.seal_seq})
    return pack


@transaction.atomic
def freeze(pack: BoardPack, *, actor: Any, version: int | None = None) -> BoardPack:
    """Keep everything as it stands, its numbers read this moment, and ask both seats to sign it. Raises PackReleased,
    PackNotADraft, PackSavedMeanwhile, NothingToShow, WordsMissing, NumbersUnfit, Invalid for what may no longer be shared."""
    pack = locked_draft(pack)
    if version is not None and version != pack.version:
        raise PackSavedMeanwhile(version=pack.version)
    if not pack.keeps_numbers:
        pack.numbers = None
    _read(pack, actor)
    whole = BoardPack.objects.whole().get(pk=pack.pk)
    check_fit(whole)
    pack.state, pack.proposed_by, pack.frozen_at = State.FROZEN, _person(actor), clock.now()
    pack.version += 1
    pack.save()
    audit.record(actor, "pack.frozen", pack, {"seal": pack.numbers.seal_seq, "hash": pack.numbers.seal_hash})
    signatures.ask(pack, SIGNERS, actor=actor)
    return pack


@transaction.atomic
def thaw(pack: BoardPack, *, actor: Any) -> BoardPack:
    """Make it a draft again; what was signed of it holds no longer once it says something else. Raises PackReleased, NotFrozen."""
    pack = _locked(pack)
    if pack.state != State.FROZEN:
        raise NotFrozen
    pack.state, pack.frozen_at, pack.proposed_by = State.DRAFT, None, None
    touch(pack)
    audit.record(actor, "pack.thawed", pack)
    return pack


@transaction.atomic
def withdraw(pack: BoardPack, *, actor: Any) -> BoardPack:
    """Nobody needs this draft. Raises PackReleased, PackNotADraft."""
    pack = locked_draft(pack)
    pack.state = State.WITHDRAWN
    touch(pack)
    audit.record(actor, "pack.withdrawn", pack)
    return pack


def release(pack: BoardPack, *, actor: Any) -> None:
    """Both have signed it as it stands; called by signing, the pack is locked. From here on nothing in it changes."""
    digest = content.digest_of(BoardPack.objects.whole().get(pk=pack.pk))
    pack.state, pack.released_at, pack.digest = State.RELEASED, clock.now(), digest
    pack.version += 1
    pack.save(update_fields=["state", "released_at", "digest", "version"])
    audit.record(None, RELEASED, pack, {"digest": digest, "seal": pack.numbers.seal_seq, "hash": pack.numbers.seal_hash})
    announcements.tell(pack, RELEASED, shared.board_members() - {actor.pk})


def check_frozen(pack: BoardPack) -> None:
    """Raises NotFrozen where nothing can be signed."""
    if pack.state != State.FROZEN:
        raise NotFrozen


def check_fit(pack: BoardPack) -> None:
    """Whether a pack, read `whole()`, could go out. Raises NothingToShow, WordsMissing, NumbersUnfit, Invalid."""
    blocks = list(pack.blocks.all())
    if not blocks:
        raise NothingToShow
    if lacking := [pack_blocks.heading(one) for one in blocks if one.lacks_words]:
        raise WordsMissing(lacking)
    if unfit := [pack_blocks.heading(one) for one in blocks if pack_blocks.is_unfit(pack, one)]:
        raise NumbersUnfit(unfit)
    for one in blocks:
        if not (one.decision is None or shareable(one.decision)) or not (one.position is None or is_printable(one.position)):
            raise Invalid(_("“%s” may no longer be shared. Take it out, then freeze the pack.") % pack_blocks.heading(one))


def shareable(decision: Decision) -> bool:
    """Whether a pack may speak of it: neither a draft nor confidential nor privileged."""
    return shared_decisions().filter(pk=decision.pk).exists()


def shared_decisions() -> QuerySet[Decision]:
    return Decision.objects.visible_to(shared.reader()).current()


def is_printable(position: Position) -> bool:
    """Whether it is a dissent of which a pack may speak."""
    return position.stance == Position.Stance.OPPOSE and shareable(position.decision)


def touch(pack: BoardPack) -> None:
    """Something in it changed: whoever has it open saves over an older version."""
    pack.version += 1
    pack.save()


def locked_draft(pack: BoardPack) -> BoardPack:
    """Raises PackReleased, PackNotADraft."""
    pack = _locked(pack)
    if not pack.is_draft:
        raise PackNotADraft
    return pack


def _locked(pack: BoardPack) -> BoardPack:
    rows = BoardPack.objects.select_for_update(of=("self",), no_key=True).select_related("unit", "numbers", "incident")
    pack = rows.get(pk=pack.pk)
    if pack.is_released:
        raise PackReleased
    return pack


def _read(pack: BoardPack, actor: Any) -> None:
    """Numbers where it has none yet, and what its blocks show beside them; saved."""
    if pack.numbers is None:
        seal_seq, seal_hash = sealing.head()
        pack.numbers = FrozenNumbers.objects.create(
            unit=pack.unit,
            period_from=pack.period_from,
            period_to=pack.period_to,
            values=pack_numbers.read(pack.unit, pack.period_from, pack.period_to),
            seal_seq=seal_seq,
            seal_hash=seal_hash,
            as_of=clock.now(),
            frozen_by=_person(actor),
        )
    earlier = BoardPack.objects.filter(state=State.RELEASED, template=pack.template, unit=pack.unit).exclude(pk=pack.pk)
    pack.previous = earlier.select_related("numbers").order_by("-released_at").first()
    pack.save()
    rows = pack.blocks.filter(archived_at=None).select_related("position__signature__signed_by", "position__decision", "decision")
    for block in rows:
        if block.source in pack_templates.OF_THE_BLOCK:
            block.own_value = pack_blocks.read_own(pack, block)
            block.save(update_fields=["own_value"])


def _check(template: str, unit: Unit, period_from: date, period_to: date, incident: Incident | None) -> None:
    wrong: dict[str, list[str]] = {}
    if template not in Template.values:
        wrong["template"] = [_("Choose one of the templates.")]
    if unit.archived_at is not None:
        wrong["unit"] = [_("This unit is closed. Choose another one.")]
    if not 0 <= (period_to - period_from).days <= LONGEST_PERIOD_DAYS:
        wrong["period_to"] = [_("Choose a day after the first one, two years later at most.")]
    if template == Template.INCIDENT and incident is None:
        wrong["incident"] = [_("Choose the incident that this is about.")]
    if incident is not None and not Incident.objects.visible_to(shared.reader()).filter(pk=incident.pk).exists():
        wrong["incident"] = [_("A confidential incident is not shared in a pack. Choose another one.")]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)


def _kind(source: str) -> str:
    return pack_templates.SOURCES[source].kind


def _person(actor: Any) -> Any:
    return actor if actor is not None and actor.pk else None
