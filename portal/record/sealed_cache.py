"""The cache in Redis, each value with a signature: whoever writes there can neither run code here nor make up a session.

Django keeps values as pickles, and reading a pickle runs whatever it says; so the signature is checked before anything is read.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.cache.backends.redis import RedisCache, RedisCacheClient, RedisSerializer
from django.utils.crypto import constant_time_compare, salted_hmac

MARK = 32  # bytes of a SHA-256


class SealedValues(RedisSerializer):
    """What was not written by a portal with our secret key, or a former one, reads as None."""

    def dumps(self, obj: Any) -> Any:
        if type(obj) is int:  # Redis itself counts it on
            return obj
        body = super().dumps(obj)
        return _signature(body, settings.SECRET_KEY) + body

    def loads(self, data: Any) -> Any:
        try:
            return int(data)
        except ValueError:
            pass
        mark, body = data[:MARK], data[MARK:]
        keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        ours = any(constant_time_compare(mark, _signature(body, key)) for key in keys)
        return super().loads(body) if ours else None


class KeptClient(RedisCacheClient):
    """Django's makes a client of redis-py for every single value, which took longer than to fetch it; they may be shared."""

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self._kept: dict[Any, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        pool = self._get_connection_pool(write)
        if pool not in self._kept:
            self._kept[pool] = self._client(connection_pool=pool)
        return self._kept[pool]


class SealedCache(RedisCache):
    """Django's own, where None and nothing are the same."""

    def __init__(self, server: Any, params: dict[str, Any]):
        options = params.get("OPTIONS", {}) | {"serializer": SealedValues}
        super().__init__(server, params | {"OPTIONS": options, "KEY_PREFIX": "sealed"})
        self._class = KeptClient

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        found = super().get(key, None, version)
        return default if found is None else found

    def get_many(self, keys: Any, version: int | None = None) -> dict[str, Any]:
        return {key: found for key, found in super().get_many(keys, version).items() if found is not None}

    def count_up(self, keys: Sequence[str], timeout: int) -> list[int]:
        """One more at each of `keys`, all in one journey, and each forgotten `timeout` seconds later; what they stand at now."""
        with self._cache.get_client(write=True).pipeline(transaction=False) as line:
            for key in map(self.make_and_validate_key, keys):
                line.incr(key).expire(key, timeout)
            return line.execute()[::2]


def _signature(body: bytes, secret: str) -> bytes:
    return salted_hmac("concord.cache", body, secret=secret, algorithm="sha256").digest()
