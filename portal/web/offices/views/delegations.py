"""Who answers for whom."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.people import delegations, freshness, organisations
from portal.people.access import OPEN_TO_ALL, permitted
from portal.people.models import Delegation
from portal.web import listing
from portal.web.offices.forms.delegations import DelegationForm
from portal.web.offices.views.saving import saved
from portal.web.pages import answer

SOONEST, NEWEST = listing.Order("to", "to_on"), listing.Order("-to", "to_on", descending=True)


def _list_address(*args, **kwargs) -> str:
    return reverse("offices:delegations")


@require_GET
@permitted(OPEN_TO_ALL)
def listed(request: HttpRequest) -> HttpResponse:
    today = organisations.today()
    over = request.GET.get("show") == "over"
    rows = Delegation.objects.visible_to(request.user).select_related("delegator", "delegate", "named_by", "ended_by")
    standing = Delegation.objects.visible_to(request.user).not_over(today)
    rows = rows.exclude(pk__in=standing.values("pk")) if over else rows.not_over(today)
    page = listing.page_of(rows, NEWEST if over else SOONEST, request.GET, total=rows.count())
    context = {
        "page": page,
        "rows": page.rows,
        "over": over,
        "today": today,
        "may_name": request.user.has_perm(delegations.NAME),
        "endable": {row.pk for row in page.rows if not over and delegations.may_end(row, request.user)},
    }
    return answer(request, "people/delegations/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(delegations.NAME)
@freshness.second_factor()
def new(request: HttpRequest) -> HttpResponse:
    template = "people/delegations/new.html"
    for_others = request.user.has_perm(delegations.NAME_FOR_OTHERS)
    options = {"user": request.user, "for_others": for_others}
    if request.method != "POST":
        return answer(request, template, {"form": DelegationForm(freshness.kept(request), **options)})
    form = DelegationForm(request.POST, **options)
    return saved(request, form, lambda said: delegations.name(**said, actor=request.user), template, {}, "offices:delegations")


@require_POST
@permitted(OPEN_TO_ALL)
@freshness.second_factor(back=_list_address)
def ending(request: HttpRequest, pk: int) -> HttpResponse:
    delegation = get_object_or_404(Delegation.objects.visible_to(request.user), pk=pk)
    delegations.end(delegation, actor=request.user)
    return redirect("offices:delegations")
