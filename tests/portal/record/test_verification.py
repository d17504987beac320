import hashlib
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal import clock
from portal.archive.models import Redaction
from portal.record import redacting, sealing, verification
from portal.record.models import AuditEntry, DayHead, EntryText, Seal
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
    """As somebody who owns the whole server, with every trigger off."""
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
    assert verification.verify(kept).findings == [f"no seal has the hash {kept}: the log was cut off after seal 4 or chained anew"]


def test_a_hash_kept_earlier_is_still_in_the_chain(log):
    kept = sealing.head()[1]
    AuditEntry.objects.create(verb="later", kind="risk", subject_id=1)
    sealing.seal()

    assert verification.verify(kept).findings == []


def test_changed_and_removed_words_are_found(log):
    tamper("UPDATE record_entrytext SET text = 'other words'")
    (finding,) = verification.verify().findings
    assert finding.endswith("are not those that were sealed")

    tamper("DELETE FROM record_entrytext")
    (finding,) = verification.verify().findings
    assert finding.startswith("seal 6: the words of entry")
    assert finding.endswith("were removed, and by no redaction")


def test_redacted_words_are_no_tampering_and_are_counted(log):
    noted, people = AuditEntry.objects.get(verb="noted").pk, [make_user("Proposes"), make_user("Agrees")]
    agreed = Redaction.objects.create(
        subject_kind="risk",
        subject_id=9,
        entries=[noted],
        reason="A name",
        state="DONE",
        proposed_by=people[0],
        decided_by=people[1],
    )
    told_of(agreed.pk, people, [noted])
    redacting.redact_entries(agreed.pk, [noted])
    sealing.seal_all()

    report = verification.verify(sealing.head()[1])

    assert (report.findings, report.redacted, report.redacted_versions) == ([], 1, 0)
    assert not EntryText.objects.exists()


def test_words_that_went_past_two_people_and_the_log_are_found(log):
    one, other = make_user("Proposes"), make_user("Agrees")
    noted = AuditEntry.objects.get(verb="noted").pk
    tamper(
        "DELETE FROM record_entrytext",
        "INSERT INTO record_redacted (redaction_id, target, field, row_id) "
        f"VALUES (1, 'record_entrytext', 'text', {noted}), (1, 'risks_riskevent', 'grounds', 5)",
    )

    for people, entries, versions in (([], [], 0), ([one, one], [noted], 1), ([one, other], [noted + 1], 0)):
        told_of(1, people, entries, versions)
        sealing.seal_all()
        report = verification.verify()
        assert [finding.partition(": ")[0] for finding in report.findings[:1]] == ["seal 6"]
        assert report.findings[0].endswith("were removed, and by no redaction")
        assert report.findings[1] == "redaction 1 overwrote 1 row versions, and the log tells of 0"
        assert report.redacted == 0

    told_of(1, [one, other], [noted], 1)
    assert verification.verify().findings == []


def told_of(redaction, people, entries, versions=0):
    """The log tells of a redaction, as the verbs do."""
    for verb, actor in zip(("proposed", "carried_out"), people, strict=False):
        params = {"fields": [], "entries": entries} | ({"versions": versions} if verb == "carried_out" else {})
        AuditEntry.objects.create(actor=actor, verb=f"redaction.{verb}", kind="redaction", subject_id=redaction, params=params)


def test_words_added_to_a_silent_entry_are_found(log):
    tamper("INSERT INTO record_entrytext SELECT id, 'he said so' FROM record_auditentry WHERE verb = 'verb.2'")

    (finding,) = verification.verify().findings

    assert finding.startswith("seal 3: the words of entry")


def test_a_cut_tail_is_found_by_the_heads_of_the_days_too(log):
    seq, kept = sealing.head()
    DayHead.objects.create(day=date(2026, 11, 25), seq=seq, hash=kept)
    assert verification.verify().findings == []
    tamper("DELETE FROM record_seal WHERE seq > 4")

    told = ["seal 5 to 6 is missing: the log reached 6 when 2026-11-25 ended, and was cut off"]
    assert verification.verify().findings == told
    assert verification.verify(kept).findings == told


def test_a_log_that_was_chained_anew_is_found(log):
    seq, kept = sealing.head()
    DayHead.objects.create(day=date(2026, 11, 25), seq=seq, hash=kept)
    tamper(
        "UPDATE record_auditentry SET verb = 'verb.x' WHERE verb = 'verb.3'",
        "DELETE FROM record_seal WHERE seq > 3",
        "UPDATE record_sealmark SET entry_id = 0, coming_id = 0",
    )
    sealing.seal_all()

    assert verification.verify().findings == [
        "seal 6 is not the one noted when 2026-11-25 ended: the log was chained anew from some seal up to it"
    ]
    tamper("DELETE FROM record_dayhead")
    assert verification.verify().findings == []
    assert verification.verify(kept).findings == [f"no seal has the hash {kept}: the log was cut off after seal 6 or chained anew"]


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
        "0 redacted row versions",
        "0 unsealed",
        "The log is what was sealed.",
    ]


def test_the_command_fails_where_something_was_changed(log):
    tamper("UPDATE record_auditentry SET verb = 'verb.x' WHERE verb = 'verb.3'")
    out = StringIO()

    with pytest.raises(CommandError, match="1 found") as failure:
        call_command("verify_audit", stdout=out)
    assert failure.value.returncode == 1

    assert "FOUND seal 4: entry" in out.getvalue()


@pytest.mark.parametrize("head", ["abc", "g" * 64, "0" * 63])
def test_a_hash_that_is_none_is_a_mistake_and_no_finding(log, head):
    with pytest.raises(CommandError, match="64 hexadecimal digits") as mistake:
        call_command("verify_audit", head=head)

    assert mistake.value.returncode == 2


def test_an_empty_log_is_whole(db):
    report = verification.verify()

    assert (report.findings, report.sealed, report.head) == ([], 0, "")
