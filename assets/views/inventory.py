"""Pages of the inventory: the list, one asset, its form."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assets import authority, dossier, filters, inventory, overrides, wording
from assets.errors import ChangedMeanwhile
from assets.exploited import book as exploited_book
from assets.forms.asset import AssetForm
from assets.forms.dependency import DependencyForm
from assets.forms.told import tell
from assets.models import Asset
from assets.models.asset import PURDUE_LEVELS
from portal.errors import Invalid
from portal.people.access import permitted
from portal.talk import merging
from portal.web import listing
from portal.web.pages import answer


@require_GET
@permitted("assets.view_asset")
def assets(request: HttpRequest) -> HttpResponse:
    """What we have, filtered by the address."""
    wanted = filters.Wanted.from_params(request.GET)
    found = filters.assets(request.user, wanted)
    order = listing.order_from(request.GET, filters.ORDERS, "name")
    context = {
        "page": listing.page_of(found.select_related("unit", "owner"), order, request.GET, total=found.count()),
        "wanted": wanted,
        "counts": filters.counts(request.user),
        "units": authority.units(request.user),
        "kinds": Asset.Kind.choices,
        "purdue_levels": PURDUE_LEVELS,
        "heads": filters.heads(request.GET, order),
        "without": {name: listing.address(request.GET, **{name: None}) for name in ("new_since", "owner", "state")},
    }
    return answer(request, "assets/inventory/list.html#rows", context)


@require_GET
@permitted("assets.view_asset")
def asset(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one asset."""
    beside = {"exploited_count": exploited_book.confirmed_with_asset(), "overrides_told": overrides.with_asset()}
    found = _visible(request, pk, **beside)
    if survivor := merging.survivor_of("asset", found, request.user):
        return redirect("assets:asset", pk=survivor.pk)
    context = {"dossier": dossier.of(found, request.user), "form": DependencyForm(user=request.user), "asset": found}
    return answer(request, "assets/inventory/detail.html", context)


@require_http_methods(["GET", "POST"])
@permitted("assets.change_asset")
def registration(request: HttpRequest) -> HttpResponse:
    """One new asset by hand."""
    kind = request.GET.get("kind") if request.GET.get("kind") in Asset.Kind.values else Asset.Kind.APPLICATION
    form = AssetForm(request.POST or None, user=request.user, initial={"unit": request.user.unit_id, "kind": kind})
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("assets:asset", inventory.register(actor=request.user, **form.values).pk)
        except Invalid as error:
            tell(form, error)
    context = {"form": form, "kinds": Asset.Kind.choices}
    return answer(request, "assets/inventory/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@permitted("assets.change_asset")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one asset; a stale form comes back with the newer version in its hands."""
    found = _visible(request, pk)
    form = AssetForm(request.POST or None, user=request.user, asset=found)
    status, differences = 200, []
    if request.method == "POST" and form.is_valid():
        try:
            inventory.change(found, actor=request.user, version=form.cleaned_data["version"] or 0, **form.values)
            return redirect("assets:asset", pk)
        except ChangedMeanwhile as error:
            form.add_error(None, str(error))
            form.data = form.data.copy()
            form.data["version"] = error.facts["version"]
            status, differences = error.status, wording.differences(_visible(request, pk), form.values)
        except Invalid as error:
            tell(form, error)
    status = 422 if form.errors and status == 200 else status
    context = {"form": form, "asset": found, "differences": differences}
    return answer(request, "assets/inventory/form.html", context, status=status)


@require_POST
@permitted("assets.change_asset")
def archiving(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one asset out of use."""
    found = inventory.archive(_visible(request, pk), actor=request.user)
    messages.info(request, _("%(asset)s is archived. Its history stays.") % {"asset": found})
    return redirect("assets:inventory")


@require_POST
@permitted("assets.change_asset")
def restoring(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring an archived asset back."""
    found = _visible(request, pk)
    inventory.restore(found, actor=request.user)
    messages.info(request, _("%(asset)s is in use again.") % {"asset": found})
    return redirect("assets:asset", pk)


def _visible(request: HttpRequest, pk: int, **beside: Any) -> Asset:
    rows = Asset.objects.visible_to(request.user).select_related("unit", "owner", "registered_by", "supplier").annotate(**beside)
    return get_object_or_404(rows, pk=pk)
