"""Real servers in a folder of their own: started, adopted, killed, moved to a short socket path, stopped."""

import json
import os
import signal
import stat
from contextlib import closing

import psycopg2
import pytest
import redis

from portal.runtime import servers
from portal.runtime.errors import CannotStart
from portal.runtime.instance import Instance

pytestmark = pytest.mark.kill


@pytest.fixture
def instance(tmp_path):
    instance = Instance(tmp_path / "instance", durable=False)
    yield instance
    instance.stop()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One instance that runs while the tests of this module only look at it."""
    instance = Instance(tmp_path_factory.mktemp("running") / "instance", durable=False)
    instance.start()
    yield instance
    instance.stop()


def ask(url, statement):
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def kill(pid):
    os.kill(pid, signal.SIGKILL)
    assert servers.wait_until(lambda: not servers.runs(pid), seconds=5)


def test_both_roles_reach_the_database_with_a_password_and_nobody_without(running):
    addresses = running.addresses

    assert ask(addresses.database_url, "select current_user") == "concord_app"
    assert ask(addresses.database_owner_url, "select current_user") == "concord_owner"
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(dbname="concord", user="concord_app", host=str(running.postgres.sockets))


@pytest.mark.parametrize(
    "statement",
    [
        "create table public.stray (id int)",
        "create temporary table stray (id int)",
        "set session_replication_role = replica",
        "set role concord_owner",
        "select pg_read_file('PG_VERSION')",
    ],
)
def test_application_role_may_not(running, statement):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(running.addresses.database_url, statement)


def test_environment_names_the_servers_and_is_private(running):
    addresses = running.addresses

    written = running.folder / "environment.json"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    content = json.loads(written.read_text())
    assert content.pop("SECRET_KEY")
    assert content == {
        "DATABASE_URL": addresses.database_url,
        "DATABASE_OWNER_URL": addresses.database_owner_url,
        "REDIS_URL": addresses.redis_url,
    }


def test_what_later_commands_need_is_noted_beside_the_addresses(running):
    noted = Instance(running.folder, durable=False, noted={"PORT": "8123", "REDIS_URL": "never this"}).environment

    assert noted == {"PORT": "8123"} | running.environment


def test_second_start_adopts_what_runs_and_keeps_secrets(running):
    pids = running.postgres.pid(), running.valkey.pid()
    other = Instance(running.folder, durable=False)

    assert other.start() == running.addresses
    assert (other.postgres.pid(), other.valkey.pid()) == pids


def test_killed_servers_do_not_prevent_the_next_start(instance):
    addresses = instance.start()
    with closing(psycopg2.connect(addresses.database_owner_url)) as connection:
        connection.autocommit = True
        connection.cursor().execute("create table kept as select 7 as number")
    kill(instance.valkey.pid())
    kill(instance.postgres.pid())
    assert instance.valkey.socket.exists()

    addresses = instance.start()

    assert ask(addresses.database_owner_url, "select number from kept") == 7
    assert redis.Redis(unix_socket_path=str(instance.valkey.socket)).ping()


def test_lock_naming_a_living_stranger_does_not_prevent_the_next_start(instance):
    instance.start()
    instance.stop()
    stale = instance.postgres.data / "postmaster.pid"
    stale.write_text(f"{os.getppid()}\n{instance.postgres.data}\n0\n5432\n\n\n\nready\n")

    addresses = instance.start()

    assert ask(addresses.database_url, "select 1") == 1


def test_broken_off_initialisation_is_begun_again(instance):
    half_made = instance.folder / "postgres.new" / "data"
    half_made.mkdir(parents=True)
    (half_made / "leftover").touch()

    addresses = instance.start()

    assert ask(addresses.database_url, "select 1") == 1


def test_stop_leaves_no_process_and_no_socket(instance):
    instance.start()
    pids = instance.postgres.pid(), instance.valkey.pid()

    instance.stop()

    assert not any(servers.runs(pid) for pid in pids)
    assert list(instance.postgres.sockets.iterdir()) == []


@pytest.mark.parametrize("name", ["a folder with spaces", "x" * 90])
def test_path_no_socket_could_have_gets_a_short_private_one(tmp_path, name):
    instance = Instance(tmp_path / name, durable=False)
    try:
        addresses = instance.start()
        sockets = instance.postgres.sockets

        assert ask(addresses.database_url, "select 1") == 1
        assert not sockets.is_relative_to(tmp_path)
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert Instance(tmp_path / name).postgres.sockets == sockets
    finally:
        instance.stop()
        instance.postgres.sockets.rmdir()


def test_lost_secrets_are_named(instance):
    instance.start()
    instance.stop()
    (instance.folder / "secrets.json").unlink()

    with pytest.raises(CannotStart, match=r"secrets\.json is lost"):
        Instance(instance.folder).start()


def test_given_servers_are_used_and_no_others_started(tmp_path, running):
    outside = running.addresses
    given = {"DATABASE_URL": outside.database_url, "REDIS_URL": outside.redis_url}
    guest = Instance(tmp_path / "guest", given=given)

    addresses = guest.start()

    assert (addresses.database_url, addresses.database_owner_url) == (outside.database_url, outside.database_url)
    assert sorted(path.name for path in guest.folder.iterdir()) == ["environment.json", "lock", "secrets.json"]
