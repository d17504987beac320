from datetime import UTC, date, datetime, timedelta
from smtplib import SMTPServerDisconnected
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.db import connection, connections

from portal import clock
from portal.attention import digests, reminders, reviews
from portal.attention.models import Digest, Reminder
from portal.people.models import Organisation, User
from tests.factories import portal as make
from tests.portal.attention.conftest import KIND, make_subject

DUE = date(2026, 12, 1)
MORNING = datetime(2026, 12, 1, 8, tzinfo=UTC)  # 09:00 in Berlin


class Post(BaseEmailBackend):
    """A post office of the tests: down while `down`, else it keeps what it is given."""

    down = False
    taken: list = []

    def send_messages(self, messages):
        if Post.down:
            raise SMTPServerDisconnected("connection to owner@verrow.example lost")
        Post.taken.extend(messages)
        return len(messages)


@pytest.fixture
def post(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Post"
    Post.down, Post.taken = False, []
    return Post


@pytest.fixture
def owner(person):
    return person("OWNER")


def tell(owner, unit, due_on=DUE, at=MORNING, **fields):
    """Something of `owner` is due, and they were reminded of it."""
    thing = make_subject(unit, **fields)
    with clock.stopped(at):
        review = reviews.schedule(thing, KIND, due_on, [], owner=owner)
        reminders.remind()
    return review


def send_at(moment, **options):
    with clock.stopped(moment):
        return digests.send_due(**options)


def test_one_mail_says_what_waits_with_links_to_it(owner, company):
    review = tell(owner, company.northfield, title="Furnace stops")

    assert send_at(MORNING) == digests.Run(sent=1)

    [letter] = mail.outbox
    reminder = Reminder.objects.get(review=review)
    assert letter.to == [owner.email]
    assert letter.subject == "1 to be answered by you"
    assert "Furnace stops" in letter.body
    assert f"http://localhost/inbox/{reminder.pk}/" in letter.body
    assert reminder.digest == Digest.objects.get(recipient=owner, day=DUE)


def test_the_position_sentence_comes_first(owner, company, monkeypatch):
    monkeypatch.setattr(digests, "_position", {})
    digests.set_position_sentence(lambda user: f"3 risks above tolerance for {user.email}.")
    tell(owner, company.northfield)

    send_at(MORNING)

    assert mail.outbox[0].body.startswith(f"3 risks above tolerance for {owner.email}.")


def test_nothing_is_mailed_twice_and_nobody_gets_an_empty_mail(owner, person, company):
    person("ANALYST")
    tell(owner, company.northfield)

    runs = [send_at(MORNING + timedelta(minutes=5 * n)) for n in range(3)] + [send_at(MORNING + timedelta(days=1))]

    assert [run.sent for run in runs] == [1, 0, 0, 0]


def test_what_comes_later_in_the_day_waits_for_the_next_morning(owner, company):
    tell(owner, company.northfield)
    send_at(MORNING)
    tell(owner, company.northfield, title="Press stops", at=MORNING + timedelta(hours=3))

    send_at(MORNING + timedelta(hours=4))
    assert len(mail.outbox) == 1
    send_at(MORNING + timedelta(days=1))

    assert "Press stops" in mail.outbox[1].body
    assert "1 more waits in your inbox" in mail.outbox[1].body


def test_groups_come_by_urgency(owner, company):
    tell(owner, company.northfield, due_on=DUE + timedelta(days=3), title="Soon thing")
    tell(owner, company.northfield, due_on=DUE - timedelta(days=3), title="Late thing")
    tell(owner, company.northfield, title="Thing of today")

    send_at(MORNING)

    body = mail.outbox[0].body
    assert mail.outbox[0].subject == "3 to be answered by you, 1 overdue"
    assert sorted(["Late thing", "Thing of today", "Soon thing"], key=body.index) == ["Late thing", "Thing of today", "Soon thing"]


def test_what_is_overdue_with_others_is_told_apart(person, company):
    manager = person("HEAD")
    tell(person("OWNER", reports_to=manager), company.northfield, due_on=DUE - timedelta(days=8), title="Late thing")

    send_at(MORNING)

    letter = next(letter for letter in mail.outbox if letter.to == [manager.email])
    assert letter.subject == "1 is overdue with others"
    assert "Overdue with others, told to you" in letter.body


def test_what_may_not_be_seen_any_more_is_not_mailed(owner, company):
    review = tell(owner, company.northfield, title="Secret thing")
    connection.cursor().execute("UPDATE risks_risk SET is_confidential = true WHERE id = %s", [review.subject_id])

    assert send_at(MORNING) == digests.Run()
    assert mail.outbox == []


def test_the_html_says_the_same_and_fetches_nothing(owner, company):
    tell(owner, company.northfield, title="Furnace <b>stops</b>")

    send_at(MORNING)

    [(html, kind)] = mail.outbox[0].alternatives
    assert kind == "text/html"
    assert "Furnace &lt;b&gt;stops&lt;/b&gt;" in html
    assert not any(word in html for word in ("<img", "src=", "<link", "url(", "<script"))


@pytest.mark.parametrize(
    ("zone", "eight"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, 7, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 3, 29, 6, tzinfo=UTC)),  # clocks went forward that night
        ("Europe/Berlin", datetime(2026, 10, 24, 6, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 25, 7, tzinfo=UTC)),  # and back
        ("America/Sao_Paulo", datetime(2026, 3, 29, 11, tzinfo=UTC)),
        ("America/Sao_Paulo", datetime(2018, 11, 4, 10, tzinfo=UTC)),  # its last summer time began at midnight
        ("Asia/Kolkata", datetime(2026, 3, 29, 2, 30, tzinfo=UTC)),
    ],
)
def test_the_mail_leaves_at_eight_in_the_zone_of_the_person(owner, company, zone, eight):
    User.objects.filter(pk=owner.pk).update(time_zone=zone)
    tell(owner, company.northfield, due_on=eight.date(), at=eight - timedelta(hours=1))

    too_early = send_at(eight - timedelta(seconds=1))
    on_time = send_at(eight)

    assert (too_early.sent, on_time.sent) == (0, 1)


