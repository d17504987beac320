"""The first person comes in: name, password and second factor on one page, then the recovery codes, then the set-up."""

from urllib.parse import quote

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.contrib.auth import login
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from governance.setup import clearing
from governance.setup.forms.begin import FirstPersonForm
from portal.errors import Invalid
from portal.people import openings, second_factors
from portal.people.access import permitted
from portal.people.errors import OpeningOver
from portal.web.pages import answer

FACTOR = "setup.factor"
SHOW_CODES = "setup.show_codes"
LOOK_AGAIN_SECONDS = 2
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@sensitive_post_parameters("password", "again", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request, token):
    try:
        openings.by_token(token)
        form = FirstPersonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return _entered(request, token, form)
    except OpeningOver as error:
        if clearing.under_way(token):
            return _waiting(request)
        return answer(request, "setup/over.html", {"sentence": error}, status=410)
    return _shown(request, form)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permitted("people.change_organisation")
def codes(request):
    """The recovery codes, once; then on to the set-up."""
    if request.method == "POST" or not request.session.get(SHOW_CODES):
        request.session.pop(SHOW_CODES, None)
        return redirect("setup:settings")
    return answer(request, "setup/codes.html", {"codes": second_factors.recovery_codes_of(request.user)})


def _entered(request, token, form):
    said = {name: form.cleaned_data[name] for name in ("name", "email", "password", "code")}
    try:
        user = openings.enter(token, secret=request.session.get(FACTOR, ""), **said)
    except Invalid as error:
        form.take(error)
        return _shown(request, form)
    request.session.pop(FACTOR, None)
    login(request, user, backend=BACKEND)
    record_authentication(request, user, "password", email=user.email)
    record_authentication(request, user, "mfa", type=Authenticator.Type.TOTP)
    request.session[SHOW_CODES] = True
    return redirect("setup:codes")


def _waiting(request):
    """The demo is being cleared: this page looks again by itself."""
    response = answer(request, "setup/waiting.html", {"by_itself": settings.CLEARS_DEMO})
    response["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return response


def _shown(request, form):
    """The page with the secret of the factor, the same one until it is proven."""
    secret = request.session.setdefault(FACTOR, generate_totp_secret())
    issuer = quote(settings.MFA_TOTP_ISSUER)
    drawn = get_adapter().build_totp_svg(f"otpauth://totp/{issuer}?secret={secret}&issuer={issuer}")
    context = {"form": form, "secret": secret, "drawn": drawn.partition("?>")[2] or drawn}
    return answer(request, "setup/begin.html", context, status=422 if form.errors else 200)
