"""Pages of suppliers: the list with the way to register one, and one of them with what they supply."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assets import filters, suppliers
from assets.errors import ChangedMeanwhile
from assets.forms.supplier import SupplierForm
from assets.forms.told import tell
from assets.models import Asset, Supplier
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web import listing
from portal.web.pages import answer

BY_NAME = listing.Order("name", "name")
MOST_ASSETS = 100


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("assets.view_asset", writes="assets.change_asset")
def listed(request: HttpRequest) -> HttpResponse:
    """Whom we lean on outside, by name."""
    form = None
    if request.user.has_perm("assets.change_asset"):
        form = SupplierForm(request.POST or None, user=request.user, initial={"unit": request.user.unit_id})
        if request.method == "POST" and form.is_valid():
            try:
                return redirect("assets:supplier", suppliers.register(actor=request.user, **form.values).pk)
            except Invalid as error:
                tell(form, error)
    seen = Supplier.objects.visible_to(request.user).current()
    rows = seen.select_related("owner", "unit").annotate(asset_count=Count("assets", filter=Q(assets__archived_at=None)))
    page = listing.page_of(rows, BY_NAME, request.GET, total=seen.count())
    status = 422 if form and form.errors else 200
    return answer(request, "assets/suppliers/list.html", {"page": page, "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("assets.view_asset", writes="assets.change_asset")
def supplier(request: HttpRequest, pk: int) -> HttpResponse:
    """One supplier, what they supply, and the form that changes it."""
    found, form, status = _visible(request, pk), None, 200
    if request.user.has_perm("assets.change_asset") and found.archived_at is None:
        form = SupplierForm(request.POST or None, user=request.user, supplier=found)
        if request.method == "POST" and form.is_valid():
            try:
                suppliers.change(found, actor=request.user, version=form.cleaned_data["version"] or 0, **form.values)
                return redirect("assets:supplier", pk)
            except ChangedMeanwhile as error:
                form.add_error(None, str(error))
                form.data = form.data.copy()
                form.data["version"], status = error.facts["version"], error.status
            except Invalid as error:
                tell(form, error)
        status = 422 if form.errors and status == 200 else status
    assets = Asset.objects.visible_to(request.user).current().filter(supplier=found)
    count = assets.count()
    context = {
        "supplier": found,
        "form": form,
        "assets": list(assets.select_related("unit").annotate(level=filters.LEVEL).order_by("-level", "name")[:MOST_ASSETS]),
        "count": count,
        "hidden_count": found.assets.current().count() - count,
    }
    return answer(request, "assets/suppliers/detail.html", context, status=status)


@require_POST
@permitted("assets.change_asset")
def archiving(request: HttpRequest, pk: int) -> HttpResponse:
    """They supply us no more."""
    found = suppliers.archive(_visible(request, pk), actor=request.user)
    messages.info(request, _("%(supplier)s is archived. Its history stays.") % {"supplier": found})
    return redirect("assets:suppliers")


def _visible(request: HttpRequest, pk: int) -> Supplier:
    return get_object_or_404(Supplier.objects.visible_to(request.user).select_related("owner", "unit"), pk=pk)
