"""What the bootstrap hands from pip's settings to uv, and whom it lets near a clone."""

import os

import pytest

from portal.runtime import bootstrap

NO_SETTINGS = {"UV_INDEX_STRATEGY": "unsafe-best-match"}


@pytest.fixture(autouse=True)
def _bare(monkeypatch):
    for name in (
        "UV_DEFAULT_INDEX",
        "UV_EXTRA_INDEX_URL",
        "UV_FIND_LINKS",
        "UV_INSECURE_HOST",
        "UV_NO_INDEX",
        "UV_INDEX_STRATEGY",
        "SSL_CERT_FILE",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "UV_CACHE_DIR",
    ):
        monkeypatch.delenv(name, raising=False)


def test_uv_looks_where_pip_looks(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    pip = {
        "index-url": "https://packages.example/simple",
        "extra-index-url": "\nhttps://one.example/simple\nhttps://two.example/simple",
        "find-links": "/wheels /more",
        "trusted-host": "packages.example",
        "cert": "/etc/ca.pem",
        "proxy": "http://proxy.example:3128",
    }

    assert bootstrap.uv_settings(pip) == NO_SETTINGS | {
        "UV_DEFAULT_INDEX": "https://packages.example/simple",
        "UV_EXTRA_INDEX_URL": "https://one.example/simple https://two.example/simple",
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_INSECURE_HOST": "packages.example",
        "SSL_CERT_FILE": "/etc/ca.pem",
        "HTTPS_PROXY": "http://proxy.example:3128",
        "HTTP_PROXY": "http://proxy.example:3128",
    }


def test_what_is_set_for_uv_itself_stays(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://chosen.example/simple")

    assert bootstrap.uv_settings({"index-url": "https://other.example/simple"}) == NO_SETTINGS


def test_stamp_holds_only_for_the_lock_it_was_made_from(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    bootstrap.stamp("run").write_text(bootstrap.digest("run"))

    assert bootstrap.stamped("run")
    bootstrap.stamp("run").write_text(bootstrap.digest("test"))
    assert not bootstrap.stamped("run")


@pytest.mark.parametrize("lock", ["setup", "run", "test"])
def test_lock_is_hashed_and_names_no_index(lock):
    text = bootstrap.lock_file(lock).read_text()

    requirements = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]
    assert requirements
    assert all("==" in line and line.endswith("\\") for line in requirements)
    assert "://" not in text


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone in which somebody ran Concord before."""
    clone = tmp_path / "clone"
    (clone / "var" / "up").mkdir(parents=True)
    (clone / ".venv").mkdir()
    (clone / "var" / "up" / "environment.json").touch()
    for name, path in {"ROOT": clone, "VENV": clone / ".venv", "VAR": clone / "var"}.items():
        monkeypatch.setattr(bootstrap, name, path)
    return clone


def test_ones_own_clone_is_let_in(clone):
    assert bootstrap.check_owner() is None


def test_what_another_user_left_is_named_with_the_command_that_takes_it_over(clone, monkeypatch):
    theirs = clone / "var" / "up" / "environment.json"
    monkeypatch.setattr(bootstrap.os, "access", lambda path, mode: path != theirs)

    with pytest.raises(SystemExit) as refusal:
        bootstrap.check_owner()

    assert str(refusal.value).startswith(f"Another user ran Concord in this clone, {theirs} belongs to {theirs.owner()}; ")
    assert str(refusal.value).endswith(f"with: sudo chown -R {os.geteuid()}:{os.getegid()} {clone / 'var'}")


def test_a_clone_one_may_not_write_in_is_to_be_made_anew(clone, monkeypatch):
    monkeypatch.setattr(bootstrap.os, "access", lambda path, mode: path != clone)

    with pytest.raises(SystemExit, match="clone it again as yourself"):
        bootstrap.check_owner()
