"""Doors to mappings: map a control, confirm or refuse a suggestion, take a mapping back, bring a crosswalk along."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from governance.compliance import crosswalks, mappings
from governance.compliance.forms.mappings import CrosswalkForm, MappingForm
from governance.compliance.models import ControlMapping, Crosswalk, Requirement
from governance.compliance.views.frameworks import IMPORT, READ, requirement_page, visible_requirement
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer
from risks.models import Control
from risks.views.answers import gone_to

MAP = "compliance.map_control"


@require_POST
@permitted(MAP)
def mapping(request, pk):
    """Say that a control answers this requirement."""
    found, form = visible_requirement(request, pk), MappingForm(request.POST, user=request.user)
    if form.is_valid():
        told = form.cleaned_data
        try:
            mappings.add(told["control"], found, told["relationship"], actor=request.user, note=told["note"])
            return gone_to(request, _address(found))
        except Invalid as error:
            form.take(error)
    return requirement_page(request, found, mapping_form=form, status=422)


@require_POST
@permitted(MAP)
def removal(request, pk):
    """Take it back."""
    rows = ControlMapping.objects.visible_to(request.user).select_related("requirement")
    found = get_object_or_404(rows, pk=pk)
    mappings.remove(found, actor=request.user)
    return gone_to(request, _address(found.requirement))


@require_POST
@permitted(MAP)
def confirmation(request, pk, control_pk):
    """Let a suggestion count."""
    found, control = _both(request, pk, control_pk)
    crosswalks.confirm(control, found, actor=request.user)
    return gone_to(request, _address(found))


@require_POST
@permitted(MAP)
def refusal(request, pk, control_pk):
    """Do not suggest it again."""
    found, control = _both(request, pk, control_pk)
    crosswalks.refuse(control, found, actor=request.user)
    return gone_to(request, _address(found))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(READ)
def walks(request):
    """What publishers say corresponds, and the way in for more of it."""
    may_import = request.user.has_perm(IMPORT)
    form = CrosswalkForm(request.POST or None, request.FILES or None, user=request.user) if may_import else None
    if request.method == "POST" and form is not None and form.is_valid():
        told = form.cleaned_data
        try:
            crosswalks.take_in(told["file"], actor=request.user, source=told["source"], target=told["target"])
            return gone_to(request, reverse("compliance:crosswalks"))
        except Invalid as error:
            form.take(error)
    rows = Crosswalk.objects.visible_to(request.user).current().select_related("source", "target").order_by("-pk")
    context = {"crosswalks": rows, "form": form}
    return answer(request, "compliance/frameworks/crosswalks.html", context, status=422 if form and form.errors else 200)


def _both(request, pk, control_pk):
    return visible_requirement(request, pk), get_object_or_404(Control.objects.visible_to(request.user), pk=control_pk)


def _address(requirement: Requirement) -> str:
    return reverse("compliance:requirement", args=[requirement.pk])
