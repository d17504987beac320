"""An upgrade: what was dumped of the release before is restored elsewhere, migrated, and answers as it did."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from portal.runtime.instance import OUTSIDE, Instance
from portal.runtime.postgres import programs

pytestmark = pytest.mark.operation

ROOT = Path(__file__).resolve().parents[3]
SCOPES = ("risks:read", "scores:read", "assets:read", "dashboard:read")
LISTS = ("risks/?page_size=500", "scores/?state=CURRENT&page_size=500", "assets/?page_size=500")
# Fields of a list that the newest migration changes on purpose, such as {"risks": {"state"}}; emptied with the next one.
MEANT_TO_DIFFER: dict[str, set[str]] = {}
ASK = f"""
import json, os, sys
import django
django.setup()
from django.test import Client
client = Client(headers={{"authorization": "Bearer " + sys.argv[1], "host": "localhost"}})
answers = {{path.partition("/")[0]: client.get("/api/v1/" + path).json()["results"] for path in {LISTS!r}}}
answers["figures"] = client.get("/api/v1/dashboard/").json()["figures"]
print(json.dumps(answers))
"""


class Release:
    """The code of one state of the history, over one database."""

    def __init__(self, code: Path, environment: dict[str, str]) -> None:
        self.code, self.environment = code, environment

    def python(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.code, env=self.environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def answers(self, token: str) -> dict[str, list[dict]]:
        return json.loads(self.python("-c", ASK, token).splitlines()[-1])


def git(*arguments: str) -> str:
    """What git says; skips where there is no history to look into."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("git is missing, so the release before cannot be built")
    if done.returncode or not done.stdout.strip():
        pytest.skip(f"No history here, so the release before cannot be built: {done.stderr.strip() or 'git says nothing'}")
    return done.stdout.strip()


def release_before() -> str:
    """The newest released tag that lacks a migration of today, or what the history held before its newest migration."""
    newest = git("log", "-1", "--format=%H", "--diff-filter=A", "--", "*/migrations/0*.py")
    listing = ["git", "tag", "--no-contains", newest, "--merged", "HEAD", "--sort=-creatordate", "--list", "v*"]
    tagged = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True).stdout.split()
    return git("rev-parse", "--verify", "--quiet", tagged[0] if tagged else f"{newest}^")


@pytest.fixture
def former(tmp_path):
    """The code of the release before."""
    commit, code = release_before(), tmp_path / "former"
    code.mkdir()
    packed = tmp_path / "former.tar"
    subprocess.run(["git", "archive", "--output", packed, commit], cwd=ROOT, check=True)
    subprocess.run(["tar", "-xf", packed, "-C", code], check=True)
    return code


@pytest.fixture
def instance(tmp_path):
    instance = Instance(tmp_path / "instance", durable=False)
    instance.start()
    yield instance
    instance.stop()


def over(instance: Instance, database: str, home: Path) -> dict[str, str]:
    """The environment of a process that works with this database of the instance."""
    here = {name: value for name, value in os.environ.items() if name not in (*OUTSIDE, "DEMO", "PORT")}
    reached = {
        name: urlunsplit(urlsplit(address)._replace(path=f"/{database}")) if name.startswith("DATABASE") else address
        for name, address in instance.environment.items()
    }
    return (
        here
        | reached
        | {
            "DJANGO_SETTINGS_MODULE": "portal.settings.development",
            "DEMO_ACCOUNTS": str(home / "demo-accounts.json"),
            "FIRST_SIGN_IN": str(home / "first-sign-in.txt"),
            "MAIL_FOLDER": str(home / "mail"),
        }
    )


def moved(instance: Instance, database: str, dump: Path) -> None:
    """Dump the instance's database and restore it under another name, by PostgreSQL's own tools."""
    owner = instance.addresses.database_owner_url
    tools = programs() / "bin"
    subprocess.run([tools / "pg_dump", "--format=custom", "--no-owner", f"--file={dump}", owner], check=True)
    with closing(instance.postgres.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {database} OWNER concord_owner TEMPLATE template0")
        cursor.execute(f"GRANT CONNECT ON DATABASE {database} TO concord_app")
    target = urlunsplit(urlsplit(owner)._replace(path=f"/{database}"))
    subprocess.run([tools / "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--dbname", target, dump], check=True)


def migrations(url: str) -> int:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations")
        return cursor.fetchone()[0]


def test_a_dump_of_the_release_before_migrates_and_answers_the_same(former, instance, tmp_path):
    before = Release(former, over(instance, "concord", tmp_path))
    before.python("-m", "portal.runtime.prepare")
    token = before.python("manage.py", "issue_token", "reader@verrow.example", "--scope", *SCOPES).split()[-1]
    expected = before.answers(token)
    moved(instance, "after", tmp_path / "concord.dump")

    after = Release(ROOT, over(instance, "after", tmp_path))
    after.python("-m", "portal.runtime.prepare")
    found = after.answers(token)

    assert migrations(after.environment["DATABASE_OWNER_URL"]) > migrations(before.environment["DATABASE_OWNER_URL"])
    for name in ("risks", "scores", "assets"):
        assert differences(name, expected[name], found[name]) == []
    assert kept_totals(found["figures"]) == kept_totals(expected["figures"]) != {}
    assert "The log is what was sealed." in after.python("manage.py", "verify_audit")
    after.python("manage.py", "recompute", "--all")
    assert "Every score equals" in after.python("manage.py", "recompute", "--check")


def differences(name: str, expected: list[dict], found: list[dict]) -> list[tuple]:
    """Rows that are gone, and values that are others in a field that both releases know."""
    assert expected
    known = {row["id"]: row for row in found}
    gone = [(row["id"], "gone") for row in expected if row["id"] not in known]
    return gone + [
        (row["id"], key, value, known[row["id"]][key])
        for row in expected
        if row["id"] in known
        for key, value in row.items()
        if key in known[row["id"]] and key not in MEANT_TO_DIFFER.get(name, ()) and known[row["id"]][key] != value
    ]


def kept_totals(figures: list[dict]) -> dict[str, int]:
    """What the ledger of totals says about the register: risks by band and by cell of the heat map."""
    return {row["key"]: row["value"] for row in figures if row["key"].startswith(("band.", "cell."))}


def test_the_comparison_tells_what_is_gone_and_what_is_another():
    before = [{"id": 1, "value": "62.0", "dropped": 1}, {"id": 2, "value": "40.0"}, {"id": 3, "value": "9.0"}]
    after = [{"id": 1, "value": "62.0", "added": 2}, {"id": 2, "value": "41.0"}, {"id": 4, "value": "9.0"}]

    assert differences("scores", before, after) == [(3, "gone"), (2, "value", "40.0", "41.0")]
