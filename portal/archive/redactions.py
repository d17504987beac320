"""Redaction: words go, keys, hashes and signatures stay; one person proposes, another carries it out, or their time is over."""

from collections.abc import Iterable, Sequence
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import F, Field, Model, Q, Value
from django.http import Http404
from django.utils.translation import gettext as _

from portal import clock, subjects
from portal.archive import holds
from portal.archive.authority import require
from portal.archive.errors import Decided, Held, OwnProposal, StillHere
from portal.archive.models import Redaction
from portal.errors import Invalid
from portal.people.models import User
from portal.record import audit, redacting
from portal.record.models import AuditEntry, StoredFile
from portal.record.redacting import Beside
from portal.signing import redacted

OF_A_PERSON = ("name", "email")
DOMAIN = "redacted.invalid"  # a name that never becomes an address (RFC 2606)


def fields_of(kind: str) -> list[Field]:
    """The columns of a kind whose words may be taken away; `beside_of` tells where else they stand."""
    model = subjects.of_kind(kind).model_class
    if model is User:
        return [User._meta.get_field(name) for name in OF_A_PERSON]
    return redacting.text_fields(model)


def beside_of(kind: str, pk: int, *, is_over: bool = False) -> list[Beside]:
    """What else holds words about this subject; with what goes only where its time `is_over`. One query."""
    known = [one for one in redacting.beside(kind) if is_over or not one.at_its_end]
    there = [one.of(kind, pk).order_by().annotate(named=Value(one.name)).values_list("named")[:1] for one in known]
    found = {name for (name,) in there[0].union(*there[1:], all=True)} if there else set()
    return [one for one in known if one.name in found]


def words_of(kind: str, pk: int) -> list[AuditEntry]:
    """Audit entries about this subject that still have words."""
    return list(
        AuditEntry.objects.filter(kind=kind, subject_id=pk, words__isnull=False).select_related("words", "actor").order_by("-pk")
    )


@transaction.atomic
def propose(
    kind: str,
    pk: int,
    *,
    actor: Any,
    fields: Sequence[str] = (),
    entries: Sequence[int] = (),
    with_present: bool = True,
    reason: str,
) -> Redaction:
    """Ask for the words of one subject to go. Http404, Held, StillHere, Invalid by field, PermissionDenied."""
    require(actor, "archive.redact")
    subject = subjects.of_kind(kind).visible_to(actor).filter(pk=pk).first()
    if subject is None:
        raise Http404
    _check_stays(kind, pk, subject, fields)
    wrong = {}
    known = {one.name for one in [*fields_of(kind), *beside_of(kind, pk)]}
    if not fields and not entries:
        wrong["fields"] = [_("Choose at least one field or text.")]
    if unknown := sorted(set(fields) - known):
        wrong["fields"] = [_("%s holds no words of people.") % unknown[0]]
    if set(entries) - {one.pk for one in words_of(kind, pk)}:
        wrong["entries"] = [_("This text is not there any more. Open the page again.")]
    if not reason.strip():
        wrong["reason"] = [_("Say why, without repeating what is to go.")]
    if wrong:
        raise Invalid(next(iter(wrong.values()))[0], wrong)
    made = Redaction.objects.create(
        subject_kind=kind,
        subject_id=pk,
        fields=sorted(set(fields)),
        entries=sorted(set(entries)),
        with_present=with_present or kind == "user",
        reason=reason.strip(),
        proposed_by=actor,
    )
    audit.record(actor, "redaction.proposed", made, _told(made))
    return made


@transaction.atomic
def carry_out(redaction: Redaction, *, actor: Any) -> Redaction:
    """Agree, and take the words away for good. OwnProposal, Decided, Held, StillHere, PermissionDenied."""
    return _take_away(_locked(redaction, actor), actor)


