"""What is said about a subject: its threads, one comment with what it said before, and the verbs."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.errors import Invalid
from portal.people.access import OPEN_TO_ALL, permitted
from portal.talk import comments, hearing, places
from portal.talk.errors import NotYours
from portal.talk.forms.comment import CommentForm
from portal.talk.views.page import MAY_TALK, shown
from portal.told import row_keys
from portal.web.pages import answer


@require_safe
@permitted(OPEN_TO_ALL)
def about(request: HttpRequest, kind: str, reference: str) -> HttpResponse:
    """Everything that is said about one subject; `who` finds people to mention by name."""
    place = places.find(kind, reference, request.user)
    if request.htmx and request.htmx.target == "talk-people":
        chosen = row_keys(request.GET.getlist("mentions"))
        found = hearing.offered(place, request.user, request.GET.get("who", ""), chosen)
        return answer(request, "talk/_people.html", {"people": found, "chosen": chosen})
    return shown(request, place)


@require_POST
@permitted(MAY_TALK)
def writing(request: HttpRequest, kind: str, reference: str) -> HttpResponse:
    """Say something; the button `find` writes nothing and looks for people by name."""
    place = places.find(kind, reference, request.user)
    words = request.POST.get("who", "")
    form = CommentForm(request.POST, place=place, user=request.user, words=words)
    if "find" in request.POST:
        return shown(request, place, form=form)
    if form.is_valid():
        said = form.cleaned_data
        try:
            comments.write(place, said["text"], actor=request.user, mentions=said["mentions"], answers=said["answers"])
        except Invalid as error:
            form.take(error)
        else:
            return shown(request, place, then=place.about_url)
    return shown(request, place, form=form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(OPEN_TO_ALL)
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """One comment: all that it said, and for whoever wrote it the words to say it otherwise."""
    one, place = comments.find(pk, request.user)
    form = None
    if one.author_id == request.user.pk and request.user.has_perm(MAY_TALK):
        told = request.POST if request.method == "POST" else None
        form = CommentForm(told, place=place, user=request.user, words=request.POST.get("who", ""), comment=one)
    if request.method == "POST" and "find" not in request.POST:
        if form is None:
            raise NotYours if request.user.has_perm(MAY_TALK) else PermissionDenied
        if form.is_valid():
            said = form.cleaned_data
            try:
                comments.change(place, one, said["text"], actor=request.user, version=said["version"], mentions=said["mentions"])
            except Invalid as error:
                form.take(error)
            else:
                return redirect(f"{place.about_url}#comment-{one.pk}")
    context = {"one": one, "place": place, "form": form, "versions": comments.versions(one)}
    return answer(request, "talk/comment.html", context, status=422 if form and form.errors else 200)


@require_POST
@permitted(MAY_TALK)
def resolution(request: HttpRequest, pk: int) -> HttpResponse:
    """The thread needs nothing more; with `back` it does again."""
    one, place = comments.find(pk, request.user)
    settle = comments.reopen if request.POST.get("back") == "1" else comments.resolve
    settle(one, actor=request.user)
    return shown(request, place, then=f"{place.about_url}#comment-{one.pk}")
