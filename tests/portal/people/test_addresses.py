import pytest

from portal.people.addresses import client_address, is_local

CHAIN = "203.0.113.9, 198.51.100.2, 10.0.0.5"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [
        (0, CHAIN, "10.0.0.1"),
        (1, CHAIN, "10.0.0.5"),
        (2, CHAIN, "198.51.100.2"),
        (2, "10.0.0.5", "10.0.0.1"),
        (1, "not an address", "10.0.0.1"),
        (1, None, "10.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(rf, settings, proxies, forwarded, client):
    settings.TRUSTED_PROXIES = proxies
    facts = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}

    assert client_address(rf.get("/", REMOTE_ADDR="10.0.0.1", **facts)) == client


@pytest.mark.parametrize(
    ("facts", "local"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, True),
        ({"REMOTE_ADDR": "::1"}, True),
        ({"REMOTE_ADDR": "192.0.2.1"}, False),
        ({"REMOTE_ADDR": ""}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.1"}, False),
    ],
)
def test_this_machine_is_the_loopback_without_a_proxy(rf, facts, local):
    assert is_local(rf.get("/", **facts)) is local
