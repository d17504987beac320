"""Databases of several sizes in a cluster of their own (`var/bench`), seeded once and kept."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from portal.runtime.instance import Instance

ROOT = Path(__file__).resolve().parents[1]
INSTANCE = Instance(ROOT / "var" / "bench")


def start() -> None:
    """Run the servers and point Django at them; before anything of Django is imported."""
    addresses = INSTANCE.start()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings.development",
        "DATABASE_URL": addresses.database_url,
        "DATABASE_OWNER_URL": addresses.database_owner_url,
        "REDIS_URL": addresses.redis_url,
        "SECRET_KEY": json.loads((INSTANCE.folder / "environment.json").read_text())["SECRET_KEY"],
    }


def seeded(size: int, assets: int, of: str = "", *more: str) -> str:
    """The name of a database with `size` risks over `assets` assets, made and analysed where it is missing; a measurement that
    leaves much behind, or asks seed_scale for `more`, has its own ones, by the word `of`."""
    name = f"bench_{of}{size}_{assets}"
    with closing(_connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() == ("seeded",):
            _manage(name, "migrate", "--verbosity", "0")  # it may be of a week ago
            return name
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
        cursor.execute(f'GRANT CONNECT ON DATABASE "{name}" TO concord_app')
        _manage(name, "migrate", "--verbosity", "0")
        _manage(name, "seed_scale", "--assets", str(assets), "--risks", str(size), *more)
        cursor.execute(f"COMMENT ON DATABASE \"{name}\" IS 'seeded'")
    return name


def use(name: str) -> None:
    """Let Django's connection lead into another database."""
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name


def restart() -> None:
    """Stop and start the servers: what follows finds nothing in PostgreSQL's memory."""
    from django.db import connection

    connection.close()
    INSTANCE.stop()
    INSTANCE.start()


def as_owner(name: str):
    """A connection of the owner into one of these databases, each statement a transaction."""
    return _connect(_of(os.environ["DATABASE_OWNER_URL"], name))


def _connect(url: str = ""):
    connection = psycopg2.connect(**_keywords(url or os.environ["DATABASE_OWNER_URL"]))
    connection.autocommit = True
    return connection


def _keywords(url: str) -> dict:
    from portal.settings import environment

    known = environment.database(url)
    return {
        "dbname": known["NAME"],
        "user": known["USER"],
        "password": known["PASSWORD"],
        "host": known["HOST"],
        "port": known["PORT"] or None,
    }


def _manage(name: str, *arguments: str) -> None:
    addresses = {key: _of(os.environ[key], name) for key in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=os.environ | addresses, check=True)


def _of(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
