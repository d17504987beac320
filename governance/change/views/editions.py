"""Editions of what gates ask: the sets in force, one edition beside the one it changes, and the form that drafts it."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.change import edition_book, gate_editions
from governance.change.forms.editions import Criteria, EditionForm
from portal.errors import Invalid, Stale
from portal.people.access import permitted
from portal.web.pages import answer
from risks.views import answers
from risks.views.answers import gone_to

READ, DRAFT = "change.view_initiative", "change.draft_edition"


@require_safe
@permitted(READ)
def listed(request):
    """What gates ask from now on, and every edition that was drafted."""
    return answer(request, "change/editions/list.html", {"book": edition_book.read(request.user)})


@require_safe
@permitted(READ)
def edition(request, pk):
    """What it asks otherwise, and who has signed it."""
    found = _visible(request, pk)
    context = {"page": edition_book.page(found, request.user, request.user.has_perm(DRAFT))}
    return answer(request, "change/editions/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(DRAFT)
def new(request):
    """Draft the next edition of one set, of the first where the address names none, from what is in force."""
    base = gate_editions.in_force(request.GET.get("set", ""))
    if base is None:
        raise Http404
    first = gate_editions.asked_by(base)
    return _form(request, base, first, lambda asked, why: gate_editions.draft(base, asked, why, actor=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(DRAFT)
def change(request, pk):
    """Say it otherwise; what was signed holds no longer."""
    found = _visible(request, pk)
    gate_editions.check_open(found)
    stands = answers.version_told(request)

    def save(asked, why):
        return gate_editions.change(found, asked, why, actor=request.user, version=stands)

    return _form(request, found.base, gate_editions.to_change(found), save, found)


@require_POST
@permitted(DRAFT)
def proposal(request, pk):
    """Ask CIO and CISO to sign it."""
    gate_editions.propose(_visible(request, pk), actor=request.user)
    return redirect("change:gate-edition", pk)


@require_POST
@permitted(DRAFT)
def withdrawal(request, pk):
    """Take it back."""
    gate_editions.withdraw(_visible(request, pk), actor=request.user)
    return redirect("change:gate-edition", pk)


def _visible(request, pk):
    return get_object_or_404(edition_book.of_user(request.user), pk=pk)


def _form(request, base, first, save, found=None):
    """Save and go to the edition; what does not fit, or came too late, stays on the form."""
    status, told = 200, request.POST if request.method == "POST" else None
    start = {"version": found.version, "reason": found.reason} if found else {}
    form, criteria = EditionForm(told, initial=start), Criteria(told, initial=first, prefix="criteria")
    if told is not None:
        status = 422
        if form.is_valid() & criteria.is_valid():
            try:
                kept = save(criteria.said, form.cleaned_data["reason"])
                return gone_to(request, reverse("change:gate-edition", args=[kept.pk]))
            except Stale as error:
                form.keep_yours(error)
                status = error.status
            except Invalid as error:
                form.take(Invalid(str(error), criteria.take(error)))
    context = {"form": form, "criteria": criteria, "base": base, "edition": found}
    return answer(request, "change/editions/form.html#form", context, status=status)
