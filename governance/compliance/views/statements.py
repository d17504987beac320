"""Pages of the statement of applicability: the list, one with its signatures, one line, and the workbook."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.compliance import mapping_book, statement_book, statement_editions, statement_pdf, statement_plan, statements
from governance.compliance.forms.statements import LineForm, OpenStatementForm, ScopeForm, initial_line
from governance.compliance.models import Statement, StatementLine
from portal.errors import Invalid, Refused, Stale
from portal.people.access import permitted
from portal.signing import panels
from portal.web.pages import answer
from risks.views.answers import gone_to

READ, CHANGE = "compliance.view_framework", "compliance.change_statement"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(READ)
def listed(request):
    """The statements one may open, and the way to another one."""
    form = OpenStatementForm(request.POST or None, user=request.user) if request.user.has_perm(CHANGE) else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            made = statements.open_one(form.cleaned_data["framework"], form.cleaned_data["unit"], actor=request.user)
            return gone_to(request, _address(made))
        except Invalid as error:
            form.take(error)
        except Refused as error:
            form.add_error(None, str(error))
    context = {"statements": statement_book.listed(request.user), "form": form}
    return answer(request, "compliance/statements/list.html", context, status=422 if form and form.errors else 200)


@require_safe
@permitted(READ)
def statement(request, pk):
    """One statement, theme by theme; `?group=all` shows it whole, for paper, `?group=plan` the risk treatment plan,
    `?group=edition` what the edition changed."""
    return _page(request, _statement(request, pk))


@require_POST
@permitted(CHANGE)
def scope(request, pk):
    """What the management system covers."""
    found, form = _statement(request, pk), ScopeForm(request.POST)
    if form.is_valid():
        statements.set_scope(found, form.cleaned_data["scope"], actor=request.user)
        return gone_to(request, _address(found))
    return _page(request, found, scope_form=form, status=422)


@require_POST
@permitted(CHANGE)
def asking(request, pk):
    """Ask CIO and CISO to sign it as it stands."""
    found = _statement(request, pk)
    statements.ask(found, actor=request.user)
    return gone_to(request, _address(found))


@require_safe
@permitted(READ)
def workbook(request, pk):
    """The whole statement for a spreadsheet."""
    found = _statement(request, pk)
    headers = {"Content-Disposition": f'attachment; filename="statement-{found.pk}.xlsx"'}
    return HttpResponse(statement_book.as_xlsx(found, request.user), content_type=XLSX, headers=headers)


@require_safe
@permitted(READ)
def paper(request, pk):
    """The whole statement as PDF, with the treatment plan, open findings and signatures."""
    found = _statement(request, pk)
    headers = {"Content-Disposition": f'attachment; filename="statement-{found.pk}.pdf"'}
    return HttpResponse(statement_pdf.write(found, request.user), content_type="application/pdf", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(READ)
def line(request, pk):
    """One line: whether it applies, and why."""
    rows = StatementLine.objects.visible_to(request.user)
    found = get_object_or_404(rows.select_related("statement__framework", "statement__unit", "requirement", "owner"), pk=pk)
    may_change = request.user.has_perm(CHANGE) and found.statement.archived_at is None
    form = LineForm(request.POST if request.method == "POST" else None, initial=initial_line(found)) if may_change else None
    status = 200
    if request.method == "POST" and form is not None:
        status = 422
        if form.is_valid():
            try:
                statements.decide(found, actor=request.user, **form.cleaned_data)
                group = found.requirement.parent_id or ""
                return gone_to(request, f"{_address(found.statement)}?group={group}")
            except Stale as error:
                form.keep_yours(error)
                status = error.status
            except Invalid as error:
                form.take(error)
    context = {"line": found, "form": form, "explained": mapping_book.explain(found.requirement, request.user)}
    return answer(request, "compliance/statements/line.html", context, status=status)


def _page(request, found, status=200, scope_form=None):
    group = request.GET.get("group", "")
    context = {
        "statement": found,
        "sheet": statement_book.sheet(found, request.user, group),
        "plan": statement_plan.read(found, request.user) if group == statement_book.PLAN else None,
        "edition": statement_editions.changed(found, request.user) if group == statement_book.EDITION else None,
        "shows_edition": group == statement_book.EDITION,
        "panel": panels.read(found, request.user) if found.proposed_at else None,
        "may_change": request.user.has_perm(CHANGE) and found.archived_at is None,
        "scope_form": scope_form or ScopeForm(initial={"scope": found.scope}),
    }
    return answer(request, "compliance/statements/detail.html", context, status=status)


def _statement(request, pk):
    rows = Statement.objects.visible_to(request.user).select_related("framework", "unit", "proposed_by")
    return get_object_or_404(rows, pk=pk)


def _address(found):
    return reverse("compliance:statement", args=[found.pk])