def test_who_has_no_zone_reads_in_the_organisations(owner, company):
    Organisation.objects.update(time_zone="Asia/Kolkata")
    from portal.people import organisations

    organisations.forget()
    tell(owner, company.northfield, at=datetime(2026, 12, 1, 1, tzinfo=UTC))

    assert send_at(datetime(2026, 12, 1, 2, 29, tzinfo=UTC)).sent == 0
    assert send_at(datetime(2026, 12, 1, 2, 30, tzinfo=UTC)).sent == 1


def test_a_post_that_is_down_is_tried_again_later_and_later(owner, company, post):
    tell(owner, company.northfield)
    post.down = True

    runs = [send_at(MORNING + timedelta(minutes=minutes)).failed for minutes in (0, 4, 5, 14, 15)]

    digest = Digest.objects.get()
    assert runs == [1, 0, 1, 0, 1]
    assert (digest.state, digest.attempts, digest.last_error) == ("FAILED", 3, "SMTPServerDisconnected")
    assert Reminder.objects.get().digest is None


def test_when_the_post_is_back_the_mail_goes_once_under_its_first_name(owner, company, post):
    tell(owner, company.northfield)
    post.down = True
    send_at(MORNING)
    post.down = False

    send_at(MORNING + timedelta(minutes=5))
    send_at(MORNING + timedelta(minutes=10))

    [letter] = post.taken
    assert letter.extra_headers["Message-ID"] == f"<digest.{owner.pk}.2026-12-01@localhost>"
    assert Digest.objects.get().state == "SENT"


def test_a_post_down_over_night_brings_one_mail_the_next_morning_not_two(owner, company, post):
    tell(owner, company.northfield)
    post.down = True
    send_at(MORNING)
    post.down = False

    send_at(MORNING + timedelta(days=1))
    send_at(MORNING + timedelta(days=1, hours=3))

    assert [letter.extra_headers["Message-ID"] for letter in post.taken] == [f"<digest.{owner.pk}.2026-12-02@localhost>"]


