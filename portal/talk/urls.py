"""about/: everything that is said about a subject of any kind."""

from django.urls import path

from portal.talk.views import comments, files, merges, versions, watches

app_name = "talk"

urlpatterns = [
    path("about/comments/<int:pk>/", comments.comment, name="comment"),
    path("about/comments/<int:pk>/resolution/", comments.resolution, name="resolution"),
    path("about/files/<uuid:key>/archiving/", files.archiving, name="archiving"),
    path("about/<slug:kind>/<slug:reference>/", comments.about, name="about"),
    path("about/<slug:kind>/<slug:reference>/comments/", comments.writing, name="writing"),
    path("about/<slug:kind>/<slug:reference>/files/", files.attaching_one, name="attaching"),
    path("about/<slug:kind>/<slug:reference>/watch/", watches.watch, name="watch"),
    path("about/<slug:kind>/<slug:reference>/versions/", versions.compared, name="versions"),
    path("about/merges/<int:pk>/undoing/", merges.undoing, name="merge-undoing"),
    path("about/<slug:kind>/<slug:reference>/merge/", merges.merge, name="merge"),
    path("watches/", watches.listed, name="watches"),
]
