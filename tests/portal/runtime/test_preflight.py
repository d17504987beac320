"""What is in the way is named in one sentence before anything is started."""

import json
import os
import socket
import subprocess
import sys

import pytest

from portal.runtime import preflight
from portal.runtime.errors import CannotStart


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "80 81"])
def test_port_that_is_none_is_refused(monkeypatch, text):
    monkeypatch.setenv("PORT", text)

    with pytest.raises(CannotStart, match="set it to a number from 1 to 65535"):
        preflight.wanted_port()


def test_port_defaults_to_8000(monkeypatch):
    monkeypatch.setenv("PORT", "")

    assert preflight.wanted_port() == 8000


def test_used_port_is_refused_with_the_way_out(monkeypatch):
    monkeypatch.setattr(preflight, "SECONDS_FOR_THE_PORT", 0)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(CannotStart, match=f"Port {port} is used by another program"):
            preflight.check_port(port)


def test_free_port_passes():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

    assert preflight.check_port(port) is None


def test_second_run_is_told_of_the_first(tmp_path, monkeypatch):
    monkeypatch.setattr(preflight, "SECONDS_FOR_THE_LOCK", 0)
    with preflight.only_one(tmp_path, 8123):
        script = "import sys; from pathlib import Path; from portal.runtime import preflight\n"
        script += "preflight.SECONDS_FOR_THE_LOCK = 0\n"
        script += "with preflight.only_one(Path(sys.argv[1]), 8000): pass"
        second = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True)

    assert second.returncode != 0
    assert f"already runs here at http://localhost:8123/ (process {os.getpid()})" in second.stderr


def test_lock_file_of_a_dead_run_is_taken_over(tmp_path):
    (tmp_path / "runner.lock").write_text('{"pid": 1, "port": 1}')

    with preflight.only_one(tmp_path, 8000):
        written = json.loads((tmp_path / "runner.lock").read_text())

    assert written == {"pid": os.getpid(), "port": 8000}


def test_given_database_that_does_not_answer_is_named(tmp_path):
    given = {"DATABASE_URL": f"postgres://somebody:hidden@/concord?host={tmp_path}"}

    with pytest.raises(CannotStart, match="DATABASE_URL is set, but that database does not let us in") as refusal:
        preflight.check_given(given)

    assert "hidden" not in str(refusal.value)


def test_given_broker_that_does_not_answer_is_named(tmp_path):
    with pytest.raises(CannotStart, match="REDIS_URL is set, but that server does not answer"):
        preflight.check_given({"REDIS_URL": f"unix://{tmp_path}/none.sock"})


def test_owner_without_application_role_is_refused():
    with pytest.raises(CannotStart, match="set both or neither"):
        preflight.check_given({"DATABASE_OWNER_URL": "postgres:///concord"})
