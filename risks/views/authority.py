"""The table of authority: what holds, what waits for CIO and CISO, and the form that proposes another."""

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.errors import Invalid
from portal.people.access import permitted
from portal.signing import panels, registry
from portal.web.pages import answer
from risks import authority, wording
from risks.forms.authority import TableForm
from risks.models import AuthorityTable, Covers
from risks.views.answers import gone_to

PROPOSE = "risks.propose_authority"


@require_safe
@permitted("risks.view_exception")
def table(request):
    """Who may accept what."""
    held, waiting = authority.in_force(), authority.proposed()
    context = {
        "held": held,
        "held_lines": _worded(authority.lines_of(held)) if held else (),
        "held_panel": panels.read(held, request.user) if held else None,
        "waiting": waiting,
        "waiting_lines": _worded(authority.lines_of(waiting)) if waiting else (),
        "waiting_panel": panels.read(waiting, request.user) if waiting else None,
        "may_propose": request.user.has_perm(PROPOSE),
    }
    return answer(request, "risks/authority/table.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PROPOSE)
def new(request):
    """Propose a table, from the one that holds or from what is offered."""
    held = authority.in_force()
    lines = authority.lines_of(held) if held else list(authority.OFFERED)
    form = TableForm(request.POST if request.method == "POST" else None, lines=lines)
    if request.method == "POST" and form.is_valid():
        try:
            authority.propose(form.written, actor=request.user)
        except Invalid as error:
            form.take(error)
        else:
            return gone_to(request, reverse("risks:authority"))
    status = 422 if request.method == "POST" else 200
    return answer(request, "risks/authority/form.html", {"form": form, "is_first": held is None}, status=status)


@require_POST
@permitted(PROPOSE)
def withdrawal(request, pk):
    """Take a proposed table back."""
    found = get_object_or_404(AuthorityTable.objects.visible_to(request.user), pk=pk)
    authority.withdraw(found, actor=request.user)
    return redirect("risks:authority")


def _worded(lines):
    """Line by line: what it speaks of, the band's key and word, the sum, who signs."""
    return [
        {
            "covers": Covers(line.covers).label,
            "band": line.up_to_band,
            "band_word": wording.band(line.up_to_band),
            "amount": line.up_to_amount,
            "offices": [registry.office_word(office) for office in line.offices],
        }
        for line in lines
    ]
