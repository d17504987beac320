"""Several hosts behind a proxy with TLS. Refuses to start on a missing or weak secret."""

import os

from portal.settings import environment
from portal.settings.base import *  # noqa: F403

found = environment.read(strict=True)

DEBUG = False
SECRET_KEY = found.secret_key
SECRET_KEY_FALLBACKS = list(found.former_secret_keys)
ALLOWED_HOSTS = list(found.allowed_hosts)
DATABASES = {"default": environment.database(found.database_url)}
DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
CELERY_BROKER_URL, CACHE_URL = environment.redis_addresses(found.redis_url)
CACHES = {"default": {"BACKEND": "portal.record.sealed_cache.SealedCache", "LOCATION": CACHE_URL}}
globals().update(environment.mail(found.email_url))
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", f"Concord <concord@{ALLOWED_HOSTS[0]}>")
PORTAL_ADDRESS = os.environ.get("PORTAL_ADDRESS", f"https://{ALLOWED_HOSTS[0]}")
DATABASE_APP_ROLE = found.app_role
TRUSTED_PROXIES = found.trusted_proxies
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
THEME_COOKIE_NAME = "__Host-theme"
