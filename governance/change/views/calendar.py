"""The change calendar: a month of a place, one thing that is planned, and where two of them do not go together."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.change import change_calendar, clash_page, clashes, planned_changes
from governance.change.forms.planned import CallingOffForm, PlannedForm, StandingForm, initial
from governance.change.models import PlannedChange
from portal.errors import Invalid
from portal.people import delegations
from portal.people.access import permitted
from portal.web.pages import answer
from risks.forms import choices
from risks.views import answers
from risks.views.answers import gone_to

READ, CHANGE = "change.view_initiative", "change.change_initiative"


@require_safe
@permitted(READ)
def calendar(request):
    """What is planned in a month, as weeks and as a list."""
    book = change_calendar.read(request.user, request.GET)
    return answer(request, "change/calendar/month.html", {"book": book, "kinds": change_calendar.KINDS.items()})


@require_safe
@permitted(READ)
def planned(request, pk):
    """One thing that is planned: when, where, what it touches and meets."""
    return _page(request, _visible(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(CHANGE)
def new(request):
    """Plan something."""
    first = {"owner": request.user.pk, "kind": "RELEASE", "initiative": request.GET.get("initiative", "")[:18]}
    form = PlannedForm(request.POST or None, initial=first, offered=choices.Offered(), user=request.user)
    return _saved(request, form, lambda said: planned_changes.plan(actor=request.user, **said))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(CHANGE)
def change(request, pk):
    """Say it otherwise."""
    found = _visible(request, pk)
    planned_changes.check_ahead(found)
    form = PlannedForm(request.POST or None, initial=initial(found), offered=choices.Offered(), user=request.user)
    stands = answers.version_told(request)
    return _saved(request, form, lambda said: planned_changes.change(found, actor=request.user, version=stands, **said), found)


@require_POST
@permitted(CHANGE)
def calling_off(request, pk):
    """It does not happen."""
    found, form = _visible(request, pk), CallingOffForm(request.POST, auto_id="off-%s")
    if form.is_valid():
        try:
            planned_changes.call_off(found, actor=request.user, reason=form.cleaned_data["reason"])
            return gone_to(request, _address(found))
        except Invalid as error:
            form.take(error)
    return _page(request, found, status=422, calling_off=form)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(READ, writes=delegations.ANSWER)
def clash(request, pk):
    """Two that do not go together, side by side; an owner says why both may happen."""
    found = get_object_or_404(clash_page.rows(request.user), pk=pk)
    form = StandingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            clashes.let_stand(found, actor=request.user, reason=form.cleaned_data["reason"])
            return gone_to(request, reverse("change:clash", args=[found.pk]))
        except Invalid as error:
            form.take(error)
    context = {"page": clash_page.read(found, request.user), "form": form}
    return answer(request, "change/calendar/clash.html", context, status=422 if form.errors else 200)


def _visible(request, pk):
    return get_object_or_404(PlannedChange.objects.visible_to(request.user).select_related("unit", "owner", "initiative"), pk=pk)


def _address(found):
    return reverse("change:planned", args=[found.pk])


def _page(request, found, status=200, **forms):
    context = {"page": clash_page.of_planned(found, request.user), "calling_off": CallingOffForm(auto_id="off-%s")}
    return answer(request, "change/calendar/detail.html", context | forms, status=status)


def _saved(request, form, save, found=None):
    status = 200
    if request.method == "POST":
        kept, status = answers.saved(form, lambda: save(form.answers))
        if kept is not None:
            return gone_to(request, _address(kept))
    headline = _("Change what is planned") if found else _("Plan a change or a freeze")
    return answer(request, "change/calendar/form.html#form", {"form": form, "headline": headline, "planned": found}, status=status)
