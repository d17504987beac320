"""After a disaster: an empty server, one file, and every answer is what it was."""

import dataclasses
import hashlib
import io
import json
import shutil
import zipfile
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from portal.people.models import Unit
from portal.record import audit, backups, files, restoring, sealing, verification
from portal.record.errors import CannotRestore
from portal.record.models import AuditEntry, StoredFile
from tests.conftest import APPLICATION, OWNER, acting_as
from tests.disaster import answers, empty_server, restored
from tests.house import world

FAR_AHEAD = "999999999999"  # transactions of a server that has run for years


@pytest.fixture
def made(django_db_setup):
    """The name of a database in which everything is made and nobody lives."""
    return connection.settings_dict["NAME"]


@pytest.fixture
def backup(made, own_db, tmp_path):
    """`.file` of an organisation with risks, scores, history and a stored file; `.answers` it gave to its CIO."""
    from tests.factories import portal as make

    company = make.make_company()
    cio = make.make_person("CIO", company=company)
    world.build(company)
    files.store(io.BytesIO(b"plan" * 300_000), "plan.bin", actor=cio, limit=2 * files.CHUNK)
    audit.record(cio, "risk.noted", company.northfield, text="What somebody wrote: “Übergabe”\t\\N\n")
    sealing.seal_all()
    with acting_as(OWNER), connection.cursor() as cursor:
        cursor.execute("UPDATE record_sealmark SET coming_xid = %s::xid8", [FAR_AHEAD])
    file = tmp_path / "concord.backup"
    out = StringIO()
    call_command("backup", str(file), stdout=out)
    return type("Backup", (), {"file": file, "answers": answers(cio), "cio": cio, "said": out.getvalue(), "made": made})


def test_everything_comes_back_where_the_tables_are_made(backup):
    seq, head = sealing.head()
    with empty_server(backup.made):
        said = restored(backup.file)

        assert answers(backup.cio) == backup.answers
        assert sealing.head() == (seq, head)
        assert f"{seq} sealed; the log is what was sealed, up to {head}" in said
        plan = StoredFile.objects.get(name="plan.bin")
        assert files.open_stream(plan).read() == b"plan" * 300_000
        assert AuditEntry.objects.get(verb="risk.noted").words.text == "What somebody wrote: “Übergabe”\t\\N\n"


def test_the_restored_portal_goes_on_where_the_other_stopped(backup):
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
    with empty_server(backup.made):
        restored(backup.file)

        unit = Unit.objects.get(name="Northfield")
        versions = unit.events.count()
        unit.name = "Northfield works"
        unit.save()
        entry = audit.record(None, "unit.renamed", unit)
        sealing.seal_all()

        assert entry.pk > last
        assert unit.events.count() == versions + 1  # the triggers are on again
        assert verification.verify().findings == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT coming_xid <= pg_snapshot_xmax(pg_current_snapshot()) FROM record_sealmark")
            assert cursor.fetchone() == (True,)  # the sealer waits for no transaction of the other server
        with connection.cursor() as cursor, pytest.raises(Exception, match="permission denied"):
            cursor.execute("DELETE FROM record_auditentry")


def test_a_database_in_use_is_refused_unless_it_may_go_and_is_made_anew_then(backup):
    Unit.objects.filter(name="Northfield").update(name="Changed after the backup")

    with pytest.raises(CommandError, match="holds an organisation already"):
        restored(backup.file)
    assert Unit.objects.filter(name="Changed after the backup").exists()

    restored(backup.file, replace=True)
    assert answers(backup.cio) == backup.answers
    assert not Unit.objects.filter(name="Changed after the backup").exists()


def rewritten(backup, name, change):
    """A copy of the backup with one of its parts changed."""
    other = backup.file.with_name("other.backup")
    with zipfile.ZipFile(backup.file) as old, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, change(content) if part == name else content)
    return other


def of_the_future(content):
    told = json.loads(content)
    told["migrations"]["record"].append("9999_of_the_future")
    return json.dumps(told).encode()


def test_a_backup_of_a_newer_version_is_refused_in_one_sentence(backup):
    newer = rewritten(backup, "manifest.json", of_the_future)

    with pytest.raises(CommandError, match=r"made by a newer Concord \(record.9999_of_the_future\): upgrade this one first"):
        restored(newer)


