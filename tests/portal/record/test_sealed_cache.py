"""Whoever can write to Redis gains nothing by it: no code runs here, no session is made up."""

import pickle

import pytest
from django.core.cache import cache


class Trap:
    """A pickle that runs something the moment it is read."""

    def __reduce__(self):
        return (_sprung.append, ("sprung",))


_sprung: list[str] = []


def written_past_the_portal(key, stored):
    cache._cache.get_client(key, write=True).set(cache.make_key(key), stored)


@pytest.mark.parametrize("value", ["word", {"a": [1, 2.5, None]}, True, ("pair", 3), b"bytes", -4, [], 10**30])
def test_what_the_portal_writes_it_reads_again(value):
    cache.set("one", value)

    assert cache.get("one") == value
    assert cache.get_many(["one", "two"]) == {"one": value}


def test_a_number_is_counted_on_by_redis_itself():
    cache.add("tries", 0)
    cache.incr("tries")

    assert cache.incr("tries") == 2
    assert cache.get("tries") == 2


def test_a_pickle_of_somebody_else_is_never_read():
    written_past_the_portal("session", pickle.dumps(Trap()))

    assert cache.get("session", "nothing") == "nothing"
    assert cache.get_many(["session"]) == {}
    assert _sprung == []


def test_nor_is_one_under_a_signature_of_another_value():
    cache.set("known", "value")
    mark = cache._cache.get_client("known").get(cache.make_key("known"))[:32]
    written_past_the_portal("session", mark + pickle.dumps(Trap()))

    assert cache.get("session") is None
    assert _sprung == []


def test_a_former_secret_key_still_reads_and_a_foreign_one_does_not(settings):
    settings.SECRET_KEY = "former"
    cache.set("one", "value")

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "present", ["former"]
    assert cache.get("one") == "value"

    settings.SECRET_KEY_FALLBACKS = []
    assert cache.get("one") is None
