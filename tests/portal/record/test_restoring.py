"""After a disaster: an empty server, one file, and every answer is what it was."""

import io
import json
import shutil
import zipfile
from contextlib import contextmanager
from io import StringIO
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client

from portal.people.models import Unit
from portal.record import audit, backups, files, restoring, sealing, verification
from portal.record.models import AuditEntry, StoredFile
from tests.conftest import APPLICATION, OWNER, _in_postgres, acting_as, drop_database
from tests.house import world

ASKED = (
    "/api/v1/dashboard/",
    "/api/v1/scores/?page_size=500",
    "/api/v1/risks/?page_size=500",
    "/api/v1/audit-entries/?page_size=500",
)


@contextmanager
def empty_server():
    """A database of the owner with nothing in it, in the place of the present one."""
    before, name = connection.settings_dict["NAME"], f"test_{uuid4().hex[:12]}"
    with acting_as(OWNER):
        _in_postgres(f'CREATE DATABASE "{name}"')
        _in_postgres(f'GRANT CONNECT ON DATABASE "{name}" TO "{APPLICATION["USER"]}"')
    _turn_to(name)
    try:
        yield
    finally:
        _turn_to(before)
        with acting_as(OWNER):
            drop_database(name)


def _turn_to(name):
    connections.close_all()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
    cache.clear()


@pytest.fixture
def backup(own_db, tmp_path):
    """`.file` of an organisation with risks, scores, history and a stored file; `.answers` it gave to its CIO."""
    from tests.factories import portal as make

    company = make.make_company()
    cio = make.make_person("CIO", company=company)
    world.build(company)
    files.store(io.BytesIO(b"plan" * 300_000), "plan.bin", actor=cio, limit=2 * files.CHUNK)
    audit.record(cio, "risk.noted", company.northfield, text="What somebody wrote: “Übergabe”\t\\N\n")
    sealing.seal_all()
    file = tmp_path / "concord.backup"
    out = StringIO()
    call_command("backup", str(file), stdout=out)
    return type("Backup", (), {"file": file, "answers": answers(cio), "cio": cio, "said": out.getvalue()})


def answers(user):
    client = Client()
    client.force_login(user, backend=world.BACKEND)
    found = {address: client.get(address).json() for address in ASKED}
    found["/api/v1/dashboard/"].pop("at", None)
    return found


def restored(file, **options):
    out = StringIO()
    with acting_as(OWNER):
        call_command("restore", str(file), stdout=out, **options)
    return out.getvalue()


def test_everything_comes_back_in_an_empty_server(backup):
    seq, head = sealing.head()
    with empty_server():
        said = restored(backup.file)

        assert answers(backup.cio) == backup.answers
        assert sealing.head() == (seq, head)
        assert f"{seq} sealed; the log is what was sealed, up to {head}" in said
        plan = StoredFile.objects.get(name="plan.bin")
        assert files.open_stream(plan).read() == b"plan" * 300_000
        assert AuditEntry.objects.get(verb="risk.noted").words.text == "What somebody wrote: “Übergabe”\t\\N\n"


def test_the_restored_portal_goes_on_where_the_other_stopped(backup):
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
    with empty_server():
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
        with connection.cursor() as cursor, pytest.raises(Exception, match="permission denied"):
            cursor.execute("DELETE FROM record_auditentry")


def test_a_database_in_use_is_refused_unless_it_may_go(backup):
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


def test_a_damaged_backup_changes_nothing(backup):
    before = answers(backup.cio)

    for part, change, sentence in DAMAGE:
        with pytest.raises(CommandError, match=sentence):
            restored(rewritten(backup, part, change), replace=True)

    assert answers(backup.cio) == before


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
    with empty_server():
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
