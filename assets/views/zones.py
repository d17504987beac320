"""Pages of zones and conduits: the map with its faults, and one zone with what stands in it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from assets import filters, zone_book, zones
from assets.discovery import permits
from assets.errors import ChangedMeanwhile
from assets.forms.told import tell
from assets.forms.zone import ConduitForm, PermitForm, ZoneForm
from assets.models import Asset, Conduit, ScanPermit, Zone
from portal import clock
from portal.errors import Invalid, Refused
from portal.people.access import permitted
from portal.web.pages import answer

READ, CHANGE = "assets.view_asset", "assets.change_asset"
MOST_ASSETS = 200


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(READ, writes=CHANGE)
def listed(request: HttpRequest) -> HttpResponse:
    """The map by Purdue level, its table, and what is wrong; the way to register a zone."""
    form = None
    if request.user.has_perm(CHANGE):
        asked = {name: request.GET[name][:49] for name in ("unit", "networks") if request.GET.get(name)}
        form = ZoneForm(request.POST or None, user=request.user, initial={"unit": request.user.unit_id} | asked)
        if request.method == "POST" and form.is_valid():
            try:
                return redirect("assets:zone", zones.register(actor=request.user, **form.values).pk)
            except Invalid as error:
                tell(form, error)
    return _listed(request, form, None)


@require_http_methods(["POST"])
@permitted(CHANGE)
def conduit(request: HttpRequest) -> HttpResponse:
    """Let something cross between two zones."""
    form = ConduitForm(request.POST, user=request.user)
    if form.is_valid():
        told = form.cleaned_data
        try:
            zones.connect(told["first"], told["second"], told["may_cross"], actor=request.user)
            return redirect("assets:zones")
        except Invalid as error:
            tell(form, error)
        except Refused as error:
            form.add_error(None, str(error))
    return _listed(request, ZoneForm(user=request.user), form)


@require_POST
@permitted(CHANGE)
def conduit_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing may cross there any more."""
    zones.disconnect(get_object_or_404(Conduit.objects.visible_to(request.user), pk=pk), actor=request.user)
    return redirect("assets:zones")


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(READ, writes=CHANGE)
def zone(request: HttpRequest, pk: int) -> HttpResponse:
    """One zone with what stands in it, and the form that changes it."""
    found, form, status = _visible(request, pk), None, 200
    if request.user.has_perm(CHANGE) and found.archived_at is None:
        form = ZoneForm(request.POST or None, user=request.user, zone=found)
        if request.method == "POST" and form.is_valid():
            try:
                zones.change(found, actor=request.user, version=form.cleaned_data["version"] or 0, **form.values)
                return redirect("assets:zone", pk)
            except ChangedMeanwhile as error:
                form.add_error(None, str(error))
                form.data = form.data.copy()
                form.data["version"], status = error.facts["version"], error.status
            except Invalid as error:
                tell(form, error)
        status = 422 if form.errors and status == 200 else status
    return _shown(request, found, form, status)


@require_POST
@permitted(CHANGE)
def permit(request: HttpRequest, pk: int) -> HttpResponse:
    """Give leave to scan the zone."""
    found, form = _visible(request, pk), PermitForm(request.POST)
    if form.is_valid():
        try:
            permits.grant(found, actor=request.user, **form.cleaned_data)
            return redirect("assets:zone", pk)
        except Invalid as error:
            tell(form, error)
    return _shown(request, found, ZoneForm(user=request.user, zone=found), 422, form)


@require_POST
@permitted(CHANGE)
def permit_withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody may scan by it any more."""
    found = permits.withdraw(get_object_or_404(ScanPermit.objects.visible_to(request.user), pk=pk), actor=request.user)
    return redirect("assets:zone", found.zone_id)


@require_POST
@permitted(CHANGE)
def archiving(request: HttpRequest, pk: int) -> HttpResponse:
    """Use the zone no more."""
    zones.archive(_visible(request, pk), actor=request.user)
    return redirect("assets:zones")


def _listed(request: HttpRequest, form: ZoneForm | None, conduit_form: ConduitForm | None) -> HttpResponse:
    wrong = bool((form and form.errors) or (conduit_form and conduit_form.errors))
    offered = conduit_form or (ConduitForm(user=request.user) if form else None)
    context = {"book": zone_book.read(request.user), "form": form, "conduit_form": offered}
    return answer(request, "assets/zones/list.html", context, status=422 if wrong else 200)


def _shown(request: HttpRequest, found: Zone, form: ZoneForm | None, status: int, asked: PermitForm | None = None) -> HttpResponse:
    assets = Asset.objects.visible_to(request.user).current().filter(zone__iexact=found.name).annotate(level=filters.LEVEL)
    given = ScanPermit.objects.visible_to(request.user).current().filter(zone=found, ends_at__gte=clock.now())
    context = {
        "zone": found,
        "form": form,
        "permit_form": asked or (PermitForm(auto_id="permit_%s") if form and found.is_safety else None),
        "permits": list(given.select_related("zone", "contact", "granted_by").order_by("starts_at")),
        "assets": list(assets.select_related("unit").order_by("-level", "name")[:MOST_ASSETS]),
    }
    return answer(request, "assets/zones/detail.html", context, status=status)


def _visible(request: HttpRequest, pk: int) -> Zone:
    return get_object_or_404(Zone.objects.visible_to(request.user).select_related("unit"), pk=pk)
