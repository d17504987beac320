from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.test import Client

from portal import clock
from portal.record.sealed_cache import SealedCache
from portal.web import quotas

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
MOMENT = datetime(2026, 11, 27, 9, 30, 20, tzinfo=UTC)
PAGE = "/account/"


@pytest.fixture
def measured(settings, person):
    """Two pages a minute a person, four an address, at a moment that stands still. `open_as()` is a browser at `address`."""
    settings.PAGES_A_MINUTE_BY_PERSON, settings.PAGES_A_MINUTE_BY_ADDRESS = 2, 4
    cache.clear()

    def open_as(address="203.0.113.9", **options):
        client = Client(REMOTE_ADDR=address, **options)
        client.force_login(person("ANALYST"), backend=BACKEND)
        return client

    with clock.stopped(MOMENT):
        yield open_as
    cache.clear()


def test_a_person_who_asks_too_often_is_told_when_to_come_back(measured):
    client = measured()

    answers = [client.get(PAGE) for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "40"
    assert "Wait a moment, then go on." in answers[2].content.decode()
    fragment = client.get(PAGE, headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Retarget"], fragment["Retry-After"]) == (429, "#messages", "40")
    assert client.get("/api/v1/risks/").status_code == 200  # programs are counted by their own measure
    assert measured("203.0.113.10").get(PAGE).status_code == 200
    with clock.stopped(MOMENT.replace(minute=31)):
        assert client.get(PAGE).status_code == 200


def test_all_who_come_from_one_address_share_its_measure_and_a_monitor_is_never_turned_away(measured):
    strangers = Client(REMOTE_ADDR="203.0.113.11")
    assert [strangers.get("/accounts/login/").status_code for _ in range(5)] == [200, 200, 200, 200, 429]

    assert measured("203.0.113.11").get(PAGE).status_code == 429
    assert 429 not in {strangers.get(address).status_code for address in quotas.UNCOUNTED}


def test_without_a_cache_everybody_passes(measured, monkeypatch):
    client = measured()

    def away(*_given, **_options):
        raise ConnectionError

    monkeypatch.setattr(SealedCache, "count_up", away)

    assert [client.get(PAGE).status_code for _ in range(3)] == [200, 200, 200]
