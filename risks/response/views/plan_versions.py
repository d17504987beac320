"""One version of a plan: read, print, written while it is a draft, sent to both leaders."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.errors import Invalid, Stale
from portal.people.access import permitted
from portal.signing import panels
from portal.web.named import Named
from portal.web.pages import answer
from risks.forms import choices
from risks.models import PlanVersion
from risks.owning import owners
from risks.response import plan_book, plans
from risks.response.forms.plan import Actions, Clocks, Contacts, VersionForm, doers
from risks.views.answers import gone_to

VIEW, PLAN = "risks.view_responseplan", plans.PERMISSION


def _owners():
    return doers(owners().select_related("unit"))


def _everybody():
    return Named(choices.people().select_related("unit"))


PARTS = {
    "actions": (Actions, gettext_lazy("What each office does, in its order"), _owners),
    "contacts": (Contacts, gettext_lazy("Who is reached, and who calls whom"), _everybody),
    "clocks": (Clocks, gettext_lazy("By when outsiders must be told"), _owners),
}


@require_safe
@permitted(VIEW)
def version(request, pk):
    """What it says, and who signed it."""
    return _page(request, _visible(request, pk))


@require_safe
@permitted(VIEW)
def paper(request, pk):
    """The whole version for a drawer: without private numbers."""
    found = _visible(request, pk)
    assets, hidden = plan_book.assets_of(found.plan, request.user)
    context = {"version": found, "content": plan_book.content(found), "assets": assets, "hidden_assets": hidden}
    return answer(request, "risks/response_plans/paper.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PLAN)
def part(request, pk, part):
    """Write one part of a draft: its actions, its contact tree or its clocks."""
    found = _visible(request, pk)
    if part not in PARTS:
        raise Http404
    rows_of, _title, named_of = PARTS[part]
    named = named_of()
    if request.method != "POST":
        form = VersionForm(initial={"version": found.version})
        return _part(request, found, part, form, rows_of(initial=_initial(found, part, named), form_kwargs={"named": named}), named)
    form, rows = VersionForm(request.POST), rows_of(request.POST, form_kwargs={"named": named})
    if not (form.is_valid() & rows.is_valid()):
        return _part(request, found, part, form, rows, named, status=422)
    try:
        plans.write(found, actor=request.user, expected=form.cleaned_data["version"], **{part: rows.said})
    except Stale as error:
        form.keep_yours(error)
        return _part(request, found, part, form, rows, named, status=error.status)
    except Invalid as error:
        form.take(error)
        return _part(request, found, part, form, rows, named, status=error.status)
    return gone_to(request, _address(found))


@require_POST
@permitted(PLAN)
def proposal(request, pk):
    """Send it to both leaders."""
    found = _visible(request, pk)
    try:
        plans.propose(found, actor=request.user)
    except Invalid as error:
        return _page(request, found, status=error.status, missing=error.fields["content"])
    return gone_to(request, _address(found))


@require_POST
@permitted(PLAN)
def withdrawal(request, pk):
    """Make a draft of it again."""
    found = _visible(request, pk)
    plans.take_back(found, actor=request.user)
    return gone_to(request, _address(found))


def _visible(request, pk):
    related = ("plan__unit", "plan__owner", "drafted_by", "asked_by")
    return get_object_or_404(PlanVersion.objects.visible_to(request.user).select_related(*related), pk=pk)


def _address(found):
    return reverse("risks:plan-version", args=[found.pk])


def _page(request, found, status=200, missing=()):
    context = {
        "version": found,
        "content": plan_book.content(found),
        "panel": panels.read(found, request.user),
        "may_change": request.user.has_perm(PLAN) and plans.may_change(found.plan, request.user),
        "missing": missing,
    }
    return answer(request, "risks/response_plans/version.html", context, status=status)


def _part(request, found, part, form, rows, named, status=200):
    context = {"version": found, "part": part, "headline": PARTS[part][1], "form": form, "rows": rows, "named": named}
    context["refused"] = found.state != PlanVersion.State.DRAFT or not plans.may_change(found.plan, request.user)
    return answer(request, "risks/response_plans/part.html", context, status=status)


def _initial(found, part, named):
    if part == "actions":
        columns = ("phase", "office", "title", "minutes_allowed", "done_when")
        rows = found.actions.select_related("person")
        return [{name: getattr(one, name) for name in columns} | {"doer": named.word(one.person or one.seat)} for one in rows]
    if part == "clocks":
        columns = ("law", "name", "amount", "measure", "starts")
        rows = found.clocks.select_related("person")
        return [{name: getattr(one, name) for name in columns} | {"doer": named.word(one.person or one.seat)} for one in rows]
    rows = list(found.contacts.select_related("person"))
    places = {one.pk: place for place, one in enumerate(rows, start=1)}
    return [
        {"keeps": one.pk, "called_by": places.get(one.below_id), "account": named.word(one.person)}
        | {name: getattr(one, name) for name in ("name", "role", "reach")}
        for one in rows
    ]
