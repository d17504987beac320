"""Everything held on one person: their account, what they may do, what names them, what they did and wrote."""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
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

from portal import clock, subjects
from portal.archive import changes
from portal.people.models import Appointment, BrowserSession, RoleAssignment, ServiceToken, User
from portal.record.models import AuditEntry

ACCOUNT = ("id", "name", "email", "unit_id", "reports_to_id", "time_zone", "language", "is_service", "is_active")
ACCOUNT += ("date_joined", "last_login")
TOLD_ELSEWHERE = (RoleAssignment, Appointment, ServiceToken, BrowserSession, EmailAddress, Authenticator, AuditEntry)


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
    return {
        "as_of": clock.now(),
        "account": {name.removesuffix("_id"): getattr(person, name) for name in ACCOUNT},
        "mail_addresses": list(EmailAddress.objects.filter(user=person).values("email", "primary", "verified")),
        "second_factors": list(Authenticator.objects.filter(user=person).values("type", "created_at", "last_used_at")),
        "roles": list(person.role_assignments.order_by("pk").values("role", "unit__name", "granted_by", "granted_at", "ended_at")),
        **_seats(person),
        "tokens": list(person.tokens.order_by("pk").values("name", "prefix", "scopes", "created_at", "expires_at", "revoked_at")),
        "sessions": list(person.browser_sessions.order_by("pk").values("device", "address", "since", "last_seen_at", "ended_at")),
        "failed_sign_ins": _failed_sign_ins(person),
        "named_on": [_told(one) for one in _named(person, reader)],
        "did": _did(person, reader),
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


def _failed_sign_ins(person: User) -> list[dict[str, Any]]:
    attempts = apps.get_model("axes.AccessAttempt").objects.filter(username__iexact=person.email).order_by("pk")
    return list(attempts.values("attempt_time", "ip_address", "failures_since_start"))


def _named(person: User, reader: User | None) -> list[Named]:
    """Every column of every table that points to the person, whatever app it belongs to."""
    fields = _pointing()
    found = []
    for place, count in _counts(fields, person):
        model, field = fields[place].model, fields[place]
        rows = model._default_manager.filter(**{field.name: person})
        found.append(Named(_column(model, field), model._meta.label, field.name, count, _openable(model, rows, reader)))
    return sorted(found, key=lambda one: (one.model, one.field))


def _pointing() -> list[Field]:
    """Every foreign key to a person, those of named people (many to many) included; not in row history, which follows the rows."""
    relations = [one for one in User._meta.get_fields(include_hidden=True) if one.auto_created and not one.concrete]
    fields = [one.field for one in relations if not one.many_to_many and one.field.model._meta.app_label != "pghistory"]
    return [one for one in fields if one.model not in TOLD_ELSEWHERE and not hasattr(one.model, "pgh_tracked_model")]


def _counts(fields: list[Field], person: User) -> list[tuple[int, int]]:
    """(place in `fields`, rows) where there are any; one query."""
    parts = [
        sql.SQL("SELECT {}, count(*) FROM {} WHERE {} = {}").format(
            sql.Literal(place), sql.Identifier(one.model._meta.db_table), sql.Identifier(one.column), sql.Literal(person.pk)
        )
        for place, one in enumerate(fields)
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts))
        return [(place, count) for place, count in cursor.fetchall() if count]


def _column(model: type[Model], field: Field) -> str:
    kind = next((one for one in subjects.all_kinds().values() if one.model_class is model), None)
    if kind is None:
        return f"{capfirst(str(model._meta.verbose_name_plural))}, {field.verbose_name}"
    return f"{capfirst(str(kind.plural))}, {changes.label_of(kind.kind, field)}"


def _openable(model: type[Model], rows: Any, reader: User | None) -> list[dict[str, Any]]:
    """Those of a registered kind that the reader may open, by label; of other tables only the number is told."""
    kind = next((one for one in subjects.all_kinds().values() if one.model_class is model), None)
    if kind is None:
        return []
    seen = kind.visible_to(reader).filter(pk__in=rows.values("pk")) if reader else rows.select_related(*kind.related)
    return [{"kind": kind.kind, "id": row.pk, "label": kind.label(row), "url": kind.url(row)} for row in seen.order_by("pk")]


def _told(one: Named) -> dict[str, Any]:
    return {"what": one.what, "table": one.model, "column": one.field, "count": one.count, "rows": one.rows, "hidden": one.hidden}


def _did(person: User, reader: User | None) -> list[dict[str, Any]]:
    """What the log holds of them as the one who did it, with their own words; others read no words."""
    entries = AuditEntry.objects.filter(actor=person).select_related("words").order_by("pk")
    own = reader is None or reader.pk == person.pk
    seen = _seen(entries, reader)
    return [_entry(one, own) for one in entries if own or (one.kind, one.subject_id) in seen]


def _seen(entries: Iterable[AuditEntry], reader: User | None) -> Mapping[tuple[str, int], Model]:
    if reader is None:
        return {}
    return subjects.fetch([(one.kind, one.subject_id) for one in entries], reader)


def _entry(one: AuditEntry, with_words: bool) -> dict[str, Any]:
    words = one.words.text if with_words and hasattr(one, "words") else ""
    return {"at": one.at, "verb": one.verb, "kind": one.kind, "subject": one.subject_id, "params": one.params, "words": words}
