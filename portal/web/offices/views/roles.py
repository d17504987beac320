"""What each role may do, who holds it, and giving and ending roles."""

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.people import duties, role_assignments
from portal.people.access import OPEN_TO_ALL, permitted
from portal.people.models import RoleAssignment
from portal.web import listing
from portal.web.offices.forms.access import RoleForm
from portal.web.offices.views.saving import saved
from portal.web.pages import answer

BY_NAME = listing.Order("name", "user_name")


@require_GET
@permitted(OPEN_TO_ALL)
def listed(request: HttpRequest) -> HttpResponse:
    context = {"duties": duties.table(), "may_look": request.user.has_perm("people.view_access")}
    return answer(request, "people/access/roles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("people.view_access")
def given(request: HttpRequest) -> HttpResponse:
    """Who holds which role where; administrators give another."""
    may_assign = request.user.has_perm("people.assign_role")
    role = request.GET.get("role", "")
    rows = RoleAssignment.objects.visible_to(request.user).filter(ended_at=None)
    rows = rows.filter(role=role) if role in RoleAssignment.Role.values else rows
    ordered = rows.annotate(user_name=F("user__name")).select_related("user", "unit")
    page = listing.page_of(ordered, BY_NAME, request.GET, total=rows.count())
    context = {"page": page, "rows": page.rows, "role": role, "roles": RoleAssignment.Role.choices, "may_assign": may_assign}
    template = "people/access/given.html"
    if request.method != "POST":
        return answer(request, template, context | {"form": RoleForm()})
    if not may_assign:
        raise PermissionDenied
    form = RoleForm(request.POST)
    give = lambda said: role_assignments.give(**said, actor=request.user)  # noqa: E731
    return saved(request, form, give, template, context, "offices:roles-given")


@require_POST
@permitted("people.assign_role")
def ending(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = get_object_or_404(RoleAssignment.objects.visible_to(request.user), pk=pk)
    role_assignments.end(assignment, actor=request.user)
    return redirect("offices:roles-given")
