from datetime import UTC, datetime, timedelta

import pytest

from portal import clock
from risks import recompute, stale
from risks.models import StaleScore
from tests.factories.risks import make_levels, make_risk

pytestmark = pytest.mark.django_db
PAGE = "/risks/recompute/"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def reader(client, person):
    def sign_in(name, **fields):
        client.force_login(person(name, **fields), "allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture
def risk(company):
    risk = make_risk(unit=company.northfield)
    make_levels(risk)
    with clock.stopped(NOON):
        stale.mark_risks([risk.pk], "risk.rated")
    return risk


def test_it_tells_what_waits_and_since_when(reader, risk):
    make_risk(unit=risk.unit)

    with clock.stopped(NOON + timedelta(seconds=90)):
        page = reader("ANALYST").get(PAGE)

    assert page.status_code == 200
    assert page.context["backlog"].waiting == 1
    assert page.context["backlog"].lag == timedelta(seconds=90)
    assert "1 risk waits to be scored" in page.text
    assert "1 of 2 open risks are scored as they stand" in page.text
    assert 'hx-trigger="every 5s"' in page.text


def test_it_says_when_nothing_waits(reader, risk):
    recompute.refresh_batch()

    page = reader("ANALYST").get(PAGE)

    assert "Every score is up to date" in page.text
    assert "hx-trigger" not in page.text.partition("<main")[2].partition("</main>")[0]


def test_a_failure_is_named_to_those_who_may_open_the_risk(reader, risk):
    StaleScore.objects.update(attempts=stale.MOST_ATTEMPTS, error="ZeroDivisionError")

    page = reader("ANALYST").get(PAGE)

    assert risk.title in page.text
    assert "ZeroDivisionError" in page.text
    assert "at the next change of the risk" in page.text


def test_others_learn_that_it_failed_and_not_what_it_is(reader, risk):
    StaleScore.objects.update(attempts=1, error="ZeroDivisionError")

    page = reader("ADMIN").get(PAGE)

    assert "A risk you may not open" in page.text
    assert risk.title not in page.text
    assert risk.number not in page.text
    assert "tried again" in page.text


def test_htmx_gets_the_part_that_changes(reader, risk):
    part = reader("ANALYST").get(PAGE, headers={"HX-Request": "true"})

    assert part.text.strip().startswith('<div id="backlog"')


def test_it_is_not_for_everybody(reader, risk):
    assert reader("COLLEAGUE").get(PAGE).status_code == 403


def test_strangers_sign_in_first(client, company):
    assert client.get(PAGE).status_code == 302


def test_the_queries_do_not_grow(reader, company, django_assert_max_num_queries):
    for _ in range(12):
        stale.mark_risks([make_risk(unit=company.northfield).pk], "risk.rated")
    StaleScore.objects.update(attempts=1, error="ZeroDivisionError")
    client = reader("ANALYST")

    with django_assert_max_num_queries(14):
        assert client.get(PAGE).status_code == 200
