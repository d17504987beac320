"""`make up` on one machine: embedded servers or named ones, mail into files, plain http on localhost."""

from portal.settings import environment
from portal.settings.base import *  # noqa: F403
from portal.settings.base import CONTENT_SECURITY_POLICY  # noqa: F401

found = environment.read("up")

DEBUG = False
SECRET_KEY = found.secret_key
SECRET_KEY_FALLBACKS = list(found.former_secret_keys)
ALLOWED_HOSTS = [*found.allowed_hosts, "localhost", "127.0.0.1", "[::1]"]
DATABASES = {"default": environment.database(found.database_url)}
DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
CELERY_BROKER_URL, CACHE_URL = environment.redis_addresses(found.redis_url)
CACHES = {"default": {"BACKEND": "portal.record.sealed_cache.SealedCache", "LOCATION": CACHE_URL}}
globals().update(environment.mail(found.email_url))
DEFAULT_FROM_EMAIL = "Concord <concord@localhost>"
PORTAL_ADDRESS = f"http://localhost:{found.port}"
DATABASE_APP_ROLE = found.app_role
TRUSTED_PROXIES = found.trusted_proxies
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
CLEARS_DEMO = found.database_owner_url not in ("", found.database_url)
ISSUERS_IN_CLEAR = True
