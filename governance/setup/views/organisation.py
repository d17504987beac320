"""Steps 1 to 3: what the organisation is, its units, its leaders."""

from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods

from governance.setup import guests, outline, steps
from governance.setup.forms.steps import LeadersForm, OrganisationForm, UnitsForm
from governance.setup.views.answers import PERMISSION, is_preview, shown, went_on
from portal.errors import ConcordError, Invalid
from portal.people import appointments, organisations
from portal.people.access import permitted
from portal.people.models import Organisation, Unit


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PERMISSION)
def organisation(request):
    known = Organisation.objects.visible_to(request.user).first()
    form = OrganisationForm(request.POST or None, organisation=known)
    if request.method == "POST" and form.is_valid():
        try:
            organisations.describe(actor=request.user, **form.cleaned_data)
            return went_on(request, "organisation")
        except Invalid as error:
            form.take(error)
        except ConcordError as refusal:
            form.add_error(None, str(refusal))
    return shown(request, "organisation", {"form": form, "zones": OrganisationForm.zones})


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PERMISSION)
def units(request):
    form = UnitsForm(request.POST or None)
    planned = None
    if request.method == "POST" and form.is_valid():
        try:
            if is_preview(request):
                planned = outline.plan(form.cleaned_data["outline"])
            else:
                outline.found_all(form.cleaned_data["outline"], actor=request.user)
                return went_on(request, "units")
        except Invalid as error:
            form.take(error)
    tree = Unit.objects.visible_to(request.user).current().select_related("head").order_by("path")
    return shown(request, "units", {"form": form, "planned": planned, "tree": tree})


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PERMISSION)
def leaders(request):
    if not Organisation.objects.visible_to(request.user).exists():
        return redirect("setup:organisation")
    if steps.frame("leaders").is_set_up:
        return _running(request)
    form = LeadersForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            guests.seat_all(form.wanted, actor=request.user)
            return went_on(request, "leaders")
        except Invalid as error:
            form.take(error)
    return shown(request, "leaders", {"form": form})


def _running(request):
    """Once the organisation runs, two people change a seat, elsewhere."""
    try:
        seats_url = reverse("offices:seats")
    except NoReverseMatch:
        seats_url = ""
    filled = appointments.filled()
    rows = [(seat, filled.get(seat)) for seat in guests.SEATS]
    return shown(request, "leaders", {"filled": rows, "seats_url": seats_url})
