"""Response plans: the list, one of them, and the forms that open, change and retire it."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.errors import Invalid, Stale
from portal.people.access import permitted
from portal.web.pages import answer
from risks.forms import choices
from risks.models import Incident, Risk
from risks.response import activations, plan_book, plans
from risks.response.forms.plan import ActivationForm, PlanForm, RetireForm
from risks.views.answers import gone_to

VIEW, PLAN = "risks.view_responseplan", plans.PERMISSION


@require_safe
@permitted(VIEW)
def listed(request):
    return answer(request, "risks/response_plans/list.html", {"book": plan_book.read(request.user, request.GET)})


@require_safe
@permitted(VIEW)
def plan(request, pk):
    """What both offices do when its scenario comes true."""
    return _page(request, visible_plan(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PLAN)
def new(request):
    """Open a plan, with a first draft."""
    options = {"user": request.user, "offered": choices.Offered()}
    if request.method != "POST":
        told = request.GET.get("risk", "")
        named = told.isascii() and told.isdigit() and len(told) < 19
        risks = Risk.objects.visible_to(request.user).filter(pk=told) if named else ()
        first = {"version": 0, "unit": request.user.unit_id, "owner": request.user.pk, "review_every_days": 180, "risks": risks}
        return _form(request, PlanForm(initial=first, **options))
    return _saved(request, PlanForm(request.POST, **options), lambda form: plans.open_plan(actor=request.user, **form.answers))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PLAN)
def change(request, pk):
    """Rename it, hand it over, link other risks and assets."""
    found = visible_plan(request, pk)
    options = {"user": request.user, "offered": choices.Offered()}
    if request.method != "POST":
        first = {name: getattr(found, name) for name in (*plans.FIELDS, "version")}
        first |= {"risks": found.risks.visible_to(request.user), "assets": found.assets.visible_to(request.user)}
        return _form(request, PlanForm(initial=first, **options), found)

    def save(form):
        return plans.change(found, actor=request.user, version=form.cleaned_data["version"], **form.answers)

    return _saved(request, PlanForm(request.POST, **options), save, found)


@require_POST
@permitted(PLAN)
def retirement(request, pk):
    """Nobody acts by it any more."""
    found, form = visible_plan(request, pk), RetireForm(request.POST)
    return _done(request, found, form, "retiring", lambda said: plans.retire(found, actor=request.user, **said))


@require_POST
@permitted(PLAN)
def drafting(request, pk):
    """Begin a new version."""
    version = plans.draft(visible_plan(request, pk), actor=request.user)
    return gone_to(request, reverse("risks:plan-version", args=[version.pk]))


@require_POST
@permitted(activations.PERMISSION)
def activation(request, pk):
    """Let it be acted by, for an incident."""
    found = visible_plan(request, pk)
    form = ActivationForm(request.POST, incidents=open_incidents(request))
    if form.is_valid():
        try:
            live = activations.activate(found, actor=request.user, **form.cleaned_data)
            return gone_to(request, reverse("risks:activation", args=[live.pk]))
        except Invalid as error:
            form.take(error)
    return _page(request, found, status=422, activating=form)


def visible_plan(request, pk):
    return get_object_or_404(plan_book.of_user(request.user), pk=pk)


def open_incidents(request):
    return list(Incident.objects.visible_to(request.user).current().open().order_by("-noticed_at")[:100])


def _address(found):
    return reverse("risks:plan", args=[found.pk])


def _page(request, found, status=200, **forms):
    sheet = plan_book.sheet(found, request.user)
    may_activate = request.user.has_perm(activations.PERMISSION) and sheet.in_force is not None and found.archived_at is None
    context = {
        "plan": found,
        "sheet": sheet,
        "may_change": request.user.has_perm(PLAN) and plans.may_change(found, request.user),
        "may_plan": request.user.has_perm(PLAN) and sheet.in_force is not None and found.archived_at is None,
        "activating": ActivationForm(auto_id="activate-%s", incidents=open_incidents(request)) if may_activate else None,
        "retiring": RetireForm(auto_id="retire-%s"),
    }
    return answer(request, "risks/response_plans/detail.html", context | forms, status=status)


def _done(request, found, form, name, save):
    try:
        if form.is_valid():
            save(form.cleaned_data)
            return gone_to(request, _address(found))
    except Invalid as error:
        form.take(error)
    return _page(request, found, status=422, **{name: form})


def _form(request, form, found=None, status=200):
    headline = _("Change %(number)s") % {"number": found.number} if found else _("Open a response plan")
    context = {"form": form, "plan": found, "headline": headline, "verb": _("Keep this") if found else _("Open this plan")}
    context["refused"] = found is not None and not plans.may_change(found, request.user)
    return answer(request, "risks/response_plans/form.html#form", context, status=status)


def _saved(request, form, save, found=None):
    if not form.is_valid():
        return _form(request, form, found, status=422)
    try:
        return gone_to(request, _address(save(form)))
    except Stale as error:
        form.keep_yours(error)
        return _form(request, form, found, status=error.status)
    except Invalid as error:
        form.take(error)
        return _form(request, form, found, status=error.status)
