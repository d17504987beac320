"""Entrances of compliance, below /governance/."""

from django.urls import path

from governance.compliance.views import frameworks

app_name = "compliance"
urlpatterns = [
    path("frameworks/", frameworks.listed, name="frameworks"),
    path("frameworks/import/", frameworks.intake, name="framework-import"),
    path("frameworks/<int:pk>/", frameworks.framework, name="framework"),
    path("frameworks/<int:pk>/changes/", frameworks.changed, name="framework-changes"),
    path("frameworks/<int:pk>/csv/", frameworks.sheet, name="framework-csv"),
    path("requirements/<int:pk>/", frameworks.requirement, name="requirement"),
]
