"""The page of who leads what, and the areas a first charter starts from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from governance.together import ownership, ownership_faults
from governance.together.models import Charter, Office, OwnershipArea, OwnershipWish
from governance.together.ownership import Area
from governance.together.ownership_faults import Fault, Offer
from portal.people.models import Appointment, User
from portal.people.reach import grants
from portal.signing import panels

# A place to start from: what most houses part between the two.
OFFERED = tuple(
    Area(str(name), dict(zip(Office.values, letters, strict=True)), str(about), categories)
    for name, about, letters, categories in (
        (_("Identity and access"), _("Accounts, sign-in, rights"), ("A", "R", "", "C"), ()),
        (_("Patching"), _("Servers, clients, applications"), ("A", "C", "", "I"), ()),
        (_("Backup and restore"), _("Copies, and that they come back"), ("A", "C", "", "C"), ()),
        (_("Cloud security"), _("Settings, keys, what is open"), ("R", "A", "", ""), ()),
        (_("OT security"), _("Control networks of the plants"), ("C", "A", "C", "R"), ("OT",)),
        (_("Suppliers"), _("What they may reach, what they promise"), ("C", "A", "", "R"), ("SUPPLIER",)),
        (_("Awareness"), _("What people know and do"), ("C", "A", "", "R"), ("PEOPLE",)),
        (_("Incident response"), _("From the alarm to the lesson"), ("R", "A", "C", "I"), ()),
        (_("Data protection"), _("Where data lies and who sees it"), ("R", "A", "", "C"), ("DATA",)),
        (_("IT operations"), _("That systems run"), ("A", "I", "", "C"), ("IT",)),
    )
)


@dataclass(frozen=True, slots=True)
class Line:
    area: OwnershipArea
    parts: Sequence[tuple[str, str, str]]  # (office, letter, what it would like)
    mine: str  # the office for which the reader may say a wish, "" for nobody
    wish: str  # what that office said last
    is_clear: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """One seat, who sits in it, and who stands in; None where nobody does."""

    word: str
    holder: User | None
    substitute: User | None


@dataclass(frozen=True, slots=True)
class Page:
    held: Charter | None
    lines: Sequence[Line]
    waiting: Charter | None
    waiting_areas: Sequence[OwnershipArea]
    panel: Any
    faults: Sequence[Fault]
    offers: Sequence[Offer]
    who_decides: Sequence[str]
    speakers: Sequence[str]
    key_messages: Sequence[str]
    seats: Sequence[Seat]

    @property
    def offices(self) -> list[str]:
        return [str(office.label) for office in Office]


def read(user: Any) -> Page:
    """Everything the page shows but the table of authority, which it fetches. At most 14 queries, however many areas and risks."""
    held, waiting = ownership.in_force(), ownership.proposed()
    areas = ownership_faults.charter_areas(held)
    said = ownership_faults.wishes()
    mine = next((seat for seat in Office.values if seat in grants(user).seats), "")
    lines = [
        Line(
            area,
            [(office, part, _said(said.get((area.key, office), ""))) for office, part in area.parts.items()],
            mine if user.has_perm("together.state_wish") else "",
            said.get((area.key, mine), ""),
            len(area.accountable) == 1,
        )
        for area in areas
    ]
    return Page(
        held=held,
        lines=lines,
        waiting=waiting,
        waiting_areas=ownership_faults.charter_areas(waiting),
        panel=panels.read(waiting, user) if waiting else None,
        faults=ownership_faults.of(areas, user),
        offers=ownership_faults.offers(areas, said) if user.has_perm("together.propose_charter") and not waiting else [],
        who_decides=held.who_decides.splitlines() if held else [],
        speakers=held.speakers.splitlines() if held else [],
        key_messages=held.key_messages.splitlines() if held else [],
        seats=_seats(user),
    )


def _seats(user: Any) -> list[Seat]:
    rows = Appointment.objects.visible_to(user).filter(ended_at=None).select_related("holder", "substitute")
    known = {row.seat: row for row in rows}
    return [
        Seat(str(seat.label), known[seat].holder if seat in known else None, known[seat].substitute if seat in known else None)
        for seat in Appointment.Seat
    ]


def _said(stance: str) -> str:
    return str(OwnershipWish.Stance(stance).label) if stance else _t("nothing said")
