"""Coming in: by an invitation, or with a new password. Opening a link changes nothing, so mail scanners may open it too."""

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import record_authentication
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.errors import Invalid
from portal.people import invitations, resets, second_factors
from portal.people.access import to_sign_in
from portal.people.addresses import client_address
from portal.people.errors import InvitationOver, LinkOver
from portal.people.models import Invitation
from portal.web.people.forms.entrance import AddressForm, ArrivalForm, PasswordForm, tell

BACKEND = f"{AuthenticationBackend.__module__}.{AuthenticationBackend.__qualname__}"


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The first step of an invited person, or the way to a second factor."""
    try:
        found = invitations.by_token(token)
        if request.user.is_authenticated and request.user.pk != found.user_id:
            return render(request, "people/entrance/somebody_else.html", status=409)
        if found.standing == Invitation.State.OPEN and found.purpose == Invitation.Purpose.ACCOUNT:
            return _arrival(request, found)
    except InvitationOver as error:
        return render(request, "people/entrance/over.html", {"sentence": error}, status=error.status)
    if not request.user.is_authenticated:
        return to_sign_in(request)
    second_factors.open_door(request, found)
    return redirect("people:factors")


def _arrival(request: HttpRequest, found: Invitation) -> HttpResponse:
    user = found.user
    initial = {"name": user.name, "language": user.language, "time_zone": user.time_zone}
    form = ArrivalForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            user = invitations.accept(found, **{name: told[name] for name in ("name", "password", "language", "time_zone")})
        except Invalid as error:
            tell(form, error)
        else:
            auth.login(request, user, backend=BACKEND)
            record_authentication(request, user, method="password")
            second_factors.open_door(request, found)
            return redirect("people:factors")
    context = {"form": form, "invitation": found}
    return render(request, "people/entrance/invitation.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a new password: the same answer whoever is asked for."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        resets.ask(form.cleaned_data["email"], address=client_address(request))
        return redirect("account_reset_password_done")
    return render(request, "people/entrance/forgotten.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET"])
def on_its_way(request: HttpRequest) -> HttpResponse:
    return render(request, "people/entrance/on_its_way.html")


@never_cache
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest, key: str) -> HttpResponse:
    """Choose a new password by the link of a mail; then sign in with it and the second factor."""
    form = PasswordForm(request.POST or None)
    try:
        user = resets.by_key(key)
        if request.method == "POST" and form.is_valid():
            resets.reset(key, form.cleaned_data["password"])
            auth.logout(request)
            messages.success(request, _("The password is set. Sign in with it."))
            return redirect("account_login")
    except LinkOver as error:
        return render(request, "people/entrance/over.html", {"sentence": error, "reset": True}, status=error.status)
    except Invalid as error:
        tell(form, error)
    context = {"form": form, "email": user.email}
    return render(request, "people/entrance/new_password.html", context, status=422 if form.errors else 200)
