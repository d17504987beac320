"""What the environment says, typed, in one place. Read once at start."""

import json
import os
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]
WEAK_SECRETS = ("changeme", "secret", "insecure", "django-insecure")


class Misconfigured(SystemExit):
    """Start-up ends with one sentence that says what to set."""


@dataclass(frozen=True)
class Environment:
    """`*_url` as given or as the embedded servers wrote them; `database_owner_url` falls back to `database_url`."""

    database_url: str  # of the role this process works with
    database_owner_url: str
    app_role: str  # the narrow role's name, for the grants after migrate
    redis_url: str
    secret_key: str
    former_secret_keys: tuple[str, ...]  # they still open what they sealed, and seal nothing
    allowed_hosts: tuple[str, ...]
    port: int
    email_url: str
    trusted_proxies: int


def read(instance: str = "up", *, strict: bool = False) -> Environment:
    """The environment, completed by what the embedded servers of `var/<instance>` wrote. `strict` demands every secret."""
    written = {} if strict else _written(ROOT / "var" / instance / "environment.json")

    def value(name: str, fallback: str = "") -> str:
        return os.environ.get(name) or written.get(name) or fallback

    # The embedded owner's address must never be paired with somebody's own database.
    own_database = bool(os.environ.get("DATABASE_URL"))
    owner = os.environ.get("DATABASE_OWNER_URL") or ("" if own_database else written.get("DATABASE_OWNER_URL", ""))
    narrow = value("DATABASE_URL")
    as_owner = os.environ.get("CONCORD_DATABASE_ROLE") == "owner"
    found = Environment(
        database_url=(owner or narrow) if as_owner else narrow,
        database_owner_url=owner or narrow,
        app_role=unquote(urlsplit(narrow).username or ""),
        redis_url=value("REDIS_URL"),
        secret_key=value("SECRET_KEY"),
        former_secret_keys=tuple(key.strip() for key in value("SECRET_KEY_FALLBACKS").split(",") if key.strip()),
        allowed_hosts=tuple(host.strip() for host in value("ALLOWED_HOSTS").split(",") if host.strip()),
        port=_port(value("PORT", "8000")),
        email_url=value("EMAIL_URL"),
        trusted_proxies=_count("TRUSTED_PROXIES", value("TRUSTED_PROXIES", "0")),
    )
    if strict:
        _demand(found)
    return found


def database(url: str) -> dict:
    """Django's DATABASES entry for postgres://user:password@host:port/name, or ?host=/socket/folder."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    options = {key: values[-1] for key, values in query.items() if key not in ("host", "port")}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[-1],
        "PORT": query.get("port", [str(parts.port or "")])[-1],
        "OPTIONS": options,
        "ATOMIC_REQUESTS": False,
    }


def redis_addresses(url: str) -> tuple[str, str]:
    """(broker for Celery, cache for Django) from one REDIS_URL: redis://host:port/0 or unix:///socket."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"redis+socket://{parts.path}?virtual_host=1", f"unix://{parts.path}?db=0"
    return url, url


def metrics() -> tuple[str, str]:
    """(token a monitor must show, "" for this machine alone; folder in which several web processes add up their counts)."""
    return os.environ.get("METRICS_TOKEN", ""), os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")


def networks(name: str) -> tuple[str, ...]:
    """Networks parted by commas, as in 10.20.0.0/16; none by default."""
    told = tuple(one.strip() for one in os.environ.get(name, "").split(",") if one.strip())
    for one in told:
        try:
            ip_network(one)
        except ValueError:
            raise Misconfigured(f"{name} holds {one!r}: give networks like 10.20.0.0/16, parted by commas.") from None
    return told


def count(name: str, fallback: int) -> int:
    """A number above zero."""
    found = _count(name, os.environ.get(name) or str(fallback))
    if not found:
        raise Misconfigured(f"{name} is 0: set it to a number above zero.")
    return found


def mail(url: str) -> dict:
    """Django's e-mail settings for smtp://user:password@host:port, smtps://… or "" (a folder of files)."""
    if not url:
        return {
            "EMAIL_BACKEND": "portal.attention.mailbox.EmailBackend",
            "EMAIL_FILE_PATH": os.environ.get("MAIL_FOLDER", str(ROOT / "var" / "mail")),
        }
    parts = urlsplit(url)
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or 25,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_TIMEOUT": 10,
    }


def _written(path: Path) -> dict[str, str]:
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return {}


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Misconfigured(f"PORT is {text!r}: set it to a number from 1 to 65535.")
    return int(text)


def _count(name: str, text: str) -> int:
    if not text.isdecimal():
        raise Misconfigured(f"{name} is {text!r}: set it to a number, 0 for none.")
    return int(text)


def _demand(found: Environment) -> None:
    for name in ("database_url", "redis_url", "secret_key"):
        if not getattr(found, name):
            raise Misconfigured(f"{name.upper()} is not set: production needs it in the environment.")
    if not found.allowed_hosts:
        raise Misconfigured("ALLOWED_HOSTS is not set: name the hosts that serve Concord, separated by commas.")
    if "*" in found.allowed_hosts:
        raise Misconfigured("ALLOWED_HOSTS holds *: name each host, for any other name in a request is somebody's trick.")
    token = metrics()[0]
    if token and _is_weak(token, 32):
        raise Misconfigured("METRICS_TOKEN is weak: set at least 32 random characters, for example from `openssl rand -hex 32`.")
    if _is_weak(found.secret_key, 50):
        raise Misconfigured("SECRET_KEY is weak: set at least 50 random characters, for example from `openssl rand -base64 48`.")


def _is_weak(secret: str, least: int) -> bool:
    return len(secret) < least or len(set(secret)) < 10 or any(word in secret.lower() for word in WEAK_SECRETS)
