"""Formula versions: all of them, one with what it would change, and the form that drafts or changes one."""

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import subjects
from portal.people.access import permitted
from portal.web.pages import answer
from risks import formula_in_force, formula_pages, formula_versions, formulas
from risks.forms.formula_versions import FormulaForm
from risks.views import answers
from risks.views.answers import gone_to

READ, DRAFT = "risks.view_score", "risks.draft_formula"


@require_safe
@permitted(READ)
def listed(request):
    """Every version there was, newest first."""
    return answer(request, "risks/formula_versions/list.html", {"book": formula_pages.book(request.user, request.GET)})


@require_safe
@permitted(READ)
def version(request, pk):
    """One version: its parameters, what it would change, who signs."""
    found = _visible(request, pk)
    context = {"shown": formula_pages.read(found, request.user, request.GET), "may_draft": request.user.has_perm(DRAFT)}
    return answer(request, "risks/formula_versions/detail.html#preview", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(DRAFT)
def new(request):
    """Draft one, from the version in force."""
    form = FormulaForm(request.POST if request.method == "POST" else None, formula=formula_in_force.now())
    return _saved(request, form, lambda said, reason: formula_versions.draft(said, reason, actor=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(DRAFT)
def change(request, pk):
    """Say it otherwise; what was signed holds no longer."""
    found = _visible(request, pk)
    formula_versions.check_open(found)
    form = FormulaForm(
        request.POST if request.method == "POST" else None,
        formula=formulas.from_json(found.parameters),
        initial={"version": found.version, "reason": found.reason},
    )

    def save(said, reason):
        return formula_versions.change(found, said, reason, actor=request.user, version=form.cleaned_data["version"])

    return _saved(request, form, save, found)


@require_POST
@permitted(DRAFT)
def proposal(request, pk):
    """Ask CIO and CISO to sign it."""
    formula_versions.propose(_visible(request, pk), actor=request.user)
    return redirect("risks:formula-version", pk)


@require_POST
@permitted(DRAFT)
def withdrawal(request, pk):
    """Take it back."""
    formula_versions.withdraw(_visible(request, pk), actor=request.user)
    return redirect("risks:formula-version", pk)


@require_POST
@permitted(DRAFT)
def computation(request, pk):
    """Find out anew what it would change."""
    formula_versions.preview_again(_visible(request, pk))
    return redirect("risks:formula-version", pk)


def _visible(request, pk):
    rows = subjects.of_kind(formula_in_force.KIND).visible_to(request.user)
    return get_object_or_404(formula_versions.with_to_score(rows.select_related("in_force_by")), pk=pk)


def _form(request, form, found, status=200):
    return answer(request, "risks/formula_versions/form.html#form", {"form": form, "found": found}, status=status)


def _saved(request, form, save, found=None):
    """Save and go to the version; what does not fit, or came too late, stays on the form."""
    if request.method != "POST":
        return _form(request, form, found)
    kept, status = answers.saved(form, lambda: save(form.parameters, form.cleaned_data["reason"]))
    if kept is None:
        return _form(request, form, found, status=status)
    return gone_to(request, reverse("risks:formula-version", args=[kept.pk]))
