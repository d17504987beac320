"""How a subject stands: which slots are signed, which wait, what was signed before it changed. Derived each time, never kept."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from portal import subjects
from portal.people.models import Appointment
from portal.signing import content, registry, sameness
from portal.signing.models import Signature, SignatureRequest, SignedOff
from portal.signing.sameness import Key

SEATS = frozenset(Appointment.Seat.values)


@dataclass(frozen=True)
class Slot:
    """One signature that is asked for: any of `offices` gives it."""

    offices: tuple[str, ...]
    signature: Signature | None = None  # holds for what the subject says now
    refusal: Signature | None = None  # of what it says now
    stale: Signature | None = None  # signed before the subject changed

    @property
    def words(self) -> str:
        return " / ".join(registry.office_word(office) for office in self.offices)


@dataclass(frozen=True)
class Standing:
    """Everything signatures say of one subject now; without a request nobody was asked."""

    subject: Any
    kind: str
    digest: str  # of what the subject says now
    request: SignatureRequest | None = None
    slots: tuple[Slot, ...] = ()
    signed_off_at: datetime | None = None  # all had signed what it says now
    holders: Mapping[str, int] = ()  # type: ignore[assignment]  # offices that are no seats → person (id)

    @property
    def is_signed(self) -> bool:
        return bool(self.slots) and all(slot.signature for slot in self.slots)

    @property
    def missing(self) -> tuple[Slot, ...]:
        return tuple(slot for slot in self.slots if slot.signature is None)

    @property
    def stale(self) -> tuple[Slot, ...]:
        return tuple(slot for slot in self.missing if slot.stale is not None)

    @property
    def refusals(self) -> tuple[Signature, ...]:
        return tuple(slot.refusal for slot in self.slots if slot.refusal is not None)

    def signed_by(self, person_id: int) -> bool:
        return any(slot.signature is not None and slot.signature.signed_by_id == person_id for slot in self.slots)


def of(subject: Any) -> Standing:
    """How one subject stands. Four queries at most."""
    key = (subjects.kind_of(subject), subject.pk)
    return read({key: subject})[key]


def read(wanted: Mapping[Key, Any]) -> dict[Key, Standing]:
    """How each of `wanted` ((kind, id) → subject) stands: three queries, one more where words were redacted, and those of the
    kinds' own offices."""
    if not wanted:
        return {}
    about = _about(wanted)
    requests = {
        one.key: one
        for one in SignatureRequest.objects.filter(about)
        .select_related("asked_by")
        .order_by("subject_kind", "subject_id", "-id")
        .distinct("subject_kind", "subject_id")
    }
    answers: dict[Key, list[Signature]] = {}
    for one in Signature.objects.with_void().filter(about, is_void=False).select_related("signed_by").order_by("-id"):
        answers.setdefault((one.subject_kind, one.subject_id), []).append(one)
    off = {(one.subject_kind, one.subject_id, one.content_id): one.at for one in SignedOff.objects.filter(about)}
    holders = _holders(wanted)
    said = {key: content.of(subject) for key, subject in wanted.items()}
    same = sameness.of(about, said)
    found = {}
    for key, subject in wanted.items():
        digest = content.digest(*key, said[key])
        held = holders.get(key, {})
        signed_off_at = next((off[(*key, one)] for one in sorted(same[key]) if (*key, one) in off), None)
        request = requests.get(key)
        slots = _slots(request, answers.get(key, ()), same[key], None if signed_off_at else held)
        found[key] = Standing(subject, key[0], digest, request, slots, signed_off_at, held)
    return found


def _about(wanted: Mapping[Key, Any]) -> Q:
    ids: dict[str, list[int]] = {}
    for kind, pk in wanted:
        ids.setdefault(kind, []).append(pk)
    return Q(*(Q(subject_kind=kind, subject_id__in=of_kind) for kind, of_kind in ids.items()), _connector=Q.OR)


def _holders(wanted: Mapping[Key, Any]) -> dict[Key, Mapping[str, int]]:
    rows: dict[str, list[Any]] = {}
    for (kind, _pk), subject in wanted.items():
        rows.setdefault(kind, []).append(subject)
    return {(kind, pk): held for kind, of_kind in rows.items() for pk, held in registry.of_kind(kind).holders(of_kind).items()}


def _slots(
    request: SignatureRequest | None, answers: Sequence[Signature], same: Set[str], held: Mapping[str, int] | None
) -> tuple[Slot, ...]:
    """Newest answers first; those to one of `same` hold. `held` None: all had signed, so what a former holder signed stands."""
    newest: dict[str, Signature] = {}
    earlier: dict[str, Signature] = {}
    for one in answers:
        if one.digest not in same:
            if one.kind == Signature.Kind.SIGNED:
                earlier.setdefault(one.office, one)
        elif held is None or one.office in SEATS or held.get(one.office) == one.signed_by_id:
            newest.setdefault(one.office, one)
    slots, used, people = [], set(), set()
    for offices in request.slots if request else ():
        given = [newest[office] for office in offices if office in newest and office not in used]
        signed = next((o for o in given if o.kind == Signature.Kind.SIGNED and o.signed_by_id not in people), None)
        refused = next((o for o in given if o.kind == Signature.Kind.REFUSED), None) if signed is None else None
        if signed is not None:
            used.add(signed.office)
            people.add(signed.signed_by_id)
        before = next((earlier[office] for office in offices if office in earlier), None)
        slots.append(Slot(tuple(offices), signed, refused, before if signed is None else None))
    return tuple(slots)
