"""The suite: embedded servers of var/test, quick password hashes, mail in memory, tasks run where they are sent."""

import os

from portal.settings import environment
from portal.settings.base import *  # noqa: F403

found = environment.read("test")

DEBUG = False
SECRET_KEY = found.secret_key or "only-for-the-suite-where-no-server-runs-yet-0123456789"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASES = {"default": environment.database(found.database_url or "postgres:///concord")}
# Each process of the suite has a database and a cache of its own: clearing one must not empty the other's.
worker = os.environ.get("PYTEST_XDIST_WORKER", "")
DATABASES["default"]["TEST"] = {"NAME": "_".join(filter(None, ["test_concord", worker]))}
CELERY_BROKER_URL, CACHE_URL = environment.redis_addresses(found.redis_url or "redis://127.0.0.1:1/0")
CACHES = {
    "default": {
        "BACKEND": "portal.record.sealed_cache.SealedCache",
        "LOCATION": CACHE_URL.replace("?db=0", f"?db={2 + int(worker.removeprefix('gw') or -1)}"),
    }
}
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DEFAULT_FROM_EMAIL = "Concord <concord@localhost>"
PORTAL_ADDRESS = "http://localhost"
DATABASE_APP_ROLE = found.app_role
TRUSTED_PROXIES = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ISSUERS_IN_CLEAR = True
# A test asks for a page a thousand times in a moment that does not pass; those of the measure set one.
PAGES_A_MINUTE_BY_PERSON = PAGES_A_MINUTE_BY_ADDRESS = 10**9
