"""Clear the demo and begin as ourselves.

The record is append-only for the application, so no page can empty it. A page asks (with the organisation's name typed and a
fresh second factor), and the ask is an audit entry; what clears is a process with the rights of the database's owner: the
worker of `make up`, or whoever runs `manage.py clear_demo` on the host. It empties every table in one transaction, or none.
Only an organisation that was a demo from its first moment can be cleared; the database lets none become one (Organisation).
"""

from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg2 import sql

from portal import clock
from portal.errors import Invalid, Refused
from portal.people import openings
from portal.people.models import Organisation, User
from portal.record import audit
from portal.record.models import AuditEntry
from risks import formula_versions

ASKED = "organisation.clearing_asked"
GOOD_FOR = timedelta(minutes=15)
KEPT = {"django_migrations", "django_content_type", "auth_permission", "record_redactable"}  # what migrate itself writes
FIRST_MARK = "INSERT INTO record_sealmark (entry_id, coming_id, coming_xid, coming_at) VALUES (0, 0, '0', now())"


class NoDemo(Refused):
    sentence = gettext_lazy("This organisation is real, and what is recorded of it stays; only the demo can be cleared.")
    code = "no-demo"


class NotAsked(Refused):
    sentence = gettext_lazy("No administrator asked for this within a quarter of an hour; ask again under Settings.")
    code = "not-asked"


@transaction.atomic
def ask(name: str, *, actor: Any) -> str:
    """Ask for the demo to be cleared; returns the token of the link by which the asker comes in first afterwards.

    Raises NoDemo, and Invalid where `name` is not that of the organisation.
    """
    organisation = Organisation.objects.select_for_update().first()
    if organisation is None or not organisation.is_demo:
        raise NoDemo
    if name.strip() != organisation.name:
        told = _("Type %(name)s as it stands here, so that nothing is cleared by mistake.") % {"name": organisation.name}
        raise Invalid(_("Nothing was cleared."), {"name": [told]})
    token = openings.fresh_token()
    audit.record(actor, ASKED, organisation, {"opening": openings.digest_of(token)})
    return token


def under_way(token: str) -> bool:
    """Whether the clearing that hands out this link was asked for, and has not come yet."""
    return _asked().filter(params__opening=openings.digest_of(token)).exists()


def opening_asked_for() -> str:
    """The digest that the newest ask named. Raises NotAsked, also where whoever asked may not any more."""
    entry = _asked().select_related("actor").order_by("-pk").first()
    if entry is None or entry.actor is None or not User.objects.get(pk=entry.actor_id).has_perm("people.change_organisation"):
        raise NotAsked
    return entry.params["opening"]


def clear(digest: str = "") -> str:
    """Empty the portal and let the link with `digest` open it; without one the token of a new link comes back. Needs the
    owner's connection. Raises NoDemo for a real organisation."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '30s'")
        cursor.execute("SET LOCAL statement_timeout = '120s'")
        organisation = Organisation.objects.select_for_update().first()
        if organisation is None or not organisation.is_demo:
            raise NoDemo
        _empty(cursor)
        token = openings.issue(digest)
    cache.clear()
    return token


def _asked():
    return AuditEntry.objects.filter(verb=ASKED, at__gt=clock.now() - GOOD_FOR)


def _empty(cursor: Any) -> None:
    """Every table but those of the framework, with the guards against it off for this transaction alone."""
    tables = _names(
        cursor,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> ALL(%s)",
        [sorted(KEPT)],
    )
    guards = _rows(
        cursor,
        "SELECT t.relname, g.tgname FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid "
        "WHERE t.relnamespace = 'public'::regnamespace AND NOT g.tgisinternal AND g.tgtype & 32 > 0",  # those on TRUNCATE
    )
    for verb in ("DISABLE", "ENABLE"):
        if verb == "ENABLE":
            cursor.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
        for table, guard in guards:
            statement = sql.SQL(f"ALTER TABLE {{}} {verb} TRIGGER {{}}")
            cursor.execute(statement.format(sql.Identifier(table), sql.Identifier(guard)))
    free = _names(  # sequences that belong to no column, such as the numbers of risks
        cursor,
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S' AND NOT EXISTS ("
        "SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))",
    )
    for sequence in free:
        cursor.execute(sql.SQL("ALTER SEQUENCE {} RESTART").format(sql.Identifier(sequence)))
    cursor.execute(FIRST_MARK)
    formula_versions.bring_in()


def _rows(cursor: Any, statement: str, values: list | None = None) -> list[tuple]:
    cursor.execute(statement, values)
    return cursor.fetchall()


def _names(cursor: Any, statement: str, values: list | None = None) -> list[str]:
    return sorted(name for (name,) in _rows(cursor, statement, values))
