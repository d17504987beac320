"""The tree of units: looked at, and tended by administrators."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_http_methods

from portal.people import units
from portal.people.access import OPEN_TO_ALL, permitted
from portal.people.models import Unit
from portal.people.reach import grants
from portal.web.offices.forms.access import NewUnitForm, UnitForm
from portal.web.offices.views.saving import saved
from portal.web.pages import answer


@require_GET
@permitted(OPEN_TO_ALL)
def listed(request: HttpRequest) -> HttpResponse:
    """From the top down; those that the reader's roles reach lead to their position."""
    rows, seen = Unit.objects.visible_to(request.user).filter(archived_at=None).select_related("head"), grants(request.user)
    context = {
        "rows": [(unit, unit.path.count("/") - 2, seen.reaches(unit.path)) for unit in rows],
        "may_change": request.user.has_perm("people.change_unit"),
    }
    return answer(request, "people/units/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("people.change_unit")
def new(request: HttpRequest) -> HttpResponse:
    template = "people/units/new.html"
    if request.method != "POST":
        return answer(request, template, {"form": NewUnitForm()})
    form = NewUnitForm(request.POST)
    return saved(request, form, lambda said: units.found(**said, actor=request.user), template, {}, "offices:units")


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("people.change_unit")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename, move and entrust in one form; only what differs is done."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user).filter(archived_at=None), pk=pk)
    template, context = "people/units/change.html", {"unit": unit}
    initial = {"name": unit.name, "head": unit.head_id, "parent": unit.parent_id, "version": unit.version}
    if request.method != "POST":
        return answer(request, template, context | {"form": UnitForm(unit=unit, initial=initial)})
    form = UnitForm(request.POST, unit=unit)
    return saved(request, form, lambda said: _keep(unit, said, request.user), template, context, "offices:units")


def _keep(unit: Unit, said: dict[str, Any], actor: Any) -> None:
    units.change(unit, name=said["name"], head=said["head"], parent=said.get("parent"), actor=actor, version=said["version"])
