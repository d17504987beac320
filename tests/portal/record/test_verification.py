import hashlib
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal import clock
from portal.record import sealing, verification
from portal.record.models import AuditEntry, EntryText, Seal
from tests.conftest import SUPERUSER
from tests.database import another_connection
from tests.factories.portal import make_user

AWKWARD = {"ß": 'quote " and \\ slash', "n": 1.50, "list": [1, None, {"b": 1, "aa": 2}], "control": "\u0001\n", "far": "𝄞"}


@pytest.fixture
def log(own_db):
    """Five sealed entries, one with words."""
    user = make_user()
    for number in range(5):
        AuditEntry.objects.create(
            actor=user if number % 2 else None, verb=f"verb.{number}", kind="risk", subject_id=number, params=AWKWARD
        )
    words = "What the owner wrote: “Übergabe”"
    entry = AuditEntry.objects.create(verb="noted", kind="risk", subject_id=9, text_digest=digest(words), request_id="abc")
    EntryText.objects.create(entry=entry, text=words)
    sealing.seal_all()


def digest(words):
    return hashlib.sha256(words.encode()).hexdigest()


def tamper(*statements):
    """As somebody who owns the whole server."""
    with another_connection(SUPERUSER) as other, other.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        other.commit()


def test_an_untouched_log_is_whole(log):
    report = verification.verify()

    assert (report.findings, report.sealed, report.unsealed) == ([], 6, 0)
    assert report.head == sealing.head()[1]


@pytest.mark.parametrize(
    "change",
    [
        "params = '{}'",
        "verb = 'verb.x'",
        "actor_id = NULL",
        "subject_id = 77",
        "kind = 'asset'",
        "at = at + interval '1 microsecond'",
        "text_digest = 'x'",
        "request_id = 'x'",
    ],
)
def test_a_changed_entry_is_found(log, change):
    tamper(f"UPDATE record_auditentry SET {change} WHERE verb = 'verb.3'")

    (finding,) = verification.verify().findings

    assert finding.startswith("seal 4: entry")


def test_a_removed_entry_is_found(log):
    tamper("DELETE FROM record_auditentry WHERE verb = 'verb.2'")

    (finding,) = verification.verify().findings

    assert finding.startswith("seal 3: its entry")


def test_an_entry_removed_with_its_seal_is_found(log):
    tamper("DELETE FROM record_seal WHERE seq IN (2, 3)")

    findings = verification.verify().findings

    assert findings[0] == "seal 2 to 3 is missing"


def test_entries_that_changed_places_are_found(log):
    tamper(
        "UPDATE record_seal SET entry_id = -entry_id WHERE seq IN (2, 3)",
        "UPDATE record_seal SET entry_id = (SELECT id FROM record_auditentry WHERE verb = 'verb.1') WHERE seq = 3",
        "UPDATE record_seal SET entry_id = (SELECT id FROM record_auditentry WHERE verb = 'verb.2') WHERE seq = 2",
    )

    assert [finding[:6] for finding in verification.verify().findings] == ["seal 2", "seal 3"]


def test_a_cut_tail_is_found_by_a_hash_kept_elsewhere(log):
    kept = sealing.head()[1]
    tamper("DELETE FROM record_seal WHERE seq > 4")

    assert verification.verify().findings == []
    assert verification.verify(kept).findings == [f"no seal has the hash {kept}: the log was cut off before it, or chained anew"]


def test_a_hash_kept_earlier_is_still_in_the_chain(log):
    kept = sealing.head()[1]
    AuditEntry.objects.create(verb="later", kind="risk", subject_id=1)
    sealing.seal()

    assert verification.verify(kept).findings == []


def test_changed_words_are_found_and_redacted_ones_are_counted(log):
    tamper("UPDATE record_entrytext SET text = 'other words'")
    assert len(verification.verify().findings) == 1

    tamper("DELETE FROM record_entrytext")
    report = verification.verify()
    assert (report.findings, report.redacted) == ([], 1)


def test_the_unsealed_tail_is_told_with_its_age(log):
    AuditEntry.objects.create(verb="waiting", kind="risk", subject_id=1, at=clock.now() - timedelta(seconds=30))

    report = verification.verify()

    assert (report.findings, report.unsealed) == ([], 1)
    assert report.oldest_unsealed_at is not None


def test_the_command_tells_head_and_tail(log):
    out = StringIO()

    call_command("verify_audit", head=Seal.objects.get(seq=3).hash, stdout=out)

    assert out.getvalue().splitlines() == [
        f"6 sealed, 0 of them with redacted words; head {sealing.head()[1]}",
        "0 unsealed",
        "The log is what was sealed.",
    ]


def test_the_command_fails_where_something_was_changed(log):
    tamper("UPDATE record_auditentry SET verb = 'verb.x' WHERE verb = 'verb.3'")
    out = StringIO()

    with pytest.raises(CommandError, match="1 found"):
        call_command("verify_audit", stdout=out)

    assert "FOUND seal 4: entry" in out.getvalue()


def test_an_empty_log_is_whole(db):
    report = verification.verify()

    assert (report.findings, report.sealed, report.head) == ([], 0, "")
