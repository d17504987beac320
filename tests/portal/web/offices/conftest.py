import pytest
from django.test import Client

from portal.people import accounts
from tests.factories.portal import freshen
from tests.house.world import BACKEND


@pytest.fixture
def come_in():
    """`come_in(person)`: a browser of theirs with a second factor of this minute; `fresh=False`: given an hour ago."""

    def opened(person, *, fresh=True):
        client = Client()
        accounts.give_totp(person)
        client.force_login(person, backend=BACKEND)
        freshen(client, person, seconds_ago=0 if fresh else 3600)
        return client

    return opened
