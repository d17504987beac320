"""Initiatives: the list with its board and road map, one of them, and the forms that propose, change, move and stop it."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.change import aims, holding, initiative_book, initiative_page, initiatives, stages
from governance.change import under_way as under_way_of
from governance.change.forms.initiatives import GoalForm, InitiativeForm, Milestones, ReachingForm, StageForm, StoppingForm, initial
from governance.change.models import Initiative, Milestone
from portal import subjects
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer
from risks.forms import choices
from risks.views import answers
from risks.views.answers import gone_to

READ, CHANGE = "change.view_initiative", "change.change_initiative"


@require_safe
@permitted(READ)
def listed(request):
    """What is under way."""
    book = initiative_book.read(request.user, request.GET)
    return answer(request, "change/initiatives/list.html", {"book": book, "kinds": Initiative.Kind.choices})


@require_safe
@permitted(READ)
def under_way(request):
    """The tile of Today, and a page of its own."""
    tile = under_way_of.read(request.user, under_way_of.asked(request.GET))
    return answer(request, "change/initiatives/under_way.html#tile", {"tile": tile})


@require_safe
@permitted(READ)
def initiative(request, pk):
    """One of them: where it stands, and what it waits for."""
    return _page(request, visible(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(CHANGE)
def new(request):
    """Propose one."""
    offered = choices.Offered()
    if request.method != "POST":
        first = {"owner": request.user.pk, "status": "ON_TRACK", "reachability": "INTERNAL"}
        return _form(request, InitiativeForm(initial=first, offered=offered), Milestones(prefix="milestones"))
    forms = InitiativeForm(request.POST, offered=offered), Milestones(request.POST, prefix="milestones")
    return _saved(request, *forms, lambda said: initiatives.propose(actor=request.user, **said))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(CHANGE)
def change(request, pk):
    """Say it otherwise."""
    found, offered = visible(request, pk), choices.Offered()
    holding.check_open(found)
    if request.method != "POST":
        planned = [{"title": one.title, "due_on": one.due_on, "confidence": one.confidence} for one in initiatives.planned(found)]
        form = InitiativeForm(initial=initial(found), offered=offered)
        return _form(request, form, Milestones(initial=planned, prefix="milestones"), found)
    forms = InitiativeForm(request.POST, offered=offered), Milestones(request.POST, prefix="milestones")
    stands = answers.version_told(request)
    return _saved(request, *forms, lambda said: initiatives.change(found, actor=request.user, version=stands, **said), found)


@require_POST
@permitted(CHANGE)
def stage(request, pk):
    """Move it on to its next stage."""
    found, form = visible(request, pk), StageForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422)
    stages.advance(found, form.cleaned_data["to"], actor=request.user, version=form.cleaned_data["version"])
    return gone_to(request, _address(found))


@require_POST
@permitted(CHANGE)
def stopping(request, pk):
    """Give it up."""
    found, form = visible(request, pk), StoppingForm(request.POST, auto_id="stop-%s")
    if form.is_valid():
        try:
            initiatives.stop(found, actor=request.user, reason=form.cleaned_data["reason"])
            return gone_to(request, _address(found))
        except Invalid as error:
            form.take(error)
    return _page(request, found, status=422, stopping=form)


@require_POST
@permitted(CHANGE)
def goals(request, pk):
    """Name a shared goal that it serves, or take one off."""
    found, form = visible(request, pk), GoalForm(request.POST, user=request.user)
    if not form.is_valid():
        raise Invalid(form.errors["goal"][0], {"goal": form.errors["goal"]})
    verb = aims.leave if request.POST.get("remove") == "1" else aims.serve
    verb(found, form.cleaned_data["goal"], actor=request.user)
    return gone_to(request, f"{_address(found)}#goals")


@require_POST
@permitted(CHANGE)
def reaching(request, pk):
    """Note that a milestone was reached, today or on an earlier day."""
    milestone = get_object_or_404(Milestone, pk=pk, initiative__in=Initiative.objects.visible_to(request.user))
    form = ReachingForm(request.POST, auto_id=f"reaching-{pk}-%s")
    if form.is_valid():
        try:
            initiatives.reach(milestone, actor=request.user, **form.cleaned_data)
            return gone_to(request, reverse("change:initiative", args=[milestone.initiative_id]))
        except Invalid as error:
            form.take(error)
    return _page(request, visible(request, milestone.initiative_id), status=422, reaching=form, wrong=milestone.pk)


def visible(request, pk):
    return get_object_or_404(initiative_page.of_user(request.user), pk=pk)


def _address(found):
    return reverse("change:initiative", args=[found.pk])


def _page(request, found, status=200, **forms):
    context = {"page": initiative_page.read(found, request.user), "stopping": StoppingForm(auto_id="stop-%s")}
    context["panels"] = subjects.panels_of("initiative", found, request.user)
    return answer(request, "change/initiatives/detail.html", context | forms, status=status)


def _form(request, form, milestones, found=None, status=200):
    headline = _("Change this initiative") if found else _("Propose an initiative")
    context = {"form": form, "milestones": milestones, "headline": headline, "initiative": found}
    return answer(request, "change/initiatives/form.html#form", context, status=status)


def _saved(request, form, milestones, save, found=None):
    kept, status = answers.saved(form, lambda: save(form.answers | {"milestones": milestones.said}), milestones)
    return _form(request, form, milestones, found, status=status) if kept is None else gone_to(request, _address(kept))
