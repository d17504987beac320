"""Alignment: how the two work together, from what happened alone, and whether it is measured at all."""

from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from governance.together import alignment, alignment_formula, alignment_page
from portal.archive import looking_back
from portal.people.access import permitted
from portal.web.pages import answer


@require_safe
@permitted("together.view_alignment")
def terms(request):
    """Eight terms with their rows, as far as the pair lets the reader."""
    day = looking_back.day_from(request.GET["as_of"]) if "as_of" in request.GET else None
    page = alignment_page.read(request.user, looking_back.end_of(day) if day else None)
    return answer(request, "together/alignment.html", {"page": page, "day": day})


@require_safe
@permitted("together.view_alignment")
def term(request, key):
    """The rows of one term."""
    found = alignment_page.opened(key, request.user)
    if found is None:
        raise Http404
    return answer(request, "together/alignment_term.html", {"rows": found})


@require_POST
@permitted("together.say_alignment")
def consent(request):
    """Say for one's office whether it is measured, and who may read it."""
    alignment.say(request.POST.get("level", ""), actor=request.user)
    return redirect("together:alignment")


@require_POST
@permitted("together.say_alignment")
def formula(request):
    """Put the formula to the two, as a decision of its own."""
    found = alignment_formula.ask(actor=request.user)
    return redirect("together:decision", pk=found.pk)