def test_failing_mail_is_counted_until_it_went_or_the_day_is_over(owner, company, post):
    tell(owner, company.northfield)
    post.down = True

    counted = []
    for minutes in (0, 5, 15):
        send_at(MORNING + timedelta(minutes=minutes))
        with clock.stopped(MORNING + timedelta(minutes=minutes)):
            counted.append(digests.failing())
    with clock.stopped(MORNING + timedelta(days=1)):
        counted.append(digests.failing())

    assert counted == [(1, 1), (1, 2), (1, 3), (0, 0)]


def test_an_hour_that_a_clock_was_ahead_mails_early_and_not_again(owner, company, post):
    tell(owner, company.northfield, at=MORNING - timedelta(hours=2))

    real = MORNING - timedelta(hours=1, minutes=30)  # 07:30 in Berlin, and 08:30 for the clock that is ahead
    sent = [send_at(moment).sent for moment in (real, real + timedelta(hours=1), real + timedelta(minutes=5), MORNING)]
    with clock.stopped(MORNING):
        reminders.remind()

    assert sent == [0, 1, 0, 0]
    assert len(post.taken) == Reminder.objects.count() == 1


def test_three_failures_running_leave_the_others_for_the_next_run(person, company, post):
    for _ in range(5):
        tell(person("OWNER"), company.northfield)
    post.down = True

    assert send_at(MORNING).failed == 3


def test_the_error_kept_names_no_address(owner, company, post):
    tell(owner, company.northfield)
    post.down = True

    send_at(MORNING)

    assert "@" not in Digest.objects.get().last_error


def test_the_command_reminds_and_mails_at_once_and_prints_how_many(owner, company, capsys):
    reviews.schedule(make_subject(company.northfield), KIND, clock.today("Europe/Berlin"), [], owner=owner)

    call_command("send_reminders")
    call_command("send_reminders")

    assert capsys.readouterr().out.splitlines() == [
        "1 reminders written, 1 digests sent, 0 failed.",
        "0 reminders written, 0 digests sent, 0 failed.",
    ]


# Two at once, over rows that are really committed -------------------------------------------------------------------


@pytest.fixture
def people(own_db):
    """Twenty owners with a review due, in a database of their own."""
    company = make.make_company()
    owners = [make.make_person("OWNER", company=company) for _ in range(20)]
    for owner in owners:
        reviews.schedule(make_subject(company.northfield), KIND, DUE, [], owner=owner)
    return owners


def at_once(*works):
    """Run every one of `works` in a thread with a connection of its own, all starting together; their results."""
    barrier, results = Barrier(len(works)), [None] * len(works)

    def run(place, work):
        try:
            barrier.wait(timeout=10)
            with clock.stopped(MORNING):
                results[place] = work()
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def test_two_workers_reminding_at_once_write_every_row_once(people):
    results = at_once(reminders.remind, reminders.remind)

    assert sum(results) == 20
    assert Reminder.objects.count() == 20


def test_two_senders_at_once_mail_every_person_once(people, post):
    at_once(reminders.remind)

    results = at_once(digests.send_due, digests.send_due)

    assert sum(run.sent for run in results) == 20
    assert sorted(letter.to[0] for letter in post.taken) == sorted(owner.email for owner in people)


def test_an_answer_given_while_reminders_are_written_leaves_none_open(people):
    review = people[0].reviews.get()

    at_once(reminders.remind, lambda: reviews.answer(review, "UNCHANGED", actor=people[0], version=None))

    assert Reminder.objects.open().filter(recipient=people[0]).count() == 0
    assert Reminder.objects.open().count() == 19


def test_a_sender_that_dies_after_sending_repeats_the_mail_under_the_same_name(people, post, monkeypatch):
    at_once(reminders.remind)

    class Killed(BaseException):
        pass

    def die(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Digest, "save", die)
        with pytest.raises(Killed), clock.stopped(MORNING):
            digests.send_due()
    with clock.stopped(MORNING):
        assert digests.send_due().sent == 20

    names = [letter.extra_headers["Message-ID"] for letter in post.taken]
    assert len(names) == 21
    assert len(set(names)) == 20
    assert Reminder.objects.filter(digest=None).count() == 0
