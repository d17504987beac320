"""Signing in: the page, the way to a provider, the way back from it."""

from collections.abc import Callable
from functools import wraps

import requests
from allauth.account import views as account
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.people.access import permitted
from portal.sign_on import arriving, providers
from portal.sign_on.models import IdentityProvider
from portal.sign_on.models.identity_provider import MAY

# What happens where a provider cannot be spoken to, or speaks nonsense.
DEAF = (requests.RequestException, arriving.AnotherIssuer, KeyError, ValueError)


def sign_in(request: HttpRequest) -> HttpResponse:
    """By password, with a button for each running provider. Their origins alone join the policy, and on this page alone: a form
    whose answer leads elsewhere is stopped by the browser otherwise."""
    running = providers.running()
    request.providers = running
    response = account.login(request)
    if running:
        response._csp_update = {"form-action": sorted({origin for one in running for origin in (one.origins or [one.home])})}
    return response


def told(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A provider that cannot be spoken to, or speaks nonsense, ends in a page that says so."""

    @wraps(view)
    def asked(request: HttpRequest, provider_id: str) -> HttpResponse:
        provider = providers.by_key(provider_id)
        if provider is None:
            raise Http404
        try:
            return view(request, provider_id)
        except DEAF as error:
            cause = "another-issuer" if isinstance(error, arriving.AnotherIssuer) else "no-answer"
            return arriving.refuse(request, cause, provider=provider, detail=f"{type(error).__name__}: {error}"[:300])

    return asked


@never_cache
@require_POST
@told
def start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the provider, by the code flow with PKCE. What the address says besides is not passed on."""
    if provider_id not in {one.key for one in providers.running()}:
        return arriving.refuse(request, "stopped")
    following = request.POST.get("next", "")
    request.GET = request.GET.copy()
    request.GET.clear()
    if following:
        request.GET["next"] = following
    return OAuth2LoginView.adapter_view(arriving.Issuer(request, provider_id))(request)


@never_cache
@require_http_methods(["GET"])
@told
def arrival(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the provider."""
    return OAuth2CallbackView.adapter_view(arriving.Issuer(request, provider_id))(request)


@never_cache
@require_POST
@permitted(MAY)
def trying(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The whole way once, as oneself: what the provider says is shown, and nothing follows from it."""
    provider = get_object_or_404(IdentityProvider.objects.visible_to(request.user), key=provider_id, archived_at=None)
    back = reverse("sign_on:provider", args=[provider.pk])
    request.GET = request.GET.copy()
    request.GET.clear()
    request.GET.update({"process": "redirect", "next": back})
    try:
        return OAuth2LoginView.adapter_view(arriving.Issuer(request, provider_id))(request)
    except DEAF as error:
        messages.error(request, _("The provider does not answer (%(how)s). Check it.") % {"how": type(error).__name__})
        return redirect(back)
