"""archive/."""

from django.urls import path

from portal.archive.views import files, heads, history, holds, personal, redactions, retention

app_name = "archive"

urlpatterns = [
    path("archive/heads/", heads.listed, name="heads"),
    path("archive/retention/", retention.table, name="retention"),
    path("archive/retention/disposal/", retention.disposal, name="disposal"),
    path("archive/holds/", holds.listed, name="holds"),
    path("archive/holds/new/", holds.placing, name="placing"),
    path("archive/holds/<int:pk>/lifting/", holds.lifting, name="lifting"),
    path("archive/redactions/", redactions.listed, name="redactions"),
    path("archive/redactions/<int:pk>/decision/", redactions.decision, name="decision"),
    path("archive/redactions/<slug:kind>/<int:pk>/", redactions.proposal, name="proposal"),
    path("archive/history/<slug:kind>/<int:pk>/", history.history, name="history"),
    path("archive/personal/", personal.own, name="own"),
    path("archive/personal/<int:pk>/", personal.held, name="personal"),
    path("archive/personal/<int:pk>/download/", personal.download, name="personal-download"),
    path("archive/files/<uuid:key>/", files.file, name="file"),
]