@transaction.atomic
def by_retention(kind: str, pk: int, *, actor: Any) -> Redaction:
    """Every word of a subject whose time is over, in it, beside it and in the log, and the files that lie beside it. What was done,
    by whom and when stays. Held, PermissionDenied; `actor` None: the night."""
    require(actor, "archive.dispose")
    beside = beside_of(kind, pk, is_over=True)
    made = Redaction.objects.create(
        subject_kind=kind,
        subject_id=pk,
        fields=sorted({one.name for one in [*fields_of(kind), *beside]}),
        entries=sorted(_entries_beside(kind, pk, beside)),
        by_retention=True,
    )
    _take_away(made, actor)
    StoredFile.objects.filter(subject_kind=kind, subject_id=pk).delete()
    return made


def _entries_beside(kind: str, pk: int, beside: Iterable[Beside]) -> set[int]:
    """Audit entries with words about this subject and about the rows beside it."""
    own_kinds = {one.model: name for name, one in subjects.all_kinds().items()}
    about = Q(kind=kind, subject_id=pk)
    for one in beside:
        if one.model in own_kinds:
            about |= Q(kind=own_kinds[one.model], subject_id__in=one.of(kind, pk).values("pk"))
    return set(AuditEntry.objects.filter(about, words__isnull=False).values_list("pk", flat=True))


def _take_away(redaction: Redaction, actor: Any) -> Redaction:
    model = subjects.of_kind(redaction.subject_kind).model_class
    subject = model._default_manager.select_for_update(of=("self",)).get(pk=redaction.subject_id)
    _check_stays(*redaction.key, subject, redaction.fields)
    signed = redacted.beforehand(subject)
    own = [name for name in redaction.fields if name in {one.name for one in fields_of(redaction.subject_kind)}]
    beside = [one for one in redacting.beside(redaction.subject_kind) if one.name in redaction.fields]
    words = _words(redaction, subject, own, beside) if signed else set()
    redaction.state, redaction.decided_by = Redaction.State.DONE, actor
    redaction.wholes = [list(one.key) for one in signed if one.key != redaction.key]
    redaction.save(update_fields=["state", "decided_by", "wholes"])  # the functions of the database ask for it
    if redaction.with_present:
        _overwrite(subject, own)
    redaction.versions = sum(_take(redaction, model, name, [subject]) for name in own)
    redaction.versions += sum(_take_beside(redaction, one) for one in beside)
    redaction.versions += sum(one.carry_over(redaction.pk, words) for one in signed)
    redaction.texts = redacting.redact_entries(redaction.pk, redaction.entries) if redaction.entries else 0
    _decide(redaction, Redaction.State.DONE, actor)
    told = _told(redaction) | {"versions": redaction.versions, "texts": redaction.texts}
    audit.record(actor, "redaction.carried_out", redaction, told)
    return redaction


def _take(redaction: Redaction, model: type[Model], column: str, rows: Iterable[Model]) -> int:
    """Out of every version of these rows; where the present words stay, each keeps its own."""
    if not hasattr(model, "pgh_event_model"):
        return 0
    if redaction.with_present:
        return redacting.redact_history(redaction.pk, model, column, [row.pk for row in rows])
    return sum(redacting.redact_history(redaction.pk, model, column, [row.pk], keep=_said(row, column)) for row in rows)


def _take_beside(redaction: Redaction, one: Beside) -> int:
    rows, model = one.of(*redaction.key), one.model_class
    if one.forget is not None:
        return one.forget(rows)
    if not hasattr(model, "pgh_event_model"):
        return redacting.redact_rows(redaction.pk, model, one.field, list(rows.values_list("pk", flat=True)))
    found = list(rows.select_for_update(of=("self",)))
    for row in found if redaction.with_present else ():
        _overwrite(row, [one.field])
    return _take(redaction, model, one.field, found)


