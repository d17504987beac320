"""Pages of lists: one kind as a table of chosen columns, and the same rows as a file. Made once for each registered kind."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST, require_safe

from portal.errors import Invalid
from portal.people.access import permitted
from portal.told import row_keys
from portal.web.pages import answer
from portal.workbench import bulk_edits, exports, listed, samples, saved_views, table_page, tables
from portal.workbench.listed import Listed
from portal.workbench.models import SavedView
from portal.workbench.views import cells


def addresses() -> list[URLPattern]:
    """Each kind's own, so that each asks for the permission of its kind."""
    found = []
    for kind in listed.all_kinds().values():
        place = f"lists/{kind.subject.resource}/"
        found += [
            path(place, _of(table, kind), name=f"list-{kind.kind}"),
            path(f"{place}export/", _of(export, kind), name=f"list-{kind.kind}-export"),
            path(f"{place}sample/", _of(sample, kind), name=f"list-{kind.kind}-sample"),
        ]
        if kind.change is not None:
            found += [
                path(f"{place}changes/", _of(changes, kind, kind.write_permission), name=f"list-{kind.kind}-changes"),
                path(f"{place}cell/", _of(cells.cell, kind, kind.write_permission), name=f"list-{kind.kind}-cell"),
            ]
    return found


def _of(view: Callable[..., HttpResponse], kind: Listed, permission: str = "") -> Callable[..., HttpResponse]:
    @wraps(view)
    def of_kind(request: HttpRequest, **named: Any) -> HttpResponse:
        return view(request, listed.as_defined(kind.kind), **named)

    return permitted(permission or kind.permission)(of_kind)


@require_safe
def table(request: HttpRequest, kind: Listed) -> HttpResponse:
    """The rows that the address asks for, in its columns, order and groups."""
    views = saved_views.standing(kind.kind, request.user)
    first = saved_views.first(views, request.user)
    if first is not None and not request.GET:
        return redirect(saved_views.url(first))
    question = tables.asked(kind, request.GET)
    may_edit = bulk_edits.may(kind, request.user)
    shown = table_page.of(tables.read(question, request.user), request.user, may_edit=may_edit)
    context = {"kind": kind, "asked": question, "shown": shown, "may_edit": may_edit}
    context |= _views(request, question, views)
    return answer(request, "workbench/lists/table.html#table", context)


def _views(request: HttpRequest, question: tables.Asked, views: list[SavedView]) -> dict[str, Any]:
    """The named views as tabs; the one that is open, whether the address asks something else by now, and who may keep that."""
    current = next((view for view in views if str(view.pk) == question.saved), None)
    return {
        "views": [(view, saved_views.url(view)) for view in views],
        "current": current,
        "differs": current is not None and current.params != question.params,
        "may_change": current is not None and saved_views.may_change(current, request.user),
    }


@require_safe
def export(request: HttpRequest, kind: Listed) -> HttpResponse:
    """All of them as a file."""
    question = tables.asked(kind, request.GET)
    return sent(exports.start(question, request.GET.get("as", "csv"), actor=request.user))


@require_safe
def sample(request: HttpRequest, kind: Listed) -> HttpResponse:
    """How many rows there are, a sample of them by a seed, and the evidence of it as one file."""
    question, form = tables.asked(kind, request.GET), {"seed": request.GET.get("seed", ""), "size": request.GET.get("size", "")}
    context = {"kind": kind, "asked": question, "form": form, "said": table_page.said(question, request.user)}
    if not form["seed"]:
        return answer(request, "workbench/lists/sample.html", context | {"population": samples.population(question, request.user)})
    try:
        drawn = samples.draw(question, *samples.asked_for(**form), request.user)
    except Invalid as error:
        context |= {"population": samples.population(question, request.user), "wrong": error.fields}
        return answer(request, "workbench/lists/sample.html", context, status=422)
    if request.GET.get("as") == "zip":
        return sent(samples.bundle(drawn, actor=request.user))
    context |= {"drawn": drawn, "population": drawn.population, "lines": table_page.lines(drawn.rows, question)}
    return answer(request, "workbench/lists/sample.html", context)


@require_POST
def changes(request: HttpRequest, kind: Listed) -> HttpResponse:
    """Change the rows that were ticked, or all that the filter shows."""
    ids = row_keys(request.POST.getlist("row"))
    question = tables.asked(kind, request.POST)
    chosen = None if request.POST.get("all") == "1" else ids
    return redirect("workbench:bulk-edit", bulk_edits.start(kind, actor=request.user, question=question, ids=chosen).pk)


def sent(file: exports.Export) -> StreamingHttpResponse:
    response = StreamingHttpResponse(file.parts, content_type=file.content_type)
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response
