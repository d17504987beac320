"""Every entrance of the API: one router, filled by each app's `api` module."""

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from portal.web.api import pages
from portal.web.api.described import SchemaView
from portal.web.api.missing import Missing
from portal.web.api.router import resources

for module in settings.API_MODULES:
    if find_spec(module):
        import_module(module)


class Anything(StringConverter):
    """What is left of an address, line breaks too."""

    regex = r"(?s:.+)"


register_converter(Anything, "anything")

urlpatterns = [
    path("docs/", pages.documentation, name="api-docs"),
    path("docs/<slug:noun>/", pages.resource, name="api-docs-resource"),
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("", include(resources.urls)),
    path("", Missing.as_view()),
    path("<anything:rest>", Missing.as_view()),
]
