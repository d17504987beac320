"""How an office answers a decision, and how the arbiter settles one: each with a fresh second factor."""

from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from governance.together import decision_page, positions
from governance.together.forms.positions import ArbitrationForm, PositionForm
from governance.together.views.decisions import visible
from portal.errors import Invalid
from portal.people import freshness
from portal.people.access import permitted
from portal.signing import signatures
from portal.web.pages import answer


def _answering(pk):
    return reverse("together:decision-answering", args=[pk])


def _settling(pk):
    return reverse("together:decision-settling", args=[pk])


@require_safe
@permitted(signatures.SIGN)
def answering(request, pk):
    """What is asked of an office, and the form to answer it."""
    return _shown(request, visible(request, pk), freshness.kept(request))


@require_POST
@permitted(signatures.SIGN)
@freshness.second_factor(back=_answering)
def position(request, pk):
    """Answer for one's office."""
    found = visible(request, pk)
    form = PositionForm(request.POST, options=found.options.filter(archived_at=None))
    if form.is_valid():
        given = {"actor": request.user, "factor_at": freshness.given_at(request)}
        try:
            positions.take(found, form.cleaned_data["stance"], **form.said(), **given)
            return redirect("together:decision", pk=found.pk)
        except Invalid as error:
            form.take(error)
    return _shown(request, found, form=form, status=422)


@require_safe
@permitted("together.arbitrate")
def settling(request, pk):
    """What the two left open, and the form to settle it."""
    return _shown_to_arbiter(request, visible(request, pk), freshness.kept(request))


@require_POST
@permitted("together.arbitrate")
@freshness.second_factor(back=_settling)
def arbitration(request, pk):
    """Settle what the two left open."""
    found = visible(request, pk)
    form = ArbitrationForm(request.POST, options=found.options.filter(archived_at=None))
    if form.is_valid():
        given = {"actor": request.user, "factor_at": freshness.given_at(request)}
        try:
            told = form.cleaned_data
            positions.arbitrate(found, told["option"], told["reason"], digest=told["digest"], **given)
            return redirect("together:decision", pk=found.pk)
        except Invalid as error:
            form.take(error)
    return _shown_to_arbiter(request, found, form=form, status=422)


def _shown(request, found, kept=None, form=None, status=200):
    page = decision_page.read(found, request.user)
    if form is None and not page.may_answer:
        return redirect("together:decision", pk=found.pk)
    if form is None:
        mine = signatures.may_answer(page.standing, request.user)[:1]
        standing = [one for one in page.conditions if one.office in mine and one.met_at is None]
        form = PositionForm(kept, options=page.options, standing=standing, initial={"digest": page.standing.digest})
    context = {"page": page, "form": form, "is_fresh": freshness.is_fresh(request)}
    return answer(request, "together/decisions/position.html", context, status=status)


def _shown_to_arbiter(request, found, kept=None, form=None, status=200):
    page = decision_page.read(found, request.user)
    if form is None and not page.may_arbitrate:
        return redirect("together:decision", pk=found.pk)
    if form is None:
        form = ArbitrationForm(kept, options=page.options, initial={"digest": page.standing.digest})
    context = {"page": page, "form": form, "is_fresh": freshness.is_fresh(request)}
    return answer(request, "together/decisions/arbitration.html", context, status=status)
