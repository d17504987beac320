"""One cell of a table changed in its place: a small page of its own without JavaScript, the cell itself with it."""

from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from portal.errors import Invalid, Stale
from portal.told import row_key
from portal.web.pages import answer
from portal.workbench import bulk_edits, editing, latest, table_page, tables
from portal.workbench.editing import Editable, shown
from portal.workbench.forms.cells import CellForm
from portal.workbench.listed import Listed


@require_http_methods(["GET", "HEAD", "POST"])
def cell(request: HttpRequest, kind: Listed) -> HttpResponse:
    """What stands in the field of one row, or its form; a late save shows both values and asks which one shall stand."""
    if not request.GET.get("row"):
        return redirect(kind.url)
    if not bulk_edits.may(kind, request.user):
        raise PermissionDenied
    row, one = _row(request, kind), _field(request, kind)
    if request.method != "POST":
        if request.GET.get("shown") == "1" and request.htmx:
            return _text(request, kind, row, one)
        starts = {one.name: editing.present(row, one), "version": row.version, "back": _back(request, kind)}
        form = CellForm(one=one, user=request.user, initial=starts)
        return _form(request, kind, row, one, form)
    form = CellForm(request.POST, one=one, user=request.user)
    if not form.is_valid():
        return _form(request, kind, row, one, form, status=422)
    return _saved(request, kind, row, one, form)


def _saved(request: HttpRequest, kind: Listed, row, one: Editable, form: CellForm) -> HttpResponse:
    told = form.cleaned_data
    try:
        kind.change(row, actor=request.user, version=told["version"], **{one.name: told[one.name]})
    except Stale as error:
        present = _row(request, kind)
        form.data = form.data.copy()
        form.data["version"] = present.version
        late = {"theirs": shown(present, one), "by": latest.saved_by(kind.kind, row.pk)}
        return _form(request, kind, present, one, form, status=error.status, late=late)
    except Invalid as error:
        form.take(error)
        return _form(request, kind, row, one, form, status=422)
    if request.htmx:
        return _text(request, kind, _row(request, kind), one)
    question = tables.asked(kind, QueryDict(told["back"]))
    return redirect(question.address_with_marks)


def _row(request: HttpRequest, kind: Listed):
    key = row_key(request.GET.get("row", ""))
    if key is None:
        raise Http404
    return get_object_or_404(kind.subject.visible_to(request.user), pk=key)


def _field(request: HttpRequest, kind: Listed) -> Editable:
    found = next((one for one in kind.editable if one.name == request.GET.get("field")), None)
    if found is None:
        raise Http404
    return found


def _back(request: HttpRequest, kind: Listed) -> str:
    """The question of the table one comes from."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    return came_from.query[:4_000] if came_from.netloc == request.get_host() and came_from.path == kind.url else ""


def _text(request, kind: Listed, row, one: Editable) -> HttpResponse:
    """What takes the place of the form, saved or left: the hand goes on at its pen."""
    found = table_page.cell_of(row, kind.by_name[one.name], kind, may_edit=True)
    context = {"cell": found, "line_url": kind.subject.url(row), "label": kind.subject.label(row), "goes_on_here": True}
    return answer(request, "workbench/lists/_cell.html", context)


def _form(request, kind: Listed, row, one: Editable, form: CellForm, *, status: int = 200, late=None) -> HttpResponse:
    context = {
        "kind": kind,
        "row": row,
        "label": kind.subject.label(row),
        "one": one,
        "form": form,
        "late": late,
        "column": kind.by_name[one.name],
        "is_heading": one.name == kind.heading,
        "here": table_page.cell_url(kind, row, one.name),
    }
    return answer(request, "workbench/lists/cell.html#cell", context, status=status)
