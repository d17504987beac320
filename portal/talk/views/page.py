"""The page of everything that is said about one subject, and its part for the page of the subject itself."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from portal.archive import attachments
from portal.talk import attaching, comments, merging, watching
from portal.talk.forms.comment import CommentForm
from portal.talk.forms.file import FileForm
from portal.talk.places import Place
from portal.told import row_key
from portal.web import listing
from portal.web.pages import answer
from portal.workbench import custom_lists

NEWEST = listing.Order("-new", "id", descending=True)
THREADS = 20
MAY_TALK, MAY_ATTACH, MAY_WATCH = "talk.comment", "talk.attach", "attention.view_inbox"
MAY_MERGE = "talk.merge"
PAGE = "talk/about.html#about"


def shown(
    request: HttpRequest,
    place: Place,
    *,
    form: CommentForm | None = None,
    file_form: FileForm | None = None,
    then: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """`form` and `file_form` are those that were refused; after a success the page begins anew."""
    talk = _talk(request, place, None if then else form)
    if file_form is None and request.user.has_perm(MAY_ATTACH):
        file_form = FileForm()
    context = {"place": place, "file_form": file_form, **talk, **_files(request, place)}
    context["said_besides"] = custom_lists.said_of(place.kind, place.row, request.user)
    if place.kind in merging.all_kinds():
        context["merges"] = merging.of(place.kind, place.pk, request.user)
        context["may_merge"] = request.user.has_perm(MAY_MERGE) and merging.may_merge(place.kind, request.user)
    if request.user.has_perm(MAY_WATCH):
        context |= {"may_watch": True, "watch": watching.of(place, request.user)}
    return answer(request, PAGE, context, then=then, status=status)


def _talk(request: HttpRequest, place: Place, form: CommentForm | None) -> dict[str, Any]:
    told = request.POST if form else request.GET
    asked = row_key(told.get("answers", ""))
    thread = comments.thread_of(place, asked) if asked is not None else None
    if form is None and request.user.has_perm(MAY_TALK):
        words = request.GET.get("who", "")
        form = CommentForm(place=place, user=request.user, words=words, initial={"answers": thread and thread.pk})
    page = listing.page_of(comments.threads(place), NEWEST, request.GET, size=THREADS)
    return {"page": page, "form": form, "count": comments.count(place), "answered": thread}


def _files(request: HttpRequest, place: Place) -> dict[str, Any]:
    found = attachments.of(place.kind, place.pk)
    here = [(one, attaching.may_archive(one, request.user)) for one in found if one.archived_at is None]
    return {"files": here, "archived_files": [one for one in found if one.archived_at is not None]}
