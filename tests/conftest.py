"""The suite's ground: the owner makes the database, every test runs as the application's role."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections
from django.test.utils import setup_databases
from hypothesis import HealthCheck
from hypothesis import settings as examples
from pytest_django.live_server_helper import LiveServer

from portal.room import with_room
from portal.settings import environment
from tests import verrow
from tests.factories import portal as make
from tests.servers import ADDRESSES

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop running in the test's thread

# How long an example takes says how busy the machine is; the budgets of the layers watch over time.
examples.register_profile("concord", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("concord")

OWNER = environment.database(ADDRESSES.database_owner_url)
APPLICATION = environment.database(ADDRESSES.database_url)
SUPERUSER = environment.database(ADDRESSES.superuser_url)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, one in each half: two processes share out the rest meanwhile. What waits for the open
    transactions of others begins last, when none of theirs is long."""
    longest = [one for one in items if one.get_closest_marker("longest")]
    patient = [one for one in items if one.get_closest_marker("patient")]
    apart = {*longest, *patient}
    rest = [one for one in items if one not in apart]
    items[:] = longest[::2] + rest[: len(rest) // 2] + longest[1::2] + rest[len(rest) // 2 :] + patient


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """As pytest runs a test, with room for its frames; in a request there is room anyway, but not in what a test calls itself."""
    runner: Any = item.config.pluginmanager.get_plugin("runner")
    return with_room(runner.pytest_runtest_protocol)(item, nextitem)


@contextmanager
def acting_as(account: dict) -> Iterator[None]:
    """Connect as another database role inside the block."""
    known = settings.DATABASES["default"], connection.settings_dict
    before = {key: known[1][key] for key in ("USER", "PASSWORD")}
    connection.close()
    for entry in known:
        entry.update({key: account[key] for key in before})
    try:
        yield
    finally:
        connection.close()
        for entry in known:
            entry.update(before)


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker, django_db_keepdb, django_db_createdb):
    """Made and migrated by the owner, used by the application's role; kept from an earlier run only with --reuse-db."""
    kept = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock(), acting_as(OWNER):
        setup_databases(verbosity=0, interactive=False, keepdb=kept, aliases={"default"})
        name = connection.settings_dict["NAME"]
        assert name.startswith("test_"), name
        _let_in(name)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = OWNER["NAME"]
        if not django_db_keepdb:
            drop_database(name)


def _let_in(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'REVOKE CONNECT, TEMPORARY ON DATABASE "{name}" FROM PUBLIC')
        cursor.execute(f'GRANT CONNECT ON DATABASE "{name}" TO "{APPLICATION["USER"]}"')


@pytest.fixture(scope="session", autouse=True)
def _addresses():
    """Made of what the apps register, before a test registers something else for itself. None of it goes away again, so the
    collector of garbage need not look at it each time."""
    import_module("portal.urls")
    gc.collect()
    gc.freeze()


@pytest.fixture
def own_db(django_db_setup, django_db_blocker) -> Iterator[str]:
    """A database of this test alone, whose rows are really committed; gone afterwards. Yields its name."""
    with django_db_blocker.unblock(), copied(connection.settings_dict["NAME"]) as name:
        yield name


@pytest.fixture
def verrow_db(django_db_setup, django_db_blocker) -> Iterator[dict[str, dict[str, str]]]:
    """A database of this test alone that Verrow has moved into. Yields how people sign in, by account."""
    known = verrow.kept()
    with django_db_blocker.unblock(), copied(known.database):
        yield known.doors


@contextmanager
def copied(template: str) -> Iterator[str]:
    """Work in a copy of a database inside the block; yields its name."""
    before, name = connection.settings_dict["NAME"], f"test_{uuid4().hex[:12]}"
    with acting_as(OWNER):
        _in_postgres(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        _in_postgres(f'REVOKE CONNECT, TEMPORARY ON DATABASE "{name}" FROM PUBLIC')
        _in_postgres(f'GRANT CONNECT ON DATABASE "{name}" TO "{APPLICATION["USER"]}"')
    connection.close()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
    cache.clear()
    try:
        yield name
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = before
        cache.clear()
        with acting_as(OWNER):
            drop_database(name)


def drop_database(name: str) -> None:
    """Sessions that are still open in it end. Where an autovacuum runs in it, which is the superuser's, forcing is refused; a
    plain DROP sends that away, and waits for it."""
    import psycopg2.errors as refused

    for _attempt in range(10):
        try:
            return _in_postgres(f'DROP DATABASE "{name}" WITH (FORCE)')
        except refused.InsufficientPrivilege:
            with suppress(refused.ObjectInUse):
                return _in_postgres(f'DROP DATABASE "{name}"')
    raise AssertionError(f"{name} is in use")


def _in_postgres(statement: str) -> None:
    """Outside of any database that the statement copies or drops."""
    import psycopg2

    plain = psycopg2.connect(
        dbname=OWNER["NAME"],
        user=OWNER["USER"],
        password=OWNER["PASSWORD"],
        host=OWNER["HOST"],
        port=OWNER["PORT"] or None,
    )
    plain.autocommit = True
    try:
        with plain.cursor() as cursor:
            cursor.execute(statement)
    finally:
        plain.close()


@pytest.fixture
def own_live_server(own_db) -> Iterator[LiveServer]:
    """The portal on a port of its own, over a database of this test alone."""
    server = LiveServer("localhost")
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(autouse=True)
def _empty_cache(request):
    """What another test's database said is not remembered, however a test asks for its own."""
    if request.node.get_closest_marker("django_db") or {"db", "own_db", "verrow_db"} & set(request.fixturenames):
        cache.clear()


@pytest.fixture
def company(db):
    """Verrow's tree in small: the company with two sites and a department; the organisation row."""
    return make.make_company()


@pytest.fixture
def person(company):
    """`person("ANALYST", unit=…)` or `person("CIO")`: someone in a role or a seat."""
    return lambda name, /, **fields: make.make_person(name, company=company, **fields)
