"""What may be shown beyond the house's own walls of access: the reader for whom packs are built, whoever builds them."""

from portal.people import roles
from portal.people.models import User
from portal.people.reach import Grants

# A board member's eyes: the whole organisation, nothing confidential, nothing privileged; hidden risks count in groups.
READS = roles.PERMISSIONS["BOARD"] | {"risks.view_incident", "together.view_decision"}


def reader() -> User:
    """Nobody in particular: no row is theirs, so they see what everybody may be shown, and no more."""
    nobody = User(name="", email="")
    nobody.pk = 0
    nobody._grants = Grants(  # type: ignore[attr-defined]
        user_id=0, names=frozenset({"BOARD"}), seats=frozenset(), unit_paths=(), permissions=READS
    )
    return nobody


def board_members() -> set[int]:
    """Who reads released packs for the board (ids)."""
    acting = {"role_assignments__role": "BOARD", "role_assignments__ended_at": None}
    return set(User.objects.filter(is_active=True, is_service=False, **acting).values_list("pk", flat=True))
