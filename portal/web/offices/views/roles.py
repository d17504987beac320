"""What each role may do, who holds it, and giving and ending roles."""

from functools import partial
from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from portal.people import duties, freshness, role_assignments
from portal.people.access import OPEN_TO_ALL, permitted
from portal.people.models import RoleAssignment
from portal.web import listing
from portal.web.offices.forms.access import RoleForm
from portal.web.offices.views.saving import saved
from portal.web.pages import answer

TEMPLATE = "people/access/given.html"
BY_NAME = listing.Order("name", "user_name")


@require_GET
@permitted(OPEN_TO_ALL)
def listed(request: HttpRequest) -> HttpResponse:
    context = {"duties": duties.table(), "may_look": request.user.has_perm("people.view_access")}
    return answer(request, "people/access/roles.html", context)


@require_GET
@permitted("people.view_access")
def given(request: HttpRequest) -> HttpResponse:
    """Who holds which role where."""
    return answer(request, TEMPLATE, _held(request) | {"form": RoleForm(freshness.kept(request))})


@require_POST
@permitted("people.assign_role")
@freshness.second_factor(back=lambda: reverse("offices:roles-given"))
def giving(request: HttpRequest) -> HttpResponse:
    form = RoleForm(request.POST)
    give = partial(_give, request)
    return saved(request, form, give, TEMPLATE, _held(request), "offices:roles-given")


def _give(request: HttpRequest, said: dict[str, Any]) -> RoleAssignment:
    return role_assignments.give(**said, actor=request.user)


def _held(request: HttpRequest) -> dict[str, Any]:
    role = request.GET.get("role", "")
    rows = RoleAssignment.objects.visible_to(request.user).filter(ended_at=None)
    rows = rows.filter(role=role) if role in RoleAssignment.Role.values else rows
    ordered = rows.annotate(user_name=F("user__name")).select_related("user", "unit")
    page = listing.page_of(ordered, BY_NAME, request.GET, total=rows.count())
    return {
        "page": page,
        "rows": page.rows,
        "role": role,
        "roles": RoleAssignment.Role.choices,
        "may_assign": request.user.has_perm("people.assign_role"),
    }


@require_POST
@permitted("people.assign_role")
@freshness.second_factor(back=lambda pk: reverse("offices:roles-given"))
def ending(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = get_object_or_404(RoleAssignment.objects.visible_to(request.user), pk=pk)
    role_assignments.end(assignment, actor=request.user)
    return redirect("offices:roles-given")
