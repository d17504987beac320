"""Pages of changes of many rows: from the rows one chose to the undoing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.errors import Invalid
from portal.people.access import OPEN_TO_ALL, permitted
from portal.web import listing
from portal.web.pages import answer
from portal.workbench import bulk_edits, bulk_overview, bulk_work, listed
from portal.workbench.forms.bulk_edits import FieldsForm
from portal.workbench.models import BulkEdit, BulkEditRow

NEWEST = listing.Order("-new", "id", descending=True)
State = BulkEdit.State


@require_safe
@permitted(OPEN_TO_ALL)
def listed_edits(request: HttpRequest) -> HttpResponse:
    """One's own, newest first."""
    page = listing.page_of(BulkEdit.objects.visible_to(request.user), NEWEST, request.GET)
    lines = [(edit, listed.of_kind(edit.kind).subject.plural) for edit in page.rows]
    return answer(request, "workbench/lists/edits.html", {"page": page, "lines": lines})


@require_safe
@permitted(OPEN_TO_ALL)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: what it waits for, what it would do row by row, what it did."""
    return _shown(request, _visible(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(OPEN_TO_ALL)
def fields(request: HttpRequest, pk: int) -> HttpResponse:
    """Which fields are set; then every row is tried."""
    found = _visible(request, pk)
    if request.method != "POST":
        return redirect("workbench:bulk-edit", pk)
    form = FieldsForm(request.POST, kind=listed.as_defined(found.kind), user=request.user)
    try:
        return _worked(request, bulk_edits.settle(found, actor=request.user, fields=form.answers))
    except Invalid as error:
        form.is_valid()
        form.take(error)
        return _shown(request, found, form, status=422)


def _step(verb: Any) -> Any:
    @require_POST
    @permitted(OPEN_TO_ALL)
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        return _worked(request, verb(_visible(request, pk), actor=request.user))

    view.__doc__ = verb.__doc__
    return view


application = _step(bulk_edits.apply)
undoing = _step(bulk_edits.undo)
trying = _step(bulk_edits.look_again)


def _worked(request: HttpRequest, found: BulkEdit) -> HttpResponse:
    """A second of the work at once; a worker does the rest."""
    bulk_work.work(found.pk, bulk_work.IN_REQUEST)
    found.refresh_from_db()
    return _shown(request, found, then=reverse("workbench:bulk-edit", args=[found.pk]))


def _shown(request, found: BulkEdit, form: FieldsForm | None = None, *, then: str | None = None, status: int = 200):
    kind = listed.as_defined(found.kind)
    if form is None and found.state in (State.CHOOSING, State.CHECKED):
        form = FieldsForm(kind=kind, user=request.user, initial=found.fields | {f"use-{name}": True for name in found.fields})
    outcome = request.GET.get("outcome", "")
    overview = bulk_overview.of(found, request.user, outcome if outcome in BulkEditRow.Outcome.values else "", request.GET)
    context = {"edit": found, "kind": kind, "form": form, "overview": overview}
    return answer(request, "workbench/lists/edit.html#edit", context, then=then, status=status)


def _visible(request: HttpRequest, pk: int) -> BulkEdit:
    return get_object_or_404(BulkEdit.objects.visible_to(request.user).select_related("started_by"), pk=pk)
