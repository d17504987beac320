"""Pages of imports: the sheets one brought, and one of them from its mapping to its undoing."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.errors import Invalid
from portal.people.access import permitted
from portal.web import listing
from portal.web.pages import answer
from portal.workbench import imports, overview
from portal.workbench import rejects as rejecting
from portal.workbench.forms.imports import MappingForm, SheetForm
from portal.workbench.models import ImportProblem, ImportRow, SheetImport

NEWEST = listing.Order("-new", "id", descending=True)
BY_ROW = listing.Order("row", "number")
MAY = "workbench.import"


@require_http_methods(["GET", "POST"])
@permitted(MAY)
def listed(request: HttpRequest) -> HttpResponse:
    """The sheets one brought, newest first, and the way in for another."""
    form = SheetForm(request.POST or None, request.FILES or None, user=request.user, initial={"kind": request.GET.get("kind")})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        file = told.pop("file")
        try:
            return redirect("workbench:import", imports.start(file, actor=request.user, file_name=file.name, **told).pk)
        except Invalid as error:
            form.take(error)
    seen = SheetImport.objects.visible_to(request.user)
    page = listing.page_of(seen, NEWEST, request.GET, total=seen.count())
    return answer(request, "workbench/imports/list.html", {"page": page, "form": form}, status=422 if form.errors else 200)


@require_GET
@permitted(MAY)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One sheet: what it waits for, how far the worker is, what would be done or was."""
    one = _visible(request, pk)
    form = MappingForm(one) if one.state == SheetImport.State.MAPPING else None
    return _shown(request, one, form)


@require_http_methods(["GET", "POST"])
@permitted(MAY)
def mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """What each column is; once settled, a worker checks every row."""
    one = _visible(request, pk)
    form = MappingForm(one, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            one = imports.settle_mapping(
                one, actor=request.user, columns=form.columns, choices=form.choices, confirmed_names=form.confirmed_names
            )
            return redirect("workbench:import", one.pk)
        except Invalid as error:
            form.take(error)
    return _shown(request, one, form, status=422 if form.errors else 200)


@require_POST
@permitted(MAY)
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """Import what was checked: all rows, or those that fit."""
    one = imports.apply(_visible(request, pk), actor=request.user, skip_bad_rows=request.POST.get("skip_bad_rows") == "1")
    return _shown(request, one, then=reverse("workbench:import", args=[one.pk]))


@require_POST
@permitted(MAY)
def undoing(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring back what was there before."""
    one = imports.undo(_visible(request, pk), actor=request.user)
    return _shown(request, one, then=reverse("workbench:import", args=[one.pk]))


@require_GET
@permitted(MAY)
def problems(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that does not fit, by row and column."""
    one = _visible(request, pk)
    found = ImportProblem.objects.visible_to(request.user).filter(sheet_import=one)
    page = listing.page_of(found, BY_ROW, request.GET, total=one.problem_count)
    return answer(request, "workbench/imports/problems.html", {"one": one, "page": page})


@require_GET
@permitted(MAY)
def rows(request: HttpRequest, pk: int) -> HttpResponse:
    """What the rows do, or did, by outcome."""
    one = _visible(request, pk)
    outcome = request.GET.get("outcome", "") if request.GET.get("outcome") in ImportRow.Outcome.values else ""
    found = ImportRow.objects.visible_to(request.user).filter(sheet_import=one, **({"outcome": outcome} if outcome else {}))
    page = listing.page_of(found, BY_ROW, request.GET)
    lines = overview.lines(one, page.rows, request.user)
    return answer(
        request, "workbench/imports/rows.html", {"one": one, "page": page, "lines": lines, "tabs": overview.tabs(one, outcome)}
    )


@require_GET
@permitted(MAY)
def rejects(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that do not fit as a file of their own, with what is wrong, to be mended and uploaded again."""
    one = _visible(request, pk)
    response = StreamingHttpResponse(rejecting.lines(one), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{rejecting.file_name(one)}"'
    return response


def _shown(request, one: SheetImport, form: MappingForm | None = None, *, then: str | None = None, status: int = 200):
    context = {"one": one, "form": form, "overview": overview.of(one, request.user)}
    return answer(request, "workbench/imports/detail.html#import", context, then=then, status=status)


def _visible(request: HttpRequest, pk: int) -> SheetImport:
    return get_object_or_404(SheetImport.objects.visible_to(request.user).select_related("file", "unit", "started_by"), pk=pk)
