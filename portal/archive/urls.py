"""archive/."""

from django.urls import path

from portal.archive.views import history

app_name = "archive"

urlpatterns = [
    path("archive/history/<slug:kind>/<int:pk>/", history.history, name="history"),
]
