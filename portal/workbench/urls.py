"""search/, palette/, keys/, jobs/, imports/, custom-fields/, tags/ and lists/."""

from django.urls import path

from portal.workbench.views import bulk_edits, custom_fields, imports, jobs, lists, palette, saved_views, search

app_name = "workbench"

urlpatterns = [
    path("search/", search.search, name="search"),
    path("palette/", palette.palette, name="palette"),
    path("keys/", palette.keys, name="keys"),
    path("jobs/", jobs.listed, name="jobs"),
    path("jobs/retry/", jobs.retry, name="jobs-retry"),
    path("imports/", imports.listed, name="imports"),
    path("imports/<int:pk>/", imports.detail, name="import"),
    path("imports/<int:pk>/mapping/", imports.mapping, name="import-mapping"),
    path("imports/<int:pk>/application/", imports.application, name="import-application"),
    path("imports/<int:pk>/undoing/", imports.undoing, name="import-undoing"),
    path("imports/<int:pk>/problems/", imports.problems, name="import-problems"),
    path("imports/<int:pk>/rows/", imports.rows, name="import-rows"),
    path("imports/<int:pk>/rejects/", imports.rejects, name="import-rejects"),
    path("custom-fields/", custom_fields.fields, name="custom-fields"),
    path("custom-fields/<int:pk>/", custom_fields.field, name="custom-field"),
    path("custom-fields/<int:pk>/retirement/", custom_fields.retirement, name="custom-field-retirement"),
    path("tags/", custom_fields.all_tags, name="tags"),
    path("tags/<int:pk>/", custom_fields.tag, name="tag"),
    path("tags/<int:pk>/merging/", custom_fields.merging, name="tag-merging"),
    path("tags/<int:pk>/parting/", custom_fields.parting, name="tag-parting"),
    path("lists/views/", saved_views.listed_views, name="saved-views"),
    path("lists/views/new/", saved_views.new, name="saved-view-new"),
    path("lists/views/<int:pk>/", saved_views.view, name="saved-view"),
    path("lists/views/<int:pk>/question/", saved_views.asking, name="saved-view-question"),
    path("lists/views/<int:pk>/removal/", saved_views.removal, name="saved-view-removal"),
    path("lists/bulk-edits/", bulk_edits.listed_edits, name="bulk-edits"),
    path("lists/bulk-edits/<int:pk>/", bulk_edits.edit, name="bulk-edit"),
    path("lists/bulk-edits/<int:pk>/fields/", bulk_edits.fields, name="bulk-edit-fields"),
    path("lists/bulk-edits/<int:pk>/application/", bulk_edits.application, name="bulk-edit-application"),
    path("lists/bulk-edits/<int:pk>/trying/", bulk_edits.trying, name="bulk-edit-trying"),
    path("lists/bulk-edits/<int:pk>/undoing/", bulk_edits.undoing, name="bulk-edit-undoing"),
    *lists.addresses(),
]
