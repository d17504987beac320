from datetime import date, timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied

from portal import clock
from portal.archive import holds, periods, retention
from portal.archive.errors import Lifted
from portal.archive.models import Disposal, LegalHold
from portal.attention.models import Reminder
from portal.errors import Invalid
from portal.people import organisations
from portal.people.models import Letter
from portal.record import files
from portal.record.models import AuditEntry, FileChunk, StoredFile
from portal.web.models import IdempotencyKey

pytestmark = pytest.mark.django_db


def ago(**delta):
    return clock.now() - timedelta(**delta)


def attempt(days, name="ola@verrow.example"):
    made = AccessAttempt.objects.create(username=name, ip_address="192.0.2.1", user_agent=str(days), failures_since_start=1)
    AccessAttempt.objects.filter(pk=made.pk).update(attempt_time=ago(days=days))
    return made


def reminder(person, number, read, settled, kind="risk", pk=1):
    return Reminder.objects.create(
        recipient=person,
        subject_kind=kind,
        subject_id=pk,
        kind=f"tested.{number}.due",
        due_on=organisations.today(),
        read_at=read,
        settled_at=settled,
    )


def lines(which="going"):
    return {line.period.key: getattr(line, which) for line in retention.preview() if getattr(line, which)}


def test_sign_ins_go_after_90_days_and_sessions_when_they_end(company):
    kept, _gone = attempt(89), attempt(91)
    Session.objects.create(session_key="over", session_data="", expire_date=ago(seconds=1))
    assert lines() == {"sign-ins": 1, "sessions": 1}

    disposal = retention.dispose(actor=None)

    assert disposal.removed == {"sign-ins": 1, "sessions": 1}
    assert list(AccessAttempt.objects.values_list("pk", flat=True)) == [kept.pk]
    assert not Session.objects.exists()


def test_the_inbox_forgets_what_was_settled_and_read_a_year_ago(person):
    owner = person("OWNER")
    long_ago, lately = ago(days=366), ago(days=364)
    cases = {"old": (long_ago, long_ago), "unread": (None, long_ago), "open": (long_ago, None), "recent": (long_ago, lately)}
    for name, (read, settled) in cases.items():
        reminder(owner, name, read, settled)

    retention.dispose(actor=None)

    assert sorted(Reminder.objects.values_list("kind", flat=True)) == ["tested.open.due", "tested.recent.due", "tested.unread.due"]


def stored(name, **fields):
    import io

    return files.store(io.BytesIO(name.encode()), name, actor=None, limit=100, **fields)


def test_uploads_go_after_their_day_with_their_bytes(company):
    today = clock.today("UTC")
    past = stored("past", gone_on=today - timedelta(days=1))
    last_day, kept = stored("last day", gone_on=today), stored("kept")

    retention.dispose(actor=None)

    assert set(StoredFile.objects.values_list("pk", flat=True)) == {last_day.pk, kept.pk}
    assert not FileChunk.objects.filter(file_id=past.pk).exists()


def test_keys_of_repeated_requests_go_after_48_hours(person):
    for hours, key in ((47, "0" * 32), (49, "1" * 32)):
        IdempotencyKey.objects.create(user=person("ANALYST"), key=key, request_digest="", created_at=ago(hours=hours))

    retention.dispose(actor=None)

    assert str(IdempotencyKey.objects.get().key).replace("-", "") == "0" * 32


def test_where_people_were_signed_in_and_mail_about_accounts_go_after_90_days(person):
    ola = person("OWNER")
    for days in (89, 91):
        ola.browser_sessions.create(session_key=str(days), last_seen_at=ago(days=days))
        Letter.objects.create(kind="invitation", recipient=ola, message_id=f"<{days}@localhost>", created_at=ago(days=days))

    assert retention.dispose(actor=None).removed == {"browsers": 1, "account-letters": 1}

    assert ola.browser_sessions.get().session_key == "89"
    assert Letter.objects.get().message_id == "<89@localhost>"


