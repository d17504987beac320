"""The entrance for web servers."""

import gc
import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.development")

application = get_wsgi_application()
import_module("portal.web.collisions").bound_waiting()
# Every view is loaded before the server forks its workers, which then share it.
get_resolver().url_patterns  # noqa: B018
import_module("portal.sign_on.scim.urls")
gc.collect()
gc.freeze()  # what is loaded stays: no worker walks it again, nor copies its pages by doing so
