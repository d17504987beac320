from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command

from portal.archive import heads
from portal.archive.models import HeadLetter
from portal.attention import posting
from portal.people.models import RoleAssignment
from portal.record import audit, sealing
from portal.record.models import DayHead, Seal
from tests.conftest import OWNER
from tests.database import another_connection

YESTERDAY = date(2026, 11, 24)
MORNING = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)


@pytest.fixture
def sealed(own_db):
    """Three seals of 24 November and one of the 25th, in Berlin; two auditors, one of whom was one."""
    from tests.factories import portal as make

    company = make.make_company()
    auditors = [make.make_person("AUDITOR", company=company) for _ in range(3)]
    RoleAssignment.objects.filter(user=auditors[2]).update(ended_at=MORNING)
    for _ in range(4):
        audit.record(None, "unit.noted", company.root)
    sealing.seal_all()
    with another_connection(OWNER) as other, other.cursor() as cursor:
        cursor.execute("ALTER TABLE record_seal DISABLE TRIGGER USER")
        cursor.execute("UPDATE record_seal SET sealed_at = '2026-11-24 22:59:00+00'::timestamptz + (seq - 3) * interval '1 minute'")
        other.commit()
    with time_machine.travel(MORNING, tick=False):
        yield auditors[:2]


def test_every_auditor_gets_yesterdays_head_once(sealed):
    assert heads.send_due() == posting.Run(sent=2)
    assert heads.send_due() == posting.Run()

    head = DayHead.objects.get()
    assert (head.day, head.seq, head.hash) == (YESTERDAY, 3, Seal.objects.get(seq=3).hash)
    assert [letter.to for letter in mail.outbox] == [[one.email] for one in sealed]
    assert head.hash in mail.outbox[0].body
    assert mail.outbox[0].subject == "Head of the log, 2026-11-24"
    assert mail.outbox[0].extra_headers["Message-ID"] == f"<head.{sealed[0].pk}.2026-11-24@localhost>"


def test_a_letter_that_failed_is_sent_again_under_the_same_name(sealed, settings):
    settings.EMAIL_BACKEND = "portal.no_such_backend"
    with pytest.raises(ImportError):
        heads.send_due()
    settings.EMAIL_BACKEND = "tests.portal.archive.test_heads.Refusing"
    assert heads.send_due() == posting.Run(failed=2)
    assert set(HeadLetter.objects.values_list("state", "last_error")) == {("FAILED", "SMTPServerDisconnected")}
    names = set(HeadLetter.objects.values_list("message_id", flat=True))

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with time_machine.travel(MORNING.replace(hour=8), tick=False):
        assert heads.send_due() == posting.Run(sent=2)

    assert {letter.extra_headers["Message-ID"] for letter in mail.outbox} == names


def test_days_after_which_no_worker_ran_are_noted_and_mailed_later_in_their_order(sealed, settings):
    heads.send_due()
    first = DayHead.objects.get()
    mail.outbox.clear()

    with time_machine.travel(MORNING.replace(day=27), tick=False):
        assert heads.missing() == [date(2026, 11, 25), date(2026, 11, 26)]
        settings.EMAIL_BACKEND = "tests.portal.archive.test_heads.Refusing"
        assert heads.send_due() == posting.Run(failed=3)
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with time_machine.travel(MORNING.replace(day=27, hour=9), tick=False):
        assert (heads.missing(), heads.lag_seconds()) == ([], 7200.0)
        assert heads.send_due() == posting.Run(sent=4)
        assert heads.send_due() == posting.Run()
        assert heads.lag_seconds() == 0.0

    assert [(head.day.day, head.seq) for head in DayHead.objects.order_by("day")] == [(24, 3), (25, 4), (26, 4)]
    assert DayHead.objects.get(day=YESTERDAY).noted_at == first.noted_at
    assert [letter.subject[-2:] for letter in mail.outbox] == ["25", "25", "26", "26"]


def test_a_portal_without_any_head_begins_with_yesterday(sealed):
    with time_machine.travel(MORNING.replace(day=27), tick=False):
        assert heads.missing() == [date(2026, 11, 26)]
        assert [head.day for head in heads.note_missing()] == [date(2026, 11, 26)]


def test_nothing_is_noted_before_the_first_seal_and_while_entries_wait(own_db):
    from tests.factories import portal as make

    company = make.make_company()
    assert heads.note_yesterday() is None

    audit.record(None, "unit.noted", company.root)
    with time_machine.travel(MORNING, tick=False):
        assert heads.note_yesterday() is None


def test_a_mailed_head_is_found_by_verification(sealed, capsys):
    heads.send_due()

    call_command("verify_audit", head=DayHead.objects.get().hash)

    assert "The log is what was sealed." in capsys.readouterr().out


class Refusing:
    """A post that hangs up."""

    def __init__(self, **_options):
        pass

    def send_messages(self, messages):
        from smtplib import SMTPServerDisconnected

        raise SMTPServerDisconnected

    def close(self):
        pass
