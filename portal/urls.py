"""Every entrance, by app."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

handler403 = "portal.web.failures.forbidden"
handler404 = "portal.web.failures.missing"
handler500 = "portal.web.failures.failed"
