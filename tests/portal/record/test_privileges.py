import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from portal.record.models import AuditEntry
from tests.conftest import APPLICATION
from tests.factories.portal import make_unit


def refused(statement: str) -> bool:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return True


def test_the_suite_runs_as_the_application_role(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert cursor.fetchone()[0] == APPLICATION["USER"]


@pytest.mark.parametrize("table", ["record_auditentry", "risks_riskevent", "assets_assetevent", "people_unitevent"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_cannot_change_what_was_recorded(db, table, statement):
    assert refused(statement.format(table).replace("SET id = id", "SET pgh_id = pgh_id" if "event" in table else "SET id = id"))


def test_what_is_only_ever_added_lacks_the_privilege_too_not_just_the_trigger(db):
    guarded = {one._meta.db_table for one in apps.get_models() if "append_only" in {each.name for each in triggers_of(one)}}
    assert {"together_position", "together_culturereply", "risks_lossmove", "record_auditentry"} < guarded

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t FROM unnest(%s) t WHERE has_table_privilege(t, 'UPDATE') OR has_table_privilege(t, 'DELETE')",
            [sorted(guarded)],
        )
        assert cursor.fetchall() == []


def triggers_of(model):
    return getattr(model._meta, "triggers", ())


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO record_seal (seq, entry_id, hash, sealed_at) VALUES (1, 1, '', now())",
        "ALTER TABLE record_auditentry DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (id int)",
        "CREATE TEMP TABLE mine (id int)",
        "SET SESSION AUTHORIZATION concord_owner",
        "DROP TABLE risks_score",
        "SELECT pg_read_file('/etc/passwd')",
        "DELETE FROM django_migrations",
    ],
)
def test_the_application_owns_nothing(db, statement):
    assert refused(statement)


def test_history_cannot_be_switched_off_by_a_session_setting(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL pgtrigger.ignore = '{people_unit:insert_insert,insert_insert}'")
        cursor.execute("SELECT public._pgtrigger_should_ignore('insert_insert')")
        assert cursor.fetchone()[0] is False

    unit = make_unit("Northfield")

    assert unit.events.count() == 2  # made, and given its path


def test_entries_can_be_added(db):
    AuditEntry.objects.create(verb="risk.logged", kind="risk", subject_id=1)

    assert AuditEntry.objects.count() == 1
