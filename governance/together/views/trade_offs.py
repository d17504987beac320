"""The trade-off of one question: its options on one chart, and the blind marks of the two leaders."""

from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from governance.together import marks, trade_off_page
from governance.together.forms.marks import MarkForm
from governance.together.views.decisions import READ, visible
from portal.errors import Invalid
from portal.people.access import permitted
from portal.signing import signatures
from portal.web.pages import answer
from risks.views.answers import gone_to


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(READ, writes=signatures.SIGN)
def trade_off(request, pk):
    """Day against remaining loss, cost as size; a leader marks the option they would take."""
    found = visible(request, pk)
    page = trade_off_page.read(found, request.user)
    form = MarkForm(request.POST if request.method == "POST" else None, page=page)
    if request.method == "POST" and form.is_valid():
        try:
            marks.mark(found, form.cleaned_data["letter"], actor=request.user, reason=form.cleaned_data["reason"])
            return gone_to(request, reverse("together:decision-trade-off", args=[found.pk]))
        except Invalid as error:
            form.take(error)
    return answer(request, "together/decisions/trade_off.html", {"page": page, "form": form}, status=422 if form.errors else 200)


@require_POST
@permitted(signatures.SIGN)
def carrying(request, pk):
    """Let a marked option be what both are asked to decide on."""
    found = marks.carry(visible(request, pk), request.POST.get("letter", ""), actor=request.user)
    return gone_to(request, reverse("together:decision", args=[found.pk]))
