"""How long a sign-in lasts, and which key it goes by."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from portal import clock
from portal.people import sessions
from portal.people.models import BrowserSession
from tests.portal.web.people.conftest import code_for, who


def after(client, **passed):
    """The status of a page, so much later."""
    cache.clear()  # by then the note that the session was seen within the minute is gone
    with clock.stopped(clock.now() + timedelta(**passed)):
        return client.get("/account/").status_code


@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (61, 302)])
def test_a_session_that_lay_idle_for_an_hour_is_over(browser, person, minutes, status):
    client = browser(person("ANALYST"))

    assert after(client, minutes=minutes) == status


def test_a_page_that_keeps_itself_fresh_keeps_no_session_awake(browser, person):
    client = browser(person("ANALYST"))
    cache.clear()
    with clock.stopped(clock.now() + timedelta(minutes=50)):
        assert client.get("/account/", headers={sessions.BY_ITSELF: "1"}).status_code == 200

    assert after(client, minutes=61) == 302


@pytest.mark.parametrize(("hours", "status"), [(11.9, 200), (12.1, 302)])
def test_a_session_is_over_after_twelve_hours_however_busy(browser, person, hours, status):
    client = browser(person("ANALYST"))
    lately = clock.now() + timedelta(hours=hours, minutes=-1)
    BrowserSession.objects.update(last_seen_at=lately)

    assert after(client, hours=hours) == status


def test_what_is_over_by_time_is_written_down_as_ended_and_does_not_come_back(browser, person):
    client = browser(person("ANALYST"))

    after(client, hours=2)

    assert BrowserSession.objects.get().ended_at is not None
    assert client.get("/account/").status_code == 302
    assert who(client) is None


def test_the_list_shows_no_session_that_is_over_by_time(browser, person):
    dana = person("ANALYST")
    browser(dana)

    with clock.stopped(clock.now() + timedelta(hours=2)):
        assert not sessions.open_of(dana).exists()


def test_a_session_that_nobody_signed_in_by_opens_nothing(browser, person):
    client = browser(person("ANALYST"))
    session = client.session
    del session[sessions.MARK]
    session.save()

    assert client.get("/account/").status_code == 302


def test_several_browsers_are_signed_in_at_once_and_each_is_listed(browser, person):
    dana = person("ANALYST")
    for _number in range(3):
        browser(dana)

    assert sessions.open_of(dana).count() == 3


def test_a_factor_given_anew_changes_the_key_and_the_former_one_opens_nothing(browser, person, with_app):
    dana = person("ANALYST")
    secret = with_app(dana)
    client = browser(dana, secret=secret)
    former = client.cookies["sessionid"].value

    client.post(reverse("mfa_reauthenticate"), {"code": code_for(secret)})

    assert client.cookies["sessionid"].value != former
    assert client.get("/account/").status_code == 200
    stolen = browser()
    stolen.cookies["sessionid"] = former
    assert stolen.get("/account/").status_code == 302
    assert BrowserSession.objects.get().session_key == client.cookies["sessionid"].value


def test_a_wrong_code_changes_no_key(browser, person, with_app):
    dana = person("ANALYST")
    client = browser(dana, secret=with_app(dana))
    former = client.cookies["sessionid"].value

    client.post(reverse("mfa_reauthenticate"), {"code": "000000"})

    assert client.cookies["sessionid"].value == former
