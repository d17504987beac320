"""Webhooks: the list with the way to another one, one of them with its log, and what is done to it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.errors import Invalid
from portal.people.access import permitted
from portal.web import listing
from portal.web.pages import answer
from portal.webhooks import subscriptions
from portal.webhooks.forms.subscription import SubscriptionForm, kinds
from portal.webhooks.models import Delivery, Subscription

MAY = subscriptions.MAY
NEWEST = listing.Order("-new", "id", descending=True)


@require_http_methods(["GET", "POST"])
@permitted(MAY)
def listed(request: HttpRequest) -> HttpResponse:
    """Who is told; POST begins another one and shows its secret, this once."""
    form = SubscriptionForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            one, secret = subscriptions.subscribe(actor=request.user, **form.cleaned_data)
            return _shown(request, one, secret=secret, status=201)
        except Invalid as error:
            form.take(error)
    rows = Subscription.objects.visible_to(request.user).filter(archived_at=None).select_related("reader").order_by("name", "pk")
    return answer(request, "webhooks/list.html", {"rows": rows, "form": form, "kinds": kinds()}, status=422 if form.errors else 200)


@require_safe
@permitted(MAY)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One webhook and what became of its messages."""
    return _shown(request, _visible(request, pk))


@require_POST
@permitted(MAY)
def ping(request: HttpRequest, pk: int) -> HttpResponse:
    subscriptions.ping(_visible(request, pk), actor=request.user)
    messages.success(request, _("A ping is on its way; load the page again in some seconds."))
    return redirect("webhooks:webhook", pk)


@require_POST
@permitted(MAY)
def stopping(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect("webhooks:webhook", subscriptions.stop(_visible(request, pk), actor=request.user).pk)


@require_POST
@permitted(MAY)
def starting(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect("webhooks:webhook", subscriptions.start(_visible(request, pk), actor=request.user).pk)


@require_POST
@permitted(MAY)
def secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Another secret, shown this once."""
    one, made = subscriptions.change_secret(_visible(request, pk), actor=request.user)
    return _shown(request, one, secret=made)


@require_POST
@permitted(MAY)
def replay(request: HttpRequest, pk: int, message_pk: int) -> HttpResponse:
    """Send one message again."""
    deliveries = Delivery.objects.visible_to(request.user).filter(subscription=_visible(request, pk))
    subscriptions.replay_one(get_object_or_404(deliveries, pk=message_pk), actor=request.user)
    messages.success(request, _("It is sent again under the same id."))
    return redirect("webhooks:webhook", pk)


@require_POST
@permitted(MAY)
def ending(request: HttpRequest, pk: int) -> HttpResponse:
    subscriptions.end(_visible(request, pk), actor=request.user)
    return redirect("webhooks:webhooks")


def _visible(request: HttpRequest, pk: int) -> Subscription:
    return get_object_or_404(Subscription.objects.visible_to(request.user).select_related("reader"), pk=pk)


def _shown(request: HttpRequest, one: Subscription, *, secret: str = "", status: int = 200) -> HttpResponse:
    deliveries = Delivery.objects.visible_to(request.user).filter(subscription=one)
    context: dict[str, Any] = {"one": one, "secret": secret, "page": listing.page_of(deliveries, NEWEST, request.GET)}
    return answer(request, "webhooks/detail.html", context, status=status)
