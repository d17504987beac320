"""Merge two rows that tell of one thing, and undo it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal import subjects
from portal.people.access import permitted
from portal.talk import merging, places
from portal.talk.forms.merge import MergeForm
from portal.talk.views.page import MAY_MERGE
from portal.web.pages import answer


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(MAY_MERGE)
def merge(request: HttpRequest, kind: str, reference: str) -> HttpResponse:
    """The thing of the address goes on in another one: asked for it, shown what follows, then done by POST."""
    merging.of_kind(kind)
    place = places.find(kind, reference, request.user)
    told = request.POST if request.method == "POST" else request.GET
    form = MergeForm(told if "into" in told else None, place=place, user=request.user)
    into = form.cleaned_data["into"] if form.is_valid() else None
    if request.method == "POST" and into is not None:
        versions = (form.cleaned_data["survivor_version"], form.cleaned_data["merged_version"])
        made = merging.merge(kind, into, place.row, actor=request.user, versions=versions)
        messages.success(request, _("Merged. It can be undone while nobody works with either."))
        return redirect(places.address(kind, made.survivor_id))
    may = merging.may_merge(kind, request.user)
    context = {"place": place, "form": form, "into": into and places.Place(kind, into), "may_merge": may}
    return answer(request, "talk/merge.html", context, status=422 if form.errors else 200)


@require_POST
@permitted(MAY_MERGE)
def undoing(request: HttpRequest, pk: int) -> HttpResponse:
    """Two again."""
    made = merging.find(pk, request.user)
    if made is None:
        raise Http404
    merging.undo(made, actor=request.user)
    messages.success(request, _("Undone: they are two again."))
    return redirect(subjects.of_kind(made.kind).url(subjects.of_kind(made.kind).model_class(pk=made.merged_id)))
