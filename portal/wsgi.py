"""The entrance for web servers."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.development")

application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  (every view is loaded before the server forks its workers, which then share it)
