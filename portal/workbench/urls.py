"""search/, imports/ and lists/."""

from django.urls import path

from portal.workbench.views import imports, lists, search

app_name = "workbench"

urlpatterns = [
    path("search/", search.search, name="search"),
    path("imports/", imports.listed, name="imports"),
    path("imports/<int:pk>/", imports.detail, name="import"),
    path("imports/<int:pk>/mapping/", imports.mapping, name="import-mapping"),
    path("imports/<int:pk>/application/", imports.application, name="import-application"),
    path("imports/<int:pk>/undoing/", imports.undoing, name="import-undoing"),
    path("imports/<int:pk>/problems/", imports.problems, name="import-problems"),
    path("imports/<int:pk>/rows/", imports.rows, name="import-rows"),
    path("imports/<int:pk>/rejects/", imports.rejects, name="import-rejects"),
    *lists.addresses(),
]
