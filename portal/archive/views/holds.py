"""Legal holds: the list, a new one, its end."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import subjects
from portal.archive import holds, periods
from portal.archive.forms.hold import HoldForm, LiftingForm
from portal.archive.models import LegalHold
from portal.errors import Invalid
from portal.people import freshness
from portal.people.access import permitted
from portal.web.pages import answer


@require_safe
@permitted("archive.view_keeping")
def listed(request: HttpRequest) -> HttpResponse:
    rows = list(LegalHold.objects.visible_to(request.user).select_related("placed_by", "lifted_by").order_by("-pk"))
    named = subjects.fetch([(kind, pk) for row in rows for kind, pk in row.subjects], request.user)
    shown = [(row, _covered(row, named)) for row in rows]
    context = {
        "open": [pair for pair in shown if pair[0].lifted_at is None],
        "lifted": [pair for pair in shown if pair[0].lifted_at is not None],
        "lifting": LiftingForm(),
    }
    return answer(request, "archive/holds.html", context)


@require_http_methods(["GET", "POST"])
@permitted("archive.place_hold")
@freshness.second_factor()
def placing(request: HttpRequest) -> HttpResponse:
    form = HoldForm(request.POST or freshness.kept(request), user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            holds.place(actor=request.user, **form.cleaned_data)
        except Invalid as error:
            for name, sentences in error.fields.items():
                form.add_error("about" if name == "subjects" else name, [str(one) for one in sentences])
        else:
            return redirect("archive:holds")
    return answer(request, "archive/hold.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@permitted("archive.place_hold")
@freshness.second_factor(back=lambda pk: reverse("archive:holds"))
def lifting(request: HttpRequest, pk: int) -> HttpResponse:
    hold = get_object_or_404(LegalHold.objects.visible_to(request.user), pk=pk)
    holds.lift(hold, actor=request.user, reason=request.POST.get("reason", ""))
    return redirect("archive:holds")


def _covered(hold: LegalHold, named: dict) -> list[str]:
    """What a hold covers, in words; single things only as far as the reader may open them."""
    words = [periods.word(key) for key in hold.kinds]
    for kind, pk in hold.subjects:
        row = named.get((kind, pk))
        words.append(subjects.of_kind(kind).label(row) if row else f"{subjects.of_kind(kind).word} …")
    return words
