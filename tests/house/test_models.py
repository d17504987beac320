"""Migrations are complete, nothing deletes what was recorded, whatever people change keeps its history."""

from io import StringIO

import pghistory.models
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models import CASCADE, DO_NOTHING

from tests.house.source import APPS

# Engine rows, tokens, keys and accounts: what changes there is told by audit entries, or computed.
WITHOUT_HISTORY = {
    "attention.Digest",
    "attention.Reminder",
    "people.BrowserSession",
    "people.User",
    "people.ServiceToken",
    "risks.ScoreState",
}
# Rows that are only added, or settled once.
WITHOUT_HISTORY |= {"risks.Score", "assets.DiscoveryRun", "assets.Proposal", "workbench.SheetImport", "workbench.BulkEdit"}
WITHOUT_HISTORY |= {"workbench.FieldRenewal", "assets.DiscoveryPush"}
WITHOUT_HISTORY |= {"archive.HeadLetter", "archive.Redaction", "together.AlignmentReading"}
# The parts of a thing that go with it: a work file's chunks, a key's answer.
GOES_WITH = {"record.FileChunk.file"}


def ours():
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.partition(".")[0] in APPS:
            yield model


def is_event(model):
    return issubclass(model, pghistory.models.Event)


def test_migrations_are_complete(db):
    out = StringIO()

    call_command("makemigrations", check_changes=True, dry_run=True, stdout=out)

    assert out.getvalue().strip() == "No changes detected"


def test_every_model_with_a_state_or_a_version_keeps_its_history():
    tracked = {model.pgh_tracked_model for model in ours() if is_event(model)}
    changing = {
        model
        for model in ours()
        if not is_event(model) and {"state", "version", "ended_at"} & {field.name for field in model._meta.fields}
    }

    assert len(changing) > 5
    assert {model._meta.label for model in changing - tracked} - WITHOUT_HISTORY == set()


def test_a_removed_row_takes_nothing_with_it():
    found = {
        f"{model._meta.label}.{field.name}"
        for model in ours()
        if not is_event(model) and not model._meta.auto_created
        for field in model._meta.fields
        if field.is_relation and field.remote_field.on_delete is CASCADE
    }

    assert found <= GOES_WITH


def test_history_outlives_what_it_tells_of():
    relations = [field for model in ours() if is_event(model) for field in model._meta.fields if field.is_relation]

    assert len(relations) > 20
    assert {field.remote_field.on_delete for field in relations} == {DO_NOTHING}
    assert not any(field.db_constraint for field in relations)


def test_the_database_has_every_index_constraint_and_trigger_that_a_model_names(db):
    """Migrations only note them (portal/record/migrating.py), so that none may get lost on the way."""
    named = {(model._meta.db_table, one.name) for model in ours() for one in (*model._meta.indexes, *model._meta.constraints)}
    triggers = {(model._meta.db_table, one.get_pgid(model)) for model in ours() for one in getattr(model._meta, "triggers", ())}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename, indexname FROM pg_indexes")
        found = set(cursor.fetchall())
        cursor.execute("SELECT conrelid::regclass::text, conname FROM pg_constraint")
        found |= set(cursor.fetchall())
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger")
        fired = set(cursor.fetchall())

    assert len(named) > 100 and len(triggers) > 100
    assert named - found == set()
    assert triggers - fired == set()


SPELT = {"character varying": "varchar", "character": "char", "time without time zone": "time"}


def as_django_says(kind: str) -> str:
    """`character varying(40)` is varchar(40) to Django."""
    name, bracket, size = kind.partition("(")
    return f"{SPELT.get(name, name)}{bracket}{size.replace(',', ', ')}"


def test_the_database_has_every_column_that_a_model_names_of_its_type_and_points_where_it_says(db):
    """Migrations add them without rendering what is around them (portal/record/migrating.py)."""
    fields = [field for model in ours() for field in model._meta.concrete_fields if not field.generated]
    named = {(one.model._meta.db_table, one.column, one.db_type(connection), one.null) for one in fields}
    points = {
        (one.model._meta.db_table, one.column, one.remote_field.model._meta.db_table)
        for one in fields
        if one.is_relation and one.db_constraint
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.attrelid::regclass::text, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull"
            " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
        )
        there = {(table, column, as_django_says(kind), null) for table, column, kind, null in cursor.fetchall()}
        cursor.execute(
            "SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text FROM pg_constraint c"
            " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] WHERE c.contype = 'f'"
        )
        held = set(cursor.fetchall())

    assert len(named) > 1000 and len(points) > 100
    assert named - there == set()
    assert points - held == set()
