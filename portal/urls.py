"""Every entrance, by app. An app's own addresses join as soon as it has a urls module."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLResolver, include, path
from django.urls.resolvers import RoutePattern
from django.views.generic import RedirectView

from portal.people.sign_in import closed
from portal.web import directory, first_hour, health, metrics, theme

SCIM = "portal.sign_on.scim.urls"
ROOMS = (
    ("", "governance.board.urls"),
    ("", "governance.setup.urls"),  # begin/ and settings/
    ("governance/", "governance.compliance.urls"),
    ("governance/", "governance.together.urls"),
    ("governance/", "governance.change.urls"),
    ("assets/", "assets.urls"),
    ("risks/", "risks.urls"),
    ("", "portal.attention.urls"),  # reviews/ and inbox/
    ("", "portal.web.people.urls"),  # people/, account/ and invitation/
    ("people/", "portal.web.offices.urls"),
    ("", "portal.sign_on.urls"),  # people/sign-on/
    ("", "portal.workbench.urls"),  # search/ and imports/
    ("", "portal.signing.urls"),
    ("", "portal.webhooks.urls"),
    ("", "portal.archive.urls"),
    ("", "portal.talk.urls"),  # about/
    ("", "portal.web.urls"),
)


def present(rooms: tuple[tuple[str, str], ...]) -> list[URLResolver]:
    """The entrances of those rooms that somebody moved into."""
    return [path(prefix, include(module)) for prefix, module in rooms if find_spec(module)]


urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("theme/", theme.choose, name="theme"),
    path("pages/", directory.listed, name="pages"),
    path("first-hour/", first_hour.page, name="first-hour"),
    path("accounts/", include("portal.sign_on.entrance_urls")),
    path("accounts/", include("portal.web.people.entrance_urls")),
    path("accounts/", include("portal.people.urls")),
    # The admin has no door of its own: one signs in with both factors, or not at all.
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("admin/logout/", RedirectView.as_view(pattern_name="account_logout")),
    path("admin/password_change/", closed),
    path("admin/", admin.site.urls),
    path("api/v1/", include("portal.api_urls")),
    # By name, so that it is read when somebody asks there: what it stands on takes a fifth of the start of each worker.
    URLResolver(RoutePattern("scim/v2/"), SCIM, app_name="scim", namespace="scim"),
    *present(ROOMS),
]

handler403 = "portal.web.failures.forbidden"
handler404 = "portal.web.failures.missing"
handler500 = "portal.web.failures.failed"
