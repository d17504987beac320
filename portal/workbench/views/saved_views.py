"""Pages of named views: all that one may open, one of them to rename or take away."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.errors import Invalid
from portal.people.access import OPEN_TO_ALL, permitted
from portal.web.pages import answer
from portal.workbench import listed, saved_views, table_page, tables
from portal.workbench.forms.saved_views import ViewForm
from portal.workbench.models import SavedView

MOST = 500


@require_safe
@permitted(OPEN_TO_ALL)
def listed_views(request: HttpRequest) -> HttpResponse:
    """The views of all lists that one may read."""
    rows = SavedView.objects.visible_to(request.user).filter(archived_at=None).select_related("unit", "owner")
    lines = [
        {
            "view": view,
            "url": saved_views.url(view),
            "kind": listed.of_kind(view.kind),
            "may_change": saved_views.may_change(view, request.user),
        }
        for view in rows.order_by("kind", "name", "pk")[:MOST]
    ]
    return answer(request, "workbench/lists/views.html", {"lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(OPEN_TO_ALL)
def new(request: HttpRequest) -> HttpResponse:
    """Name the question that the address brings."""
    told = request.POST if request.method == "POST" else request.GET
    kind = listed.all_kinds().get(told.get("of", ""))
    if kind is None:
        return redirect("workbench:saved-views")
    if not request.user.has_perm(kind.permission):
        raise PermissionDenied
    question = tables.asked(kind, told)
    if request.method != "POST":
        return _form(request, ViewForm(user=request.user), kind=kind, question=question)
    form = ViewForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            view = saved_views.keep(actor=request.user, kind=kind.kind, params=question.params, **form.answers)
            return redirect(saved_views.url(view))
        except Invalid as error:
            form.take(error)
    return _form(request, form, kind=kind, question=question, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(OPEN_TO_ALL)
def view(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename it, share it otherwise."""
    found = _visible(request, pk)
    kind = listed.as_defined(found.kind)
    question = tables.asked(kind, found.params)
    if request.method != "POST":
        return _form(request, ViewForm(user=request.user, view=found), kind=kind, question=question, found=found)
    form = ViewForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            version = form.cleaned_data["version"] or 0
            return redirect(saved_views.url(saved_views.change(found, actor=request.user, version=version, **form.answers)))
        except Invalid as error:
            form.take(error)
    return _form(request, form, kind=kind, question=question, found=found, status=422)


@require_POST
@permitted(OPEN_TO_ALL)
def asking(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it ask what the list asks now."""
    found = _visible(request, pk)
    question = tables.asked(listed.as_defined(found.kind), request.POST)
    return redirect(saved_views.url(saved_views.change(found, actor=request.user, version=None, params=question.params)))


@require_POST
@permitted(OPEN_TO_ALL)
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer it no more."""
    found = saved_views.remove(_visible(request, pk), actor=request.user)
    messages.info(request, _("The view “%(view)s” is taken away.") % {"view": found})
    return redirect("workbench:saved-views")


def _visible(request: HttpRequest, pk: int) -> SavedView:
    rows = SavedView.objects.visible_to(request.user).filter(archived_at=None)
    return get_object_or_404(rows.select_related("unit", "owner"), pk=pk)


def _form(request, form, *, kind, question, found=None, status=200):
    context = {"form": form, "kind": kind, "asked": question, "view": found, "said": table_page.said(question, request.user)}
    context["may_change"] = found is None or saved_views.may_change(found, request.user)
    return answer(request, "workbench/lists/view.html", context, status=status)