def test_many_rows_go_in_batches(company, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(5):
        attempt(91, f"person-{number}@verrow.example")

    assert retention.dispose(actor=None).removed == {"sign-ins": 5}
    assert list(Disposal.objects.order_by("pk").values_list("removed", flat=True)) == [{"sign-ins": n} for n in (2, 2, 1)]


def test_a_hold_that_is_placed_during_a_run_keeps_the_rest(person, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(5):
        attempt(91, f"person-{number}@verrow.example")
    cio, write_down = person("CIO"), retention._write_down

    def and_hold(*told):
        write_down(*told)
        holds.place("Claim", actor=cio, reason="A letter")

    monkeypatch.setattr(retention, "_write_down", and_hold)

    disposal = retention.dispose(actor=None)

    assert (disposal.removed, disposal.held) == ({"sign-ins": 2}, {"sign-ins": 3})
    assert AccessAttempt.objects.count() == 3


def test_a_line_that_fails_stops_no_other_and_what_went_is_logged(company, monkeypatch):
    def failing():
        raise ValueError("a line that cannot be read")

    monkeypatch.setattr(retention, "BATCH", 1)
    lines_of = periods.table()
    broken = periods.words_ten_years_after("horse", "Horses", "attention.Reminder", failing, "settled_at")
    monkeypatch.setattr(periods, "_table", [broken, *lines_of])
    attempt(91)
    Session.objects.create(session_key="over", session_data="", expire_date=ago(seconds=1))
    remove, lost = retention._remove_batch, []

    def breaks_off(period, *told):
        if period.key == "sessions" and not lost:
            lost.append(remove(period, *told))
            raise ValueError("the second batch of a line")
        return remove(period, *told)

    monkeypatch.setattr(retention, "_remove_batch", breaks_off)

    with pytest.raises(ValueError, match="cannot be read"):
        retention.dispose(actor=None)

    logged = [one.params["removed"] for one in AuditEntry.objects.filter(verb="disposal.run").order_by("pk")]
    assert sorted(logged, key=str) == [{"sessions": 1}, {"sign-ins": 1}]
    assert [one.removed for one in Disposal.objects.order_by("pk")] == logged
    assert not Session.objects.exists() and not AccessAttempt.objects.exists()


def test_a_run_is_written_down_and_one_that_found_nothing_is_not(person):
    admin = person("ADMIN")
    assert retention.dispose(actor=admin) is None
    attempt(91)

    disposal = retention.dispose(actor=admin)

    assert Disposal.objects.get().removed == disposal.removed
    entry = AuditEntry.objects.get(verb="disposal.run")
    assert (entry.actor, entry.params) == (admin, {"removed": {"sign-ins": 1}, "held": {}})


def test_only_an_administrator_starts_a_run(person):
    attempt(91)

    for role in ("CIO", "AUDITOR", "ANALYST"):
        with pytest.raises(PermissionDenied):
            retention.dispose(actor=person(role))
    assert AccessAttempt.objects.exists()


def test_a_hold_on_everything_stops_every_disposal(person):
    attempt(91)
    Session.objects.create(session_key="over", session_data="", expire_date=ago(seconds=1))
    holds.place("Claim of Brandt", actor=person("CIO"), reason="A letter")
    assert (lines(), lines("held")) == ({}, {"sign-ins": 1, "sessions": 1})

    assert retention.dispose(actor=None) is None

    assert AccessAttempt.objects.count() == Session.objects.count() == 1


def test_a_hold_on_a_line_keeps_its_days_and_no_others(person):
    for days in (100, 110, 120):
        attempt(days)
    day = organisations.day_of(ago(days=110))
    holds.place("Claim", actor=person("CIO"), reason="A letter", kinds=["sign-ins"], covers_from=day, covers_to=day)

    disposal = retention.dispose(actor=None)

    assert (disposal.removed, disposal.held) == ({"sign-ins": 2}, {"sign-ins": 1})
    assert organisations.day_of(AccessAttempt.objects.get().attempt_time) == day


def test_a_hold_on_a_person_keeps_what_tells_of_them(person):
    ola, other = person("OWNER"), person("ANALYST")
    attempt(91, ola.email), attempt(91, other.email)
    long_ago = ago(days=400)
    reminder(ola, "hers", long_ago, long_ago), reminder(other, "others", long_ago, long_ago)
    holds.place("Claim", actor=person("CISO"), reason="A letter", about=[("user", ola.pk)])

    retention.dispose(actor=None)

    assert AccessAttempt.objects.get().username == ola.email
    assert Reminder.objects.get().recipient == ola


def test_a_lifted_hold_lets_time_run_again_and_both_are_audited(person):
    cio, admin = person("CIO"), person("ADMIN")
    attempt(91)
    hold = holds.place("Claim", actor=cio, reason="A letter")

    holds.lift(hold, actor=admin, reason="Settled out of court")

    assert retention.dispose(actor=None).removed == {"sign-ins": 1}
    with pytest.raises(Lifted):
        holds.lift(hold, actor=admin, reason="Again")
    told = AuditEntry.objects.filter(kind="hold").order_by("pk").values_list("verb", "actor", "words__text")
    assert list(told) == [("hold.placed", cio.pk, "A letter"), ("hold.lifted", admin.pk, "Settled out of court")]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"matter": " "}, "matter"),
        ({"reason": ""}, "reason"),
        ({"kinds": ["horses"]}, "kinds"),
        ({"about": [("risk", 987654)]}, "subjects"),
        ({"covers_from": date(2026, 2, 1), "covers_to": date(2026, 1, 1)}, "covers_to"),
    ],
)
def test_a_hold_that_covers_nothing_is_told(person, asked, field):
    with pytest.raises(Invalid) as refusal:
        holds.place(**{"matter": "Claim", "reason": "A letter", "actor": person("CIO")} | asked)

    assert list(refusal.value.fields) == [field]
    assert not LegalHold.objects.exists()


def test_only_leaders_and_administrators_hold(person):
    for role in ("AUDITOR", "ANALYST", "BOARD"):
        with pytest.raises(PermissionDenied):
            holds.place("Claim", actor=person(role), reason="A letter")


def test_an_app_above_adds_its_line_once(monkeypatch):
    monkeypatch.setattr(periods, "_table", [*periods._table])
    monkeypatch.setattr(periods, "KEYS", set(periods.KEYS))
    line = periods.words_ten_years_after("horse", "Horses", "attention.Reminder", Reminder.objects.all, "settled_at")
    periods.add(line)

    assert periods.table()[-1] == line
    with pytest.raises(ValueError, match="horse has its line already"):
        periods.add(line)
