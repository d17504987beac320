"""What people write into a pack: words to a block, a dissent as its holder releases it with the answer beside it, a dispute."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.board import packs
from governance.board.models import BlockWords, BoardPack, PackBlock
from governance.board.pack_errors import NoDispute, NotFromASeat, NotYourDispute, NotYourDissent, OwnDissent
from portal import clock
from portal.errors import Invalid
from portal.people.reach import grants
from portal.record import audit

Part = BlockWords.Part
OFFICES = ("CIO", "CISO")
LONGEST = 4000


@transaction.atomic
def write(block: PackBlock, text: str, *, actor: Any) -> BlockWords:
    """Say what a block means, in one's own name; nothing takes the words out. Of a dissent only its holder says the words. Raises
    PackReleased, PackNotADraft, NotYourDissent, Invalid."""
    pack, text = packs.locked_draft(block.pack), _checked(text, may_be_empty=True)
    office = ""
    if block.kind == PackBlock.Kind.DISSENT:
        if block.position.signature.signed_by_id != actor.pk:
            raise NotYourDissent
        office = block.position.signature.office
    return _write(pack, block, Part.WORDS, text, office, actor)


@transaction.atomic
def answer(block: PackBlock, text: str, *, actor: Any) -> BlockWords:
    """Answer a dissent for the other office; it stands beside it. Raises PackReleased, PackNotADraft, NotFromASeat, OwnDissent,
    Invalid."""
    pack, text = packs.locked_draft(block.pack), _checked(text, may_be_empty=True)
    office = office_of(actor)
    if block.kind != PackBlock.Kind.DISSENT:
        raise Invalid(_("Only a dissent is answered here."), {"text": [_("Only a dissent is answered here.")]})
    if block.position.signature.signed_by_id == actor.pk or block.position.signature.office == office:
        raise OwnDissent
    return _write(pack, block, Part.ANSWER, text, office, actor)


@transaction.atomic
def dispute(block: PackBlock, text: str, *, actor: Any) -> BlockWords:
    """Hold something against the number that stands here: the pack does not go out with it unless the dispute is printed. Raises
    PackReleased, PackNotADraft, NotFromASeat, NotYourDispute, Invalid."""
    pack, text = packs.locked_draft(block.pack), _checked(text)
    known = _dispute_of(block)
    office = office_of(actor)
    if known is not None and known.written_by_id != actor.pk:
        raise NotYourDispute
    _print(block, False)
    return _write(pack, block, Part.DISPUTE, text, office, actor)


@transaction.atomic
def settle_dispute(block: PackBlock, *, actor: Any) -> BlockWords:
    """Take the dispute back: the number stands. Raises PackReleased, PackNotADraft, NoDispute, NotYourDispute."""
    pack = packs.locked_draft(block.pack)
    known = _dispute_of(block)
    if known is None:
        raise NoDispute
    if known.written_by_id != actor.pk:
        raise NotYourDispute
    _print(block, False)
    return _write(pack, block, Part.DISPUTE, "", known.office, actor)


@transaction.atomic
def print_dispute(block: PackBlock, *, actor: Any) -> PackBlock:
    """Let the pack go out with the number and the dispute beside it. Raises as `dispute`, and NoDispute."""
    pack = packs.locked_draft(block.pack)
    office_of(actor)
    if _dispute_of(block) is None:
        raise NoDispute
    _print(block, True)
    packs.touch(pack)
    audit.record(actor, "pack.dispute_printed", pack, {"block": block.pk})
    return block


def office_of(actor: Any) -> str:
    """The seat of the two for which `actor` speaks. Raises NotFromASeat."""
    seats = grants(actor).seats
    found = next((office for office in OFFICES if office in seats), None)
    if found is None:
        raise NotFromASeat
    return found


def _dispute_of(block: PackBlock) -> BlockWords | None:
    newest = block.written.filter(part=Part.DISPUTE).order_by("-pk").first()
    return newest if newest is not None and newest.text else None


def _print(block: PackBlock, printed: bool) -> None:
    PackBlock.objects.filter(pk=block.pk).exclude(dispute_is_printed=printed).update(dispute_is_printed=printed)
    block.dispute_is_printed = printed


def _write(pack: BoardPack, block: PackBlock, part: str, text: str, office: str, actor: Any) -> BlockWords:
    who = actor if actor is not None and actor.pk else None
    row = BlockWords.objects.create(block=block, part=part, text=text, office=office, written_by=who, written_at=clock.now())
    packs.touch(pack)
    audit.record(actor, f"pack.{part.lower()}_written", pack, {"block": block.pk, "source": block.source}, text=text)
    return row


def _checked(text: str, *, may_be_empty: bool = False) -> str:
    text = text.strip()
    if (not text and not may_be_empty) or len(text) > LONGEST:
        sentence = _("Write something, %(most)d letters at most.") % {"most": LONGEST}
        raise Invalid(_("This is not complete."), {"text": [sentence]})
    return text
