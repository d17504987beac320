"""Everything held on one person: their account, what they may do, what names them, what they did and wrote."""

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Field, Model, Q
from django.utils.text import capfirst
from psycopg2 import sql

from portal import at_once, clock, subjects
from portal.archive import changes
from portal.people.models import Appointment, BrowserSession, RoleAssignment, ServiceToken, User
from portal.record.models import AuditEntry
from portal.workbench import custom_fields, particulars
from portal.workbench.models import CustomField, Particulars

Key = tuple[str, int]
ACCOUNT = ("id", "name", "email", "unit_id", "reports_to_id", "time_zone", "language", "is_service", "is_active")
ACCOUNT += ("date_joined", "last_login")
TOLD_ELSEWHERE = (RoleAssignment, Appointment, ServiceToken, BrowserSession, EmailAddress, Authenticator, AuditEntry)


_between: dict[type[Model], Callable[[], str]] = {}


def keep_between(model: type[Model], word: Callable[[], str]) -> None:
    """That rows of `model` name somebody is told to that person and by the command alone, under `word`; to no other reader."""
    _between[model] = word


@dataclass(frozen=True)
class Named:
    """Rows of one column that name the person: those the reader may open, and how many more there are."""

    what: str  # "Risks, IT owner"
    model: str
    field: str
    count: int
    rows: list[dict[str, Any]]

    @property
    def hidden(self) -> int:
        return self.count - len(self.rows)


def may_read(person: User, reader: User) -> bool:
    """Everybody reads what is held on themselves; administrators read it of others."""
    return reader.is_authenticated and (reader.pk == person.pk or reader.has_perm("archive.view_personal"))


def held_on(person: User, *, reader: User | None) -> dict[str, Any]:
    """All of it as plain values. `reader` None is a command on the server, which answers a request by letter and leaves nothing
    out; an administrator gets no words of things they may not open. PermissionDenied."""
    if reader is not None and not may_read(person, reader):
        raise PermissionDenied
    did = list(AuditEntry.objects.filter(actor=person).select_related("words").order_by("pk"))
    columns = [one for one in _columns(person) if one.field.model not in _between or reader is None or reader.pk == person.pk]
    with_words = reader is None or reader.pk == person.pk
    said = _said_of(person)
    keys = [key for one in columns for key in one.keys] + [key for _field, found in said for key in found]
    things = _things(keys if with_words else [*keys, *((one.kind, one.subject_id) for one in did)], reader)
    named = [*_named(columns, things), *_in_fields(said, things)]
    return {
        "as_of": clock.now(),
        "account": {name.removesuffix("_id"): getattr(person, name) for name in ACCOUNT},
        **_of_account(person),
        **_seats(person),
        "named_on": [_told(one) for one in sorted(named, key=lambda one: (one.model, one.field))],
        "did": _did(did, things, with_words=with_words),
    }


