"""The charter: who leads which area. Proposed whole, signed by CIO and CISO, followed by another edition and never changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from governance.together.errors import AreaUnknown, CharterSettled, CharterWaits, NoHandover, NotYourOfficesWish
from governance.together.models import Charter, Office, OwnershipArea, OwnershipWish, Part
from portal import clock
from portal.errors import Invalid
from portal.people.reach import grants
from portal.record import audit
from portal.signing import signatures
from risks.models import Risk

BOTH = ("CIO", "CISO")
LONGEST_NAME, LONGEST_ABOUT, LONGEST_TEXT, MOST_AREAS = 120, 300, 6000, 40
Stance = OwnershipWish.Stance


@dataclass(frozen=True, slots=True)
class Area:
    """One line of a charter: office → letter, "" where it has no part."""

    name: str
    parts: dict[str, str]
    about: str = ""
    risk_categories: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What a charter says beside its areas; one clause, subject or message a line."""

    who_decides: str = ""
    speakers: str = ""
    key_messages: str = ""
    reason: str = ""


def in_force() -> Charter | None:
    """The newest that both signed."""
    return Charter.objects.filter(signed_at__isnull=False).order_by("-pk").first()


def proposed() -> Charter | None:
    """The one that waits for signatures."""
    return Charter.objects.current().filter(signed_at=None).order_by("-pk").first()


def areas_of(charter: Charter) -> list[Area]:
    return [Area(row.name, row.parts, row.about, tuple(row.risk_categories), row.key) for row in charter.areas.order_by("place")]


def words_of(charter: Charter) -> Words:
    return Words(charter.who_decides, charter.speakers, charter.key_messages, charter.reason)


@transaction.atomic
def propose(areas: Sequence[Area], words: Words, *, actor: Any) -> Charter:
    """Ask CIO and CISO to sign this edition. Raises CharterWaits while another waits, Invalid."""
    checked = _checked(areas, words)
    text = {name: getattr(words, name).strip() for name in ("who_decides", "speakers", "key_messages", "reason")}
    try:
        with transaction.atomic():
            charter = Charter.objects.create(proposed_by=actor, proposed_at=clock.now(), **text)
    except IntegrityError:  # one_charter_waits
        raise CharterWaits from None
    OwnershipArea.objects.bulk_create(
        OwnershipArea(
            charter=charter,
            place=place,
            key=area.key,
            name=area.name,
            about=area.about,
            risk_categories=list(area.risk_categories),
            **{office.lower(): area.parts.get(office, "") for office in Office.values},
        )
        for place, area in enumerate(checked, start=1)
    )
    audit.record(actor, "charter.proposed", charter, {"areas": len(checked)}, text=text["reason"])
    signatures.ask(charter, BOTH, actor=actor)
    return charter


@transaction.atomic
def withdraw(charter: Charter, *, actor: Any) -> Charter:
    """Take a proposed edition back. Raises CharterSettled once it is signed or gone."""
    charter = Charter.objects.select_for_update().get(pk=charter.pk)
    check_open(charter)
    if charter.signed_at is not None:
        raise CharterSettled
    charter.archived_at = clock.now()
    charter.version += 1
    charter.save(update_fields=["archived_at", "version"])
    audit.record(actor, "charter.withdrawn", charter)
    return charter


@transaction.atomic
def wish(area_key: str, stance: str, *, office: str, actor: Any) -> OwnershipWish:
    """An office says whether it wants to lead an area. Raises AreaUnknown, NotYourOfficesWish, Invalid."""
    if stance not in Stance.values:
        raise Invalid(_("This is not complete."), {"stance": [_("Choose one of the three.")]})
    if not OwnershipArea.objects.in_force().filter(key=area_key).exists():
        raise AreaUnknown
    if office not in grants(actor).seats or office not in Office.values:
        raise NotYourOfficesWish
    row = OwnershipWish.objects.create(area_key=area_key, office=office, stance=stance, stated_by=actor, stated_at=clock.now())
    audit.record(actor, "ownership.wish_stated", in_force(), {"area": area_key, "office": office, "stance": stance})
    return row


@transaction.atomic
def hand_over(area_key: str, *, to_office: str, reason: str, actor: Any) -> Charter:
    """Propose the charter in force with one area led by another office; both sign it. Raises NoHandover, AreaUnknown,
    CharterWaits, Invalid."""
    charter = in_force()
    areas = areas_of(charter) if charter else []
    found = next((area for area in areas if area.key == area_key), None)
    if charter is None or found is None:
        raise AreaUnknown
    if to_office not in Office.values or found.parts.get(to_office) == Part.ACCOUNTABLE:
        raise NoHandover
    if not reason.strip():
        raise Invalid(_("This is not complete."), {"reason": [_("Say why, for the other office to read.")]})
    parts = {office: Part.RESPONSIBLE if part == Part.ACCOUNTABLE else part for office, part in found.parts.items()}
    moved = replace(found, parts=parts | {to_office: Part.ACCOUNTABLE})
    return propose(
        [moved if area is found else area for area in areas], replace(words_of(charter), reason=reason.strip()), actor=actor
    )


def take_force(charter: Charter, *, actor: Any) -> None:
    """Both have signed; called by signing, the charter is locked."""
    charter.signed_at = clock.now()
    charter.version += 1
    charter.save(update_fields=["signed_at", "version"])
    audit.record(None, "charter.in_force", charter)


def check_open(charter: Charter) -> None:
    """Raises CharterSettled where nothing is left to sign."""
    if charter.archived_at is not None:
        raise CharterSettled


def material(charter: Charter) -> dict[str, Any]:
    """All that a signature covers."""
    rows = sorted(charter.areas.all(), key=lambda row: row.place)
    areas = [
        {"key": one.key, "name": one.name, "about": one.about, "parts": one.parts, "risk_categories": list(one.risk_categories)}
        for one in rows
    ]
    return {"areas": areas, "who_decides": charter.who_decides, "speakers": charter.speakers, "key_messages": charter.key_messages}


def _checked(areas: Iterable[Area], words: Words) -> list[Area]:
    wrong: dict[str, list[str]] = {}
    found = [replace(one, name=one.name.strip(), about=one.about.strip()) for one in areas]
    sentences = []
    if not 1 <= len(found) <= MOST_AREAS:
        sentences.append(_("Name 1 to %d areas.") % MOST_AREAS)
    for place, area in enumerate(found, start=1):
        if not area.name or len(area.name) > LONGEST_NAME or len(area.about) > LONGEST_ABOUT or not slugify(area.name):
            sentences.append(_("Line %d: name the area in a few words.") % place)
        if set(area.parts) - set(Office.values) or set(area.parts.values()) - {"", *Part.values}:
            sentences.append(_("Line %d: give each office R, A, C, I or nothing.") % place)
        if set(area.risk_categories) - set(Risk.Category.values):
            sentences.append(_("Line %d: choose kinds of risks from the list.") % place)
    keyed = [area if area.key else replace(area, key=slugify(area.name)[:60]) for area in found]
    if len({area.key for area in keyed}) < len(keyed):
        sentences.append(_("Two areas have the same name; keep one of them."))
    if sentences:
        wrong["areas"] = sentences
    for name in ("who_decides", "speakers", "key_messages", "reason"):
        if len(getattr(words, name)) > LONGEST_TEXT:
            wrong[name] = [_("Keep it under %d characters.") % LONGEST_TEXT]
    if wrong:
        raise Invalid(_("This charter cannot be signed so."), wrong)
    return keyed