DAMAGE = (
    ("tables/people_unit.copy", lambda content: content.replace(b"Northfield", b"Southfield"), "table people_unit .* is damaged"),
    ("tables/people_unit.copy", lambda content: b"".join(content.splitlines(True)[:-1]), "table people_unit .* is damaged"),
    ("tables/people_unit.copy", lambda content: b"rubbish\n", "table people_unit .* is damaged"),
    ("manifest.json", lambda content: b"{}", "is no whole backup"),
    ("manifest.json", lambda content: content.replace(b'"format": 1', b'"format": 2'), "has format 2"),
)


def test_a_damaged_backup_is_found_before_anything_is_made(backup, monkeypatch):
    before = answers(backup.cio)
    monkeypatch.setattr(restoring, "_drop_everything", lambda: pytest.fail("The database was touched."))

    for part, change, sentence in DAMAGE:
        with pytest.raises(CommandError, match=sentence):
            restored(rewritten(backup, part, change), replace=True)

    assert answers(backup.cio) == before


FALSE_ROWS = (
    (b"rubbish\n", "table people_unit .* is damaged"),
    (b"", "do not fit each other"),
)


@pytest.mark.parametrize(("rows", "sentence"), FALSE_ROWS)
def test_a_backup_that_is_whole_and_false_fills_nothing(backup, rows, sentence):
    """Somebody rewrote a table and its hash: the database is the last guard."""
    manifest = restoring.read_manifest(backup.file)
    table = manifest.tables["people_unit"]
    told = dataclasses.replace(table, rows=rows.count(b"\n"), sha256=hashlib.sha256(rows).hexdigest())
    false = dataclasses.replace(manifest, tables=manifest.tables | {"people_unit": told})
    file = rewritten(backup, "tables/people_unit.copy", lambda content: rows)
    restoring.check(file, false)

    with empty_server(backup.made), acting_as(OWNER):
        with pytest.raises(CannotRestore, match=sentence), transaction.atomic():
            restoring._fill(file, false)
        assert not AuditEntry.objects.exists()


def test_a_cut_off_file_and_none_at_all_are_told_apart(backup, tmp_path):
    cut = tmp_path / "cut.backup"
    shutil.copy(backup.file, cut)
    with cut.open("r+b") as file:
        file.truncate(cut.stat().st_size // 2)

    with pytest.raises(CommandError, match="is no whole backup"):
        restored(cut)
    with pytest.raises(CommandError, match="There is no file"):
        restored(tmp_path / "nothing.backup")


def test_only_the_owner_restores(backup):
    with pytest.raises(CommandError, match="set DATABASE_OWNER_URL"):
        call_command("restore", str(backup.file), stdout=StringIO())


def test_a_backup_is_private_and_never_written_over(backup):
    assert backup.file.stat().st_mode & 0o077 == 0
    assert f"seal {sealing.head()[0]}, {sealing.head()[1]}" in backup.said
    with pytest.raises(CommandError, match="a backup is never written over"):
        call_command("backup", str(backup.file))


def test_another_secret_key_is_told(backup, settings):
    settings.SECRET_KEY = "another-key-another-key-another-key-another-key-0123"
    with empty_server(backup.made):
        assert "SECRET_KEY is not the one of this backup" in restored(backup.file)


def test_a_backup_is_one_moment(own_db, tmp_path, monkeypatch):
    """What is written while tables are copied is in none of them."""
    from tests.database import another_connection

    whole, written = backups._copy_out, []

    def copy_out(archive, name, columns):
        if not written:
            written.append(name)
            with another_connection(APPLICATION) as other, other.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO record_auditentry (verb, kind, subject_id, params, text_digest, request_id, at)"
                    " VALUES ('late', 'risk', 1, '{}', '', '', now())"
                )
                other.commit()
        return whole(archive, name, columns)

    monkeypatch.setattr(backups, "_copy_out", copy_out)

    manifest = backups.write(tmp_path / "one.backup")

    assert AuditEntry.objects.filter(verb="late").count() == 1
    assert manifest.tables["record_auditentry"].rows == AuditEntry.objects.count() - 1
    assert restoring.read_manifest(tmp_path / "one.backup") == manifest
