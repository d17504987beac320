"""Packs with believable defaults."""

from datetime import date

from governance.board import pack_words, packs
from governance.board.models import BoardPack
from portal import clock
from portal.people.models import Unit, User
from portal.signing import signatures


def make_pack(*, unit: Unit, by, template: str = "STAFF", written: bool = True, **said) -> BoardPack:
    """A draft of `by` with words in every block that needs some, read whole."""
    said = {"period_from": date(2026, 7, 1), "period_to": date(2026, 9, 30)} | said
    pack = packs.open_one(template, unit, actor=by, **said)
    if written:
        for block in pack.blocks.filter(needs_words=True).exclude(kind="DISSENT"):
            pack_words.write(block, f"Said of {block.source}.", actor=by)
    return read(pack)


def read(pack: BoardPack) -> BoardPack:
    return BoardPack.objects.whole().get(pk=pack.pk)


def block(pack: BoardPack, source: str):
    return read(pack).blocks.get(source=source, archived_at=None)


def sign(pack: BoardPack, *people) -> BoardPack:
    """Each signs it with a factor given this moment."""
    for person in people:
        signatures.sign(pack, actor=User.objects.get(pk=person.pk), factor_at=clock.now())
    return read(pack)


def make_released(*, unit: Unit, seats, by=None, **said) -> BoardPack:
    """Frozen and signed by both of `seats`."""
    pack = make_pack(unit=unit, by=by or seats[0], **said)
    return sign(packs.freeze(pack, actor=by or seats[0]), *seats)
