"""Pages of internal audits: the list, one with its findings, one finding with what is done about it, a management review."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.compliance import audit_book, audit_files, findings, internal_audits, management_reviews
from governance.compliance.forms.audits import (
    ActionForm,
    ConcludeForm,
    DoneForm,
    FindingForm,
    Offered,
    OpenReviewForm,
    PlanAuditForm,
    ReviewForm,
    VerdictForm,
)
from governance.compliance.models import AuditFinding, InternalAudit, ManagementReview
from portal.archive import changes
from portal.errors import Invalid, Refused, Stale
from portal.people import organisations
from portal.people.access import permitted
from portal.signing import panels
from portal.web.pages import answer
from risks.views.answers import gone_to

READ, PLAN = "compliance.view_framework", "compliance.plan_audit"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRITE, MEND, REVIEW = "compliance.write_finding", "compliance.answer_finding", "compliance.change_statement"


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(READ)
def listed(request):
    """Audits, what they left open, and the reviews of the management system; and the ways to another one of each."""
    offered, form = Offered(request.user), None
    if request.method == "POST" and request.user.has_perm(PLAN):
        form = PlanAuditForm(request.POST, offered=offered)
    if form is not None and form.is_valid():
        try:
            return gone_to(request, _address("audit", internal_audits.plan(actor=request.user, **form.cleaned_data)))
        except Invalid as error:
            form.take(error)
    return _listed(request, offered, form=form)


@require_POST
@permitted(REVIEW)
def review_opening(request):
    """Open a management review with the figures of this moment."""
    offered = Offered(request.user)
    form = OpenReviewForm(request.POST, offered=offered, prefix="review")
    if form.is_valid():
        try:
            return gone_to(request, _address("review", management_reviews.open_one(actor=request.user, **form.cleaned_data)))
        except Invalid as error:
            form.take(error)
        except Refused as error:
            form.add_error(None, str(error))
    return _listed(request, offered, review_form=form)


@require_safe
@permitted(READ)
def audit(request, pk):
    """One audit and what it found."""
    return _audit_page(request, _audit(request, pk))


@require_safe
@permitted(READ)
def paper(request, pk):
    """One audit as PDF."""
    found = _audit(request, pk)
    headers = {"Content-Disposition": f'attachment; filename="audit-{found.pk}.pdf"'}
    return HttpResponse(audit_files.as_pdf(found, request.user), content_type="application/pdf", headers=headers)


@require_safe
@permitted(READ)
def workbook(request, pk):
    """One audit for a spreadsheet."""
    found = _audit(request, pk)
    headers = {"Content-Disposition": f'attachment; filename="audit-{found.pk}.xlsx"'}
    return HttpResponse(audit_files.as_xlsx(found, request.user), content_type=XLSX, headers=headers)


@require_POST
@permitted(WRITE)
def finding_writing(request, pk):
    """Write what was found."""
    found = _audit(request, pk)
    form = FindingForm(request.POST, framework_id=found.framework_id, auto_id="find-%s")
    if form.is_valid():
        try:
            internal_audits.find(found, actor=request.user, **form.cleaned_data)
            return gone_to(request, _address("audit", found))
        except Invalid as error:
            form.take(error)
    return _audit_page(request, found, finding_form=form, status=422)


@require_POST
@permitted(PLAN)
def conclusion(request, pk):
    """It was held and is over."""
    found, form = _audit(request, pk), ConcludeForm(request.POST, auto_id="conclude-%s")
    if form.is_valid():
        try:
            internal_audits.conclude(found, actor=request.user, **form.cleaned_data)
            return gone_to(request, _address("audit", found))
        except Invalid as error:
            form.take(error)
    return _audit_page(request, found, conclude_form=form, status=422)


@require_safe
@permitted(READ)
def finding(request, pk):
    """One finding, what is done about it, and who looked."""
    return _finding_page(request, _finding(request, pk))


@require_POST
@permitted(MEND)
def action(request, pk):
    """Agree on a corrective action."""
    return _said(request, pk, "action_form", ActionForm(request.POST, auto_id="action-%s"), findings.act)


@require_POST
@permitted(MEND)
def completion(request, pk):
    """The action is done."""
    return _said(request, pk, "done_form", DoneForm(request.POST, auto_id="done-%s"), findings.finish)


@require_POST
@permitted(WRITE)
def verification(request, pk):
    """Whether the action works."""
    return _said(request, pk, "verdict_form", VerdictForm(request.POST, auto_id="verdict-%s"), findings.verify)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(READ)
def review(request, pk):
    """A management review: what lay before it, what was considered and decided, and its signatures."""
    found = _review(request, pk)
    if request.method != "POST" or not request.user.has_perm(REVIEW):
        return _review_page(request, found)
    form, status = ReviewForm(request.POST), 422
    if form.is_valid():
        try:
            management_reviews.write(found, actor=request.user, **form.cleaned_data)
            return gone_to(request, _address("review", found))
        except Stale as error:
            form.keep_yours(error)
            status = error.status
        except Invalid as error:
            form.take(error)
    return _review_page(request, found, form=form, status=status)


@require_POST
@permitted(REVIEW)
def review_asking(request, pk):
    """Ask CIO and CISO to sign it as it stands."""
    found = _review(request, pk)
    management_reviews.ask(found, actor=request.user)
    return gone_to(request, _address("review", found))


def _said(request, pk, name, form, verb):
    found = _finding(request, pk)
    if form.is_valid():
        try:
            verb(found, actor=request.user, **form.cleaned_data)
            return gone_to(request, _address("finding", found))
        except Invalid as error:
            form.take(error)
    return _finding_page(request, found, status=422, **{name: form})


def _listed(request, offered, *, form=None, review_form=None):
    user = request.user
    context = {
        "book": audit_book.read(user, organisations.today()),
        "form": form or (PlanAuditForm(offered=offered) if user.has_perm(PLAN) else None),
        "review_form": review_form or (OpenReviewForm(offered=offered, prefix="review") if user.has_perm(REVIEW) else None),
    }
    wrong = any(one is not None and one.errors for one in (form, review_form))
    return answer(request, "compliance/audits/list.html", context, status=422 if wrong else 200)


def _audit_page(request, found, status=200, **forms):
    context = {
        "audit": found,
        "rows": audit_book.rows_of(found.findings.all(), organisations.today()),
        "may_write": request.user.has_perm(WRITE) and found.concluded_at is None,
        "may_conclude": request.user.has_perm(PLAN) and found.concluded_at is None,
        "finding_form": FindingForm(framework_id=found.framework_id, auto_id="find-%s"),
        "conclude_form": ConcludeForm(auto_id="conclude-%s", initial={"held_on": organisations.today()}),
    }
    return answer(request, "compliance/audits/detail.html", context | forms, status=status)


def _finding_page(request, found, status=200, **forms):
    actions = list(found.actions.select_related("owner", "agreed_by", "done_by", "verified_by").order_by("-pk"))
    under_way = next((one for one in actions if one.is_effective is None), None)
    entries, _more = changes.read("audit-finding", found, request.user)
    is_open, waits = found.closed_at is None, under_way is not None and under_way.done_at is None
    context = {
        "finding": found,
        "actions": actions,
        "may_act": is_open and under_way is None and request.user.has_perm(MEND),
        "may_finish": is_open and waits and request.user.has_perm(MEND),
        "may_verify": is_open and not waits and request.user.has_perm(WRITE) and (under_way or not found.is_nonconformity),
        "action_form": ActionForm(auto_id="action-%s"),
        "done_form": DoneForm(auto_id="done-%s"),
        "verdict_form": VerdictForm(auto_id="verdict-%s"),
        "entries": entries,
    }
    return answer(request, "compliance/audits/finding.html", context | forms, status=status)


def _review_page(request, found, form=None, status=200):
    kept = {name: getattr(found, name) for name in ("considered", "outcome", "version")}
    context = {
        "review": found,
        "inputs": audit_book.inputs_of(found),
        "panel": panels.read(found, request.user) if found.proposed_at else None,
        "form": form or (ReviewForm(initial=kept) if request.user.has_perm(REVIEW) else None),
    }
    return answer(request, "compliance/audits/review.html", context, status=status)


def _audit(request, pk):
    return get_object_or_404(InternalAudit.objects.visible_to(request.user).select_related("framework", "unit", "lead"), pk=pk)


def _finding(request, pk):
    rows = AuditFinding.objects.visible_to(request.user).select_related("audit__unit", "requirement", "written_by", "closed_by")
    return get_object_or_404(rows, pk=pk)


def _review(request, pk):
    rows = ManagementReview.objects.visible_to(request.user).select_related("framework", "unit", "proposed_by")
    return get_object_or_404(rows, pk=pk)


def _address(page, found):
    names = {"audit": "internal-audit", "finding": "audit-finding", "review": "management-review"}
    return reverse(f"compliance:{names[page]}", args=[found.pk])
