"""A server after a disaster, and what a restored portal answers."""

from contextlib import contextmanager
from io import StringIO
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client

from tests.conftest import APPLICATION, OWNER, _in_postgres, acting_as, drop_database
from tests.house import world

ASKED = (
    "/api/v1/dashboard/",
    "/api/v1/scores/?page_size=500",
    "/api/v1/risks/?page_size=500",
    "/api/v1/audit-entries/?page_size=500",
)


@contextmanager
def empty_server(template="template1"):
    """A database of the owner in the place of the present one: with nothing in it, or a copy of another that is."""
    before, name = connection.settings_dict["NAME"], f"test_{uuid4().hex[:12]}"
    with acting_as(OWNER):
        _in_postgres(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        _in_postgres(f'GRANT CONNECT ON DATABASE "{name}" TO "{APPLICATION["USER"]}"')
    _turn_to(name)
    try:
        yield
    finally:
        _turn_to(before)
        with acting_as(OWNER):
            drop_database(name)


def _turn_to(name):
    connections.close_all()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
    cache.clear()


def answers(user, asked=ASKED):
    """What the API tells `user`, by address, without the moment of the question."""
    client = Client()
    client.force_login(user, backend=world.BACKEND)
    found = {address: client.get(address).json() for address in asked}
    found["/api/v1/dashboard/"].pop("at", None)
    return found


def restored(file, **options):
    """What `manage.py restore` said."""
    out = StringIO()
    with acting_as(OWNER):
        call_command("restore", str(file), stdout=out, **options)
    return out.getvalue()
