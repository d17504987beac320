"""What a page shows of signatures: each slot in words, what the reader may do, and what differs from what they signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import capfirst

from portal import subjects
from portal.people import appointments
from portal.people.models import User
from portal.signing import content, registry, signatures
from portal.signing.content import Change
from portal.signing.models import Signature
from portal.signing.standing import SEATS, Standing, of


@dataclass(frozen=True, slots=True)
class Line:
    """One slot: who signed or refused it and when, or who could."""

    words: str
    mark: str  # of the seat: "cio", "ciso" or ""
    state: str  # SIGNED, REFUSED, STALE, WAITS
    answer: Signature | None
    office: str  # that answered
    waits_for: tuple[tuple[str, bool], ...]  # (name, whether as substitute)


@dataclass(frozen=True, slots=True)
class Panel:
    kind: str
    pk: int
    label: str
    standing: Standing
    lines: tuple[Line, ...]
    offices: tuple[str, ...]  # for which the reader may answer, in words
    alone: bool  # the reader proposed or wrote it, and nobody else is asked
    signed_off_at: datetime | None
    signed_before: Signature | None  # by the reader's office, before it changed
    changes: Sequence[Change]  # since then


def read(subject: Any, user: User) -> Panel | None:
    """The panel of `subject`; None where nobody was asked to sign it, or `user` reads no signatures. Seven queries at most."""
    if not user.has_perm("signing.view_signature"):
        return None
    found = of(subject)
    if found.request is None:
        return None
    filled = appointments.filled()
    names = dict(User.objects.filter(pk__in=set(dict(found.holders).values())).values_list("pk", "name")) if found.holders else {}
    offices = signatures.may_answer(found, user)
    mine = next((slot.stale for slot in found.stale if set(slot.offices) & set(offices)), None)
    return Panel(
        kind=found.kind,
        pk=subject.pk,
        label=subjects.of_kind(found.kind).label(subject),
        standing=found,
        lines=tuple(_line(slot, found, filled, names) for slot in found.slots),
        offices=tuple(registry.office_word(office) for office in dict.fromkeys(offices)),
        alone=bool(offices) and len(found.slots) == 1 and registry.of_kind(found.kind).is_word_of(subject, user.pk),
        signed_off_at=found.signed_off_at,
        signed_before=mine,
        changes=content.difference(found.kind, mine.content.content, content.of(subject)) if mine else (),
    )


def whole(subject: Any) -> list[tuple[str, str]]:
    """All that a signature covers, in words: (label, value)."""
    signable = registry.of_kind(subjects.kind_of(subject))
    said = content.of(subject)
    names = [*(name for name in signable.words if name in said), *(name for name in said if name not in signable.words)]
    return [(str(signable.words.get(name) or capfirst(name.replace("_", " "))), signable.say(name, said[name])) for name in names]


def _line(slot, found: Standing, filled, names) -> Line:
    answer = slot.signature or slot.refusal or slot.stale
    state = "SIGNED" if slot.signature else "REFUSED" if slot.refusal else "STALE" if slot.stale else "WAITS"
    could = signatures.who_could(slot, found, filled)
    people = tuple(
        (person.name if isinstance(person, User) else names.get(person, ""), stands_in) for _, person, stands_in in could
    )
    mark = slot.offices[0].lower() if len(slot.offices) == 1 and slot.offices[0] in SEATS else ""
    return Line(
        words=slot.words,
        mark=mark if mark in ("cio", "ciso") else "",
        state=state,
        answer=answer,
        office=registry.office_word(answer.office) if answer and len(slot.offices) > 1 else "",
        waits_for=tuple(dict.fromkeys(people)) if state != "SIGNED" else (),
    )