def _words(redaction: Redaction, subject: Model, own: Sequence[str], beside: Iterable[Beside]) -> set[str]:
    """Every text that goes: of each version, but for the present one where that stays."""
    places = [(name, [subject]) for name in own]
    places += [(one.field, list(one.of(*redaction.key))) for one in beside if one.forget is None]
    gone: set[Any] = set()
    for column, rows in places:
        present = {_said(row, column) for row in rows if isinstance(_said(row, column), str)}
        if rows and hasattr(rows[0], "pgh_event_model"):
            versions = rows[0].pgh_event_model.objects.filter(pgh_obj_id__in=[row.pk for row in rows])
            gone |= {said for one in versions if isinstance(said := _said(one, column), str)}
        gone = gone | present if redaction.with_present else gone - present
    return gone - {""}


def _said(row: Model, column: str) -> Any:
    name, _dot, part = column.partition(".")
    value = getattr(row, name)
    return (value or {}).get(part) if part else value


@transaction.atomic
def refuse(redaction: Redaction, *, actor: Any) -> Redaction:
    """Leave everything as it is. Whoever proposed it may take it back so. Decided, PermissionDenied."""
    redaction = _locked(redaction, actor, own=True)
    _decide(redaction, Redaction.State.REFUSED, actor)
    audit.record(actor, "redaction.refused", redaction, _told(redaction))
    return redaction


def _locked(redaction: Redaction, actor: Any, *, own: bool = False) -> Redaction:
    require(actor, "archive.redact")
    redaction = Redaction.objects.select_for_update(of=("self",)).get(pk=redaction.pk)
    if redaction.state != Redaction.State.PROPOSED:
        raise Decided
    if not own and redaction.proposed_by_id == actor.pk:
        raise OwnProposal
    return redaction


def _decide(redaction: Redaction, state: str, actor: Any) -> None:
    redaction.state, redaction.decided_by, redaction.decided_at = state, actor, clock.now()
    redaction.save(update_fields=["state", "decided_by", "decided_at", "versions", "texts"])


def _check_stays(kind: str, pk: int, subject: Model, fields: Sequence[str]) -> None:
    own_kinds = {one.model: name for name, one in subjects.all_kinds().items()}
    covered = [(kind, pk)]
    for one in redacting.beside(kind):
        if one.name in fields and one.model in own_kinds:
            covered += [(own_kinds[one.model], row) for row in one.of(kind, pk).values_list("pk", flat=True)]
    if hold := next(filter(None, (holds.covering(*key) for key in covered)), None):
        raise Held(_("The legal hold “%s” covers this. Whoever placed it can lift it.") % hold.matter)
    if isinstance(subject, User) and subject.is_active:
        raise StillHere


def _overwrite(subject: Model, fields: Sequence[str]) -> None:
    rows = type(subject)._default_manager.filter(pk=subject.pk)
    if isinstance(subject, User):
        _forget(subject, fields)
        return
    changed: dict[str, Any] = {}
    for column in fields:
        name, _dot, part = column.partition(".")
        if value := _said(subject, column):
            one = subject._meta.get_field(name)
            changed[name] = {**getattr(subject, name), part: redacting.MARK} if part else redacting.marked(one, value)
    if changed and any(one.name == "version" for one in subject._meta.concrete_fields):
        changed["version"] = F("version") + 1
    if changed:
        rows.update(**changed)


def _forget(person: User, fields: Sequence[str]) -> None:
    """A departed person keeps their key and nothing else by which one would know them."""
    if "name" in fields:
        person.name = _("Person %d") % person.pk
    if "email" in fields:
        person.email = f"person-{person.pk}@{DOMAIN}"
        EmailAddress.objects.filter(user=person).delete()
    person.save(update_fields=list(fields))


def _told(redaction: Redaction) -> dict[str, Any]:
    """What the sealed log keeps of it: keys and the names of fields, never words."""
    return {
        "kind": redaction.subject_kind,
        "subject": redaction.subject_id,
        "fields": redaction.fields,
        "entries": redaction.entries,
    } | ({"by_retention": True} if redaction.by_retention else {})
