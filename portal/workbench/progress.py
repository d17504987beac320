"""How far a worker is with an import: told through the cache, since the import itself is one transaction nobody else sees into."""

from contextlib import suppress

from django.core.cache import cache

KEPT_SECONDS = 120


def tell(pk: int, done: int, row: int) -> None:
    with suppress(Exception):  # a cache that is away must not end an import
        cache.set(f"import:{pk}", (done, row), KEPT_SECONDS)


def read(pk: int) -> tuple[int, int]:
    """(rows done, the row under way), zeros where nothing is known."""
    try:
        return cache.get(f"import:{pk}") or (0, 0)
    except Exception:  # whatever the client of the cache raises
        return (0, 0)
