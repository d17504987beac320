"""Appetite and tolerance: what was agreed where, the form that agrees on something else, and the decision on a breach."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.errors import Invalid, Stale
from portal.people.access import permitted
from portal.people.models import Unit
from portal.told import row_key
from portal.web.pages import answer
from risks import appetite, appetite_book, breaches
from risks.forms.appetite import AppetiteForm
from risks.forms.breach import CourseForm
from risks.models import Breach
from risks.views.answers import gone_to
from risks.views.risk import visible_risk

SET = "risks.set_appetite"


@require_safe
@permitted("risks.view_risk")
def agreed(request):
    """What holds where, and what lies above it."""
    book = appetite_book.read(request.user)
    places = Unit.objects.visible_to(request.user).filter(archived_at=None).exclude(parent=None)
    may_set = request.user.has_perm(SET)
    return answer(request, "risks/appetite/list.html", {"book": book, "may_set": may_set, "places": places if may_set else ()})


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(SET)
def change(request):
    """Agree on what holds everywhere, or in `?unit=` and below it."""
    unit = _unit(request)
    form = AppetiteForm(request.POST or None, unit=unit, with_money=True)
    asked = {category: appetite.bounds_of(row) for category, row in appetite_book.rows_of(unit).items()}
    is_preview = "preview" in request.POST
    if request.method == "POST" and form.is_valid():
        try:
            if not is_preview:
                appetite.agree(form.wanted, actor=request.user, unit=unit, versions=form.versions)
                return gone_to(request, reverse("risks:appetite"))
            appetite.foresee(form.wanted, unit)
            asked = form.wanted
        except Invalid as error:
            form.take(error)
        except Stale as refusal:
            form.add_error(None, str(refusal))
    standings = appetite.foresee(asked, unit)
    rows = [(*row, standings.get(row[0])) for row in form.rows]
    totals = [sum(getattr(one, name) for one in standings.values()) for name in ("scored", "above_appetite", "above_tolerance")]
    context = {"form": form, "rows": rows, "totals": totals, "unit": unit, "is_preview": is_preview and not form.errors}
    return answer(request, "risks/appetite/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("risks.change_risk")
def course(request, pk):
    """Decide what comes for a risk above tolerance."""
    risk = visible_risk(request, pk)
    breach = get_object_or_404(Breach.objects.visible_to(request.user).open(), risk=risk)
    form = CourseForm(request.POST if request.method == "POST" else None, initial={"version": breach.version})
    if request.method == "POST" and form.is_valid():
        try:
            breaches.decide(breach, actor=request.user, **form.cleaned_data)
            return gone_to(request, reverse("risks:risk", args=[risk.pk]))
        except Stale as error:
            form.keep_yours(error)
        except Invalid as error:
            form.take(error)
    context = {"risk": risk, "form": form, "headline": _("Above tolerance: what comes?"), "verb": _("Decide so")}
    return answer(request, "risks/change.html#form", context, status=422 if form.errors else 200)


def _unit(request):
    told = request.GET.get("unit", "")
    if not told:
        return None
    if (key := row_key(told)) is None:
        raise Http404
    return get_object_or_404(Unit.objects.visible_to(request.user).filter(archived_at=None).exclude(parent=None), pk=key)
