"""What initiatives declared, and what was seen of them, follows an asset that goes on in another one.

Each row is moved with what it says at that moment, so that a merge is not undone over what people said since.
"""

from assets.models import Asset
from governance.change import sizes
from governance.change.models import DeclaredLine, SeenAsset
from governance.change.sightings import NAMES, QUESTION
from portal import clock
from portal.attention.models import Reminder, Review
from portal.talk.moves import Moves
from risks.models import Office

ASKED = SeenAsset.State.ASKED
ANSWERED = tuple(f"{name}_{what}" for name in NAMES.values() for what in ("answer", "by_id", "at"))


def follow(survivor: Asset, merged: Asset, moves: Moves) -> None:
    """Lines that name it, then what was seen of it; where nothing is asked any more, nobody is asked."""
    _lines(survivor, merged, moves)
    for initiative in _seen(survivor, merged, moves):
        _ask_no_more(initiative, merged, moves)


def _lines(survivor: Asset, merged: Asset, moves: Moves) -> None:
    """Where an initiative names the survivor already, that line stands for both, with the more secret of their data."""
    named = DeclaredLine.objects.filter(archived_at=None)
    own = {line.initiative_id: line for line in named.filter(asset=survivor)}
    for line in named.filter(asset=merged).order_by("pk"):
        row, twin = named.filter(pk=line.pk), own.get(line.initiative_id)
        if twin is None:
            moves.set(row, asset_id=survivor.pk, kind=survivor.kind, zone=survivor.zone, archived_at=None)
            continue
        moves.set(SeenAsset.objects.filter(line=line), line_id=twin.pk)
        secret = max(line.data_classification, twin.data_classification, key=sizes.CLASSES.index)
        moves.set(named.filter(pk=twin.pk), data_classification=secret, archived_at=None)
        moves.set(row, archived_at=clock.now())


def _seen(survivor: Asset, merged: Asset, moves: Moves) -> set[int]:
    """It was seen once, whichever of the two it was called then; what was settled about either is settled. The initiatives of
    which something was seen."""
    own, theirs = (SeenAsset.objects.filter(asset=asset).first() for asset in (survivor, merged))
    if theirs is None:
        return set()
    if own is None:
        moves.set(SeenAsset.objects.filter(pk=theirs.pk), asset_id=survivor.pk, state=theirs.state)
        return set()
    if own.state == ASKED != theirs.state and own.initiative_id == theirs.initiative_id:
        said = {name: getattr(theirs, name) for name in ("state", "line_id", "settled_at", *ANSWERED)}
        moves.set(SeenAsset.objects.filter(pk=own.pk), **said)
    return {own.initiative_id, theirs.initiative_id}


def _ask_no_more(initiative: int, merged: Asset, moves: Moves) -> None:
    left = SeenAsset.objects.asked().filter(initiative=initiative).exclude(asset=merged)
    for office in Office:
        if not left.filter(**{f"{NAMES[office]}_answer": ""}).exists():
            asked = Review.objects.open().filter(subject_kind="initiative", subject_id=initiative, kind=QUESTION[office])
            moves.set(Reminder.objects.open().filter(review__in=asked), settled_at=clock.now())
            moves.set(asked, state=Review.State.CANCELLED, closed_at=clock.now())
