"""The register: its list, and where it stands on likelihood and impact."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import clock
from portal.archive.views import then
from portal.people.access import permitted
from portal.people.models import Unit
from portal.web.pages import answer
from risks import heatmap, hidden, listing
from risks.forms import choices
from risks.forms.filters import FilterForm
from risks.forms.log import LogForm
from risks.views import chips


@require_safe
@permitted("risks.view_risk")
def register(request):
    if "as_of" in request.GET:
        return then.listed(request, "risk")
    known = hidden.of(request.user)
    book = listing.read(request.user, request.GET, known=known)
    counts = listing.tabs(request.user, known)
    offered = choices.Offered()
    form = FilterForm.over(book, request, offered)
    context = {
        "book": book,
        "page": book.page,
        "tabs": chips.tabs(book.filters, counts),
        "chips": chips.set_filters(book.filters, request.GET, form),
        "heads": chips.heads(book.order, request.GET),
        "filter_form": form,
        "form": LogForm(user=request.user, offered=offered) if request.user.has_perm("risks.log_risk") else None,
        "now": clock.now(),
        "is_new": not counts["open"] and not book.filters.set_names,
    }
    return answer(request, "risks/register.html#list", context)


@require_safe
@permitted("risks.view_risk")
def heat_map(request):
    unit = None
    if request.GET.get("unit", "").isdecimal():
        unit = get_object_or_404(Unit.objects.filter(archived_at=None), pk=request.GET["unit"])
    drawn = heatmap.drawn(unit or heatmap.scope_of(request.user), request.user)
    return answer(request, "risks/heatmap.html", {"heat": drawn, "title": _("Open risks by likelihood and impact now")})
