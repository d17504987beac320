"""Legal holds: what must not go while a matter is open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock, subjects
from portal.archive import periods
from portal.archive.authority import require
from portal.archive.errors import Lifted
from portal.archive.models import LegalHold
from portal.errors import Invalid
from portal.record import audit


def open_holds() -> list[LegalHold]:
    return list(LegalHold.objects.filter(lifted_at=None).order_by("pk"))


def covering(kind: str, pk: int, holds: Iterable[LegalHold] | None = None) -> LegalHold | None:
    """The first open hold that covers this subject, whatever its days: words of any day may tell of them."""
    for hold in open_holds() if holds is None else holds:
        if hold.covers_everything or kind in hold.kinds or [kind, pk] in hold.subjects:
            return hold
    return None


@dataclass(frozen=True)
class Span:
    """Rows of one line of the retention table that a hold keeps: all of these days, or only those about `subjects`."""

    covers_from: date | None
    covers_to: date | None
    subjects: Sequence[tuple[str, int]] | None  # None: whatever they are about


def spans(line: str, holds: Iterable[LegalHold]) -> list[Span]:
    """What `holds` keep back of one line of the retention table; those of the same days in one."""
    whole: set[tuple[date | None, date | None]] = set()
    about: dict[tuple[date | None, date | None], set[tuple[str, int]]] = {}
    for hold in holds:
        days = hold.covers_from, hold.covers_to
        if hold.covers_everything or line in hold.kinds:
            whole.add(days)
        else:
            about.setdefault(days, set()).update((kind, pk) for kind, pk in hold.subjects)
    return [Span(*days, None) for days in whole] + [Span(*days, sorted(them)) for days, them in about.items() if days not in whole]


@transaction.atomic
def place(
    matter: str,
    *,
    actor: Any,
    reason: str,
    kinds: Sequence[str] = (),
    about: Sequence[tuple[str, int]] = (),
    covers_from: date | None = None,
    covers_to: date | None = None,
) -> LegalHold:
    """Stop disposal and redaction of what it covers. Invalid by field; PermissionDenied."""
    require(actor, "archive.place_hold")
    wrong = _wrong(matter, reason, kinds, about, covers_from, covers_to)
    if wrong:
        raise Invalid(next(iter(wrong.values()))[0], wrong)
    hold = LegalHold.objects.create(
        matter=matter.strip(),
        reason=reason.strip(),
        kinds=sorted(set(kinds)),
        subjects=[[kind, pk] for kind, pk in sorted(set(about))],
        covers_from=covers_from,
        covers_to=covers_to,
        placed_by=actor,
    )
    audit.record(actor, "hold.placed", hold, {"kinds": hold.kinds, "subjects": hold.subjects}, text=hold.reason)
    return hold


@transaction.atomic
def lift(hold: LegalHold, *, actor: Any, reason: str) -> LegalHold:
    """Let time run again from today. Lifted; Invalid without a reason; PermissionDenied."""
    require(actor, "archive.place_hold")
    hold = LegalHold.objects.select_for_update().get(pk=hold.pk)
    if hold.lifted_at is not None:
        raise Lifted
    if not reason.strip():
        sentence = _("Say why the matter is over.")
        raise Invalid(sentence, {"reason": [sentence]})
    hold.lifted_by, hold.lifted_at, hold.lifting_reason = actor, clock.now(), reason.strip()
    hold.save(update_fields=["lifted_by", "lifted_at", "lifting_reason"])
    audit.record(actor, "hold.lifted", hold, text=hold.lifting_reason)
    return hold


def _wrong(matter: str, reason: str, kinds: Any, about: Any, begins: date | None, ends: date | None) -> Mapping[str, list[str]]:
    wrong = {}
    if not matter.strip() or len(matter) > 120:
        wrong["matter"] = [_("Name the matter in at most 120 letters.")]
    if not reason.strip():
        wrong["reason"] = [_("Say why, so that whoever lifts it knows what to wait for.")]
    known = set(subjects.all_kinds()) | set(periods.KEYS)
    if unknown := sorted(set(kinds) - known):
        wrong["kinds"] = [_("There is no kind %s.") % unknown[0]]
    for kind, pk in about:
        if kind not in subjects.all_kinds() or not subjects.of_kind(kind).model_class._default_manager.filter(pk=pk).exists():
            wrong["subjects"] = [_("There is no %(kind)s %(id)s.") % {"kind": kind, "id": pk}]
    if begins and ends and ends < begins:
        wrong["covers_to"] = [_("The span ends before it begins.")]
    return wrong
