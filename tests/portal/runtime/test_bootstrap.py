"""What the bootstrap hands from pip's settings to uv, and whom it lets near a clone."""

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
