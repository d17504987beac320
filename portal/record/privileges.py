"""What the application's database role may do: granted after every migrate, by the owner."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, connections
from django.db.models import Model
from psycopg2 import sql

from portal.history import NEVER_CHANGED
from portal.record import redacting

# Rows are only ever added here, beside the tables whose triggers say so and row history (models whose name ends in Event).
INSERT_ONLY = {"record_entrytext", "compliance_practicerating", "risks_clockwarning"}
INSERT_ONLY |= {"change_gatetemplate", "change_templatecriterion", "change_waiver"}
# Written by the owner's function alone.
READ_ONLY = {"record_seal", "record_sealmark", "record_redactable", "record_redacted", "signing_redactedcontent"}
CALLED = (
    "public.seal_entries(integer)",
    "public.redact(bigint,text,text,bigint[],text)",
    "public.redact_signed(bigint,text,bigint,jsonb,text[],text,text)",
)

# pgtrigger's own version obeys a setting that any session may change: then any SQL could switch history off. The owner may, also
# inside the owner's function `redact`, which the application calls and which says itself what is let through.
STRICT_IGNORE = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT current_user = (SELECT r.rolname FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba
                           WHERE d.datname = current_database())
       AND coalesce(trigger_name = ANY (nullif(current_setting('pgtrigger.ignore', true), '')::text[]), false)
$$
"""

# pghistory's own version catches an error for each row outside of a request: a subtransaction that fails, and each of
# those walks through all constraint checks the transaction has put off. 20,000 rows took 90 s, with this one 4.
ATTACH_CONTEXT = """
CREATE OR REPLACE FUNCTION public._pgh_attach_context() RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    context_id text := nullif(current_setting('pghistory.context_id', true), '');
    context_metadata text := nullif(current_setting('pghistory.context_metadata', true), '');
BEGIN
    IF context_id IS NULL OR context_metadata IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO pghistory_context AS known (id, metadata, created_at, updated_at)
    VALUES (context_id::uuid, context_metadata::jsonb, now(), now())
    ON CONFLICT (id) DO UPDATE SET metadata = excluded.metadata, updated_at = excluded.updated_at
    WHERE known.metadata <> excluded.metadata;
    RETURN context_id::uuid;
END
$$
"""


def history_is_guarded() -> bool:
    """Whether the function that may switch row history off is the strict one; each new trigger writes pgtrigger's own anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE oid = to_regprocedure('public._pgtrigger_should_ignore(name)')")
        found = cursor.fetchone()
    return found is not None and found[0].strip() == STRICT_IGNORE.split("$$")[1].strip()


def insert_only_tables() -> set[str]:
    """Tables of which the application role may neither change nor remove a row."""
    kept = {model._meta.db_table for model in apps.get_models() if _is_append_only(model) or _is_event(model)}
    return INSERT_ONLY | kept


def grant(using: str = "default", **_: Any) -> None:
    """Give the application role exactly what it needs; nothing to do where it owns the database itself."""
    role = settings.DATABASE_APP_ROLE
    if not role:
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('public._pgtrigger_should_ignore(name)') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute(STRICT_IGNORE)
        cursor.execute("SELECT to_regprocedure('public._pgh_attach_context()') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute(ATTACH_CONTEXT)
        redacting.allow(cursor)
        cursor.execute("SELECT session_user = %s", [role])
        if cursor.fetchone()[0]:
            return
        name = sql.Identifier(role)
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
            "REVOKE ALL ON TABLE django_migrations FROM {}",
            "GRANT SELECT ON TABLE django_migrations TO {}",
        ):
            cursor.execute(sql.SQL(statement).format(name))
        for tables, privileges in ((insert_only_tables(), "UPDATE, DELETE"), (READ_ONLY, "INSERT, UPDATE, DELETE")):
            for table in sorted(tables):
                cursor.execute(sql.SQL("REVOKE " + privileges + " ON TABLE {} FROM {}").format(sql.Identifier(table), name))
        for function in CALLED:
            cursor.execute("SELECT to_regprocedure(%s) IS NOT NULL", [function])
            if cursor.fetchone()[0]:
                cursor.execute(sql.SQL(f"GRANT EXECUTE ON FUNCTION {function} TO {{}}").format(name))


def _is_append_only(model: type[Model]) -> bool:
    return hasattr(model, "pgh_trackers") or NEVER_CHANGED in getattr(model._meta, "triggers", ())


def _is_event(model: type) -> bool:
    import pghistory.models

    return issubclass(model, pghistory.models.Event)
