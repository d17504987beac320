from types import SimpleNamespace

import pytest
from rest_framework.test import APIClient

from tests.factories.assets import make_asset


@pytest.fixture
def things(settings):
    """The address of the probe's list."""
    settings.ROOT_URLCONF = "tests.portal.web.api.probe"
    return "/api/v1/things/"


@pytest.fixture
def api(person):
    """`api("ANALYST")` asks in a session; with scopes, by a token that has them."""

    def asking(who, *scopes):
        client = APIClient()
        user = person(who) if isinstance(who, str) else who
        client.user = user
        client.force_authenticate(user, SimpleNamespace(pk=1, scopes=list(scopes)) if scopes else None)
        return client

    return asking


@pytest.fixture
def plc(company):
    return make_asset("PLC 17", unit=company.northfield)
