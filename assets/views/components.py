"""The page of what a system is made of, with the way in for its bill of materials."""

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from assets import components
from assets.forms.component import BillForm
from assets.models import Asset, Component
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web import listing
from portal.web.pages import answer

BY_NAME = listing.Order("name", "name")


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("assets.view_asset", writes="assets.change_asset")
def listed(request: HttpRequest, pk: int) -> HttpResponse:
    """What it is made of by the newest list, and what that changed."""
    found, form = _visible(request, pk), None
    if request.user.has_perm("assets.change_asset") and found.archived_at is None:
        form = BillForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid() and _take_in(request, found, form):
            return redirect("assets:components", pk)
    shown = found.components.filter(Q(archived_at=None) | Q(change=Component.Change.GONE))
    changed = request.GET.get("show") == "changed"
    rows = shown.exclude(change=Component.Change.NONE) if changed else shown
    context = {
        "asset": found,
        "newest": components.newest(found),
        "page": listing.page_of(rows, BY_NAME, request.GET, total=rows.count()),
        "changed": changed,
        "form": form,
    }
    return answer(request, "assets/inventory/components.html", context, status=422 if form and form.errors else 200)


def _take_in(request: HttpRequest, found: Asset, form: forms.Form) -> bool:
    file = form.cleaned_data["file"]
    try:
        components.take_in(file, found, actor=request.user, file_name=file.name)
    except Invalid as error:
        form.add_error("file", str(error))
        return False
    return True


def _visible(request: HttpRequest, pk: int) -> Asset:
    return get_object_or_404(Asset.objects.visible_to(request.user).select_related("unit"), pk=pk)