def packed(person: User, *, reader: User | None) -> bytes:
    """The same as a ZIP with one JSON file, readable by people and machines."""
    held = held_on(person, reader=reader)
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"person-{person.pk}.json", json.dumps(held, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
    return into.getvalue()


def _seats(person: User) -> dict[str, list[dict[str, Any]]]:
    found = list(Appointment.objects.filter(Q(holder=person) | Q(substitute=person)).order_by("pk"))
    told = {one: {"seat": one.seat, "since": one.since, "ended_at": one.ended_at} for one in found}
    return {
        "seats": [told[one] for one in found if one.holder_id == person.pk],
        "substitute_for": [told[one] for one in found if one.substitute_id == person.pk],
    }


def _of_account(person: User) -> dict[str, list[dict[str, Any]]]:
    """What else an account consists of. One query."""
    attempts = apps.get_model("axes.AccessAttempt").objects.filter(username__iexact=person.email).order_by("pk")
    roles, tokens, sessions = person.role_assignments, person.tokens, person.browser_sessions
    return at_once.values(
        {
            "mail_addresses": EmailAddress.objects.filter(user=person).values("email", "primary", "verified"),
            "second_factors": Authenticator.objects.filter(user=person).values("type", "created_at", "last_used_at"),
            "roles": roles.order_by("pk").values("role", "unit__name", "granted_by", "granted_at", "ended_at"),
            "tokens": tokens.order_by("pk").values("name", "prefix", "scopes", "created_at", "expires_at", "revoked_at"),
            "sessions": sessions.order_by("pk").values("device", "address", "since", "last_seen_at", "ended_at"),
            "failed_sign_ins": attempts.values("attempt_time", "ip_address", "failures_since_start"),
        }
    )


@dataclass(frozen=True)
class Pointing:
    """A column that points to the person: how many rows do, and by (kind, id) those of a registered kind."""

    field: Field
    count: int
    keys: list[Key]


def _named(columns: Iterable[Pointing], things: Mapping[Key, Model]) -> Iterator[Named]:
    """Those of a registered kind that the reader may open, by label; of other tables only the number is told."""
    for one in columns:
        model = one.field.model
        found = [(key[0], things[key]) for key in sorted(one.keys) if key in things]
        rows = [_row(subjects.of_kind(kind), thing) for kind, thing in found]
        yield Named(_column(model, one.field), model._meta.label, one.field.name, one.count, rows)


def _said_of(person: User) -> list[tuple[CustomField, list[Key]]]:
    """What custom fields of persons name them in, those that were retired too: kept as a key, without a foreign one. One query,
    where such fields are defined."""
    fields = [one for of_kind in custom_fields.known().fields.values() for one in of_kind if one.type == CustomField.Type.PERSON]
    if not fields:
        return []
    named = Q(pk__in=())
    for one in fields:
        named |= Q(subject_kind=one.kind, told__contains={particulars.kept_as(one): person.pk})
    rows = list(Particulars.objects.filter(named).order_by("pk"))
    found = [(one, [(row.subject_kind, row.subject_id) for row in rows if _says(row, one, person)]) for one in fields]
    return [(one, keys) for one, keys in found if keys]


def _says(row: Particulars, field: CustomField, person: User) -> bool:
    return row.subject_kind == field.kind and row.told.get(particulars.kept_as(field)) == person.pk


def _in_fields(said: Iterable[tuple[CustomField, list[Key]]], things: Mapping[Key, Model]) -> Iterator[Named]:
    for field, keys in said:
        kind = subjects.of_kind(field.kind)
        rows = [_row(kind, things[key]) for key in keys if key in things]
        what = f"{capfirst(str(kind.plural))}, {field.label}"
        yield Named(what, Particulars._meta.label, particulars.name_of(field), len(keys), rows)


def _row(kind: subjects.Subject, thing: Model) -> dict[str, Any]:
    return {"kind": kind.kind, "id": thing.pk, "label": kind.label(thing), "url": kind.url(thing)}


def _things(keys: Iterable[Key], reader: User | None) -> Mapping[Key, Model]:
    """What `reader` may open of these; all of it for the command. One query a kind."""
    if reader is not None:
        return subjects.fetch(list(keys), reader)
    ids: dict[str, set[int]] = {}
    for kind, pk in keys:
        ids.setdefault(kind, set()).add(pk)
    known = {kind: subjects.of_kind(kind) for kind in ids if kind in subjects.all_kinds()}
    rows = {kind: one.model_class._default_manager.select_related(*one.related) for kind, one in known.items()}
    return {(kind, row.pk): row for kind, of_kind in rows.items() for row in of_kind.filter(pk__in=ids[kind])}


def _pointing() -> list[Field]:
    """Every foreign key to a person, those of named people (many to many) included; not in row history, which follows the rows."""
    relations = [one for one in User._meta.get_fields(include_hidden=True) if one.auto_created and not one.concrete]
    fields = [one.field for one in relations if not one.many_to_many and one.field.model._meta.app_label != "pghistory"]
    return [one for one in fields if one.model not in TOLD_ELSEWHERE and not hasattr(one.model, "pgh_tracked_model")]


def _columns(person: User) -> list[Pointing]:
    """Every column of every table that points to the person, whatever app it belongs to; those with rows. One query."""
    fields = _pointing()
    parts = [
        sql.SQL("SELECT {}, count(*), {} FROM {} WHERE {} = {}").format(
            sql.Literal(place),
            sql.SQL("array_agg({}::bigint)").format(sql.Identifier(one.model._meta.pk.column))
            if _kind(one.model)
            else sql.SQL("NULL::bigint[]"),
            sql.Identifier(one.model._meta.db_table),
            sql.Identifier(one.column),
            sql.Literal(person.pk),
        )
        for place, one in enumerate(fields)
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts))
        return [_points(fields[place], count, ids or ()) for place, count, ids in cursor.fetchall() if count]


def _points(field: Field, count: int, ids: Iterable[int]) -> Pointing:
    kind = _kind(field.model)
    return Pointing(field, count, [(kind.kind, pk) for pk in ids] if kind else [])


def _kind(model: type[Model]) -> subjects.Subject | None:
    return next((one for one in subjects.all_kinds().values() if one.model_class is model), None)


def _column(model: type[Model], field: Field) -> str:
    kind = _kind(model)
    if model in _between:
        return _between[model]()
    if kind is None:
        return f"{capfirst(str(model._meta.verbose_name_plural))}, {field.verbose_name}"
    return f"{capfirst(str(kind.plural))}, {changes.label_of(kind.kind, field)}"


def _told(one: Named) -> dict[str, Any]:
    return {"what": one.what, "table": one.model, "column": one.field, "count": one.count, "rows": one.rows, "hidden": one.hidden}


def _did(entries: Iterable[AuditEntry], things: Mapping[Key, Model], *, with_words: bool) -> list[dict[str, Any]]:
    """What the log holds of them as the one who did it, with their own words; others read no words."""
    return [_entry(one, with_words) for one in entries if with_words or (one.kind, one.subject_id) in things]


def _entry(one: AuditEntry, with_words: bool) -> dict[str, Any]:
    words = one.words.text if with_words and hasattr(one, "words") else ""
    return {"at": one.at, "verb": one.verb, "kind": one.kind, "subject": one.subject_id, "params": one.params, "words": words}
