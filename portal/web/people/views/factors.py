"""One's second factors: see, add, remove; recovery codes."""

from collections.abc import Callable
from functools import wraps

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import clear_totp_secret
from allauth.mfa.webauthn.internal.auth import begin_registration
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.errors import Invalid
from portal.people import factor_rule, freshness, second_factors, sessions
from portal.people.access import OPEN_TO_ALL, grants, permitted
from portal.web.people.forms.account import AppForm, FactorRuleForm, PasskeyForm

CODES_TO_SHOW = "people.codes_to_show"


def _may_add(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Led to use a factor where there is one, told how to get an invitation where there is none."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if second_factors.may_add(request):
            return view(request)
        return freshness.ask(request, request.path) if grants(request.user).has_factor else redirect("people:factors")

    return guarded


def _base(request: HttpRequest) -> str:
    """Without the rail for whom it leads nowhere yet."""
    return "entry.html" if second_factors.lacking(request.user) else "page.html"


@never_cache
@require_GET
@permitted(OPEN_TO_ALL)
def factors(request: HttpRequest) -> HttpResponse:
    """Which factors I have, and what I may do about them; where those are led who need one."""
    return _factors(request, FactorRuleForm(freshness.kept(request), initial={"begins": factor_rule.day()}))


@never_cache
@require_POST
@permitted(OPEN_TO_ALL)
def link(request: HttpRequest) -> HttpResponse:
    """The link to my first factor, by mail, where everybody is asked for one."""
    second_factors.send_link(request.user)
    messages.success(request, _("A link is on its way to your e-mail. Open it in this browser."))
    return redirect("people:factors")


@never_cache
@require_POST
@permitted(factor_rule.ASK)
@freshness.second_factor(back=lambda: reverse("people:factors"))
def everybody(request: HttpRequest) -> HttpResponse:
    """From when on everybody needs a second factor."""
    form = FactorRuleForm(request.POST)
    if form.is_valid():
        try:
            factor_rule.ask_everybody(form.cleaned_data["begins"], actor=request.user)
        except Invalid as refused:
            form.add_error("begins", refused.fields["begins"])
        else:
            return redirect("people:factors")
    return _factors(request, form, status=422)


def _factors(request: HttpRequest, rule: FactorRuleForm, status: int = 200) -> HttpResponse:
    held = grants(request.user)
    context = {
        "factors": second_factors.of(request.user),
        "has_factor": held.has_factor,
        "needed": second_factors.needed(request.user),
        "by_office": held.needs_factor,
        "begins": factor_rule.day(),
        "holds": factor_rule.holds_now(),
        "rule": rule,
        "go_on": request.session.get(second_factors.FIRST_PAGE, "/"),
        "may_add": held.has_factor or second_factors.may_add(request),
        "base": _base(request),
    }
    return render(request, "people/account/factors.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@permitted(OPEN_TO_ALL)
@_may_add
def app(request: HttpRequest) -> HttpResponse:
    """An authenticator app: scan, type, done."""
    form = AppForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        mine = sessions.this(request)
        first = second_factors.add_app(request.user, form.secret, session=mine, actor=request.user)
        clear_totp_secret(request)
        return _added(request, first)
    adapter = get_adapter()
    address = adapter.build_totp_url(request.user, form.secret)
    drawing = adapter.build_totp_svg(address).partition("?>")[2]
    context = {"form": form, "totp_svg": drawing, "secret": form.secret, "address": address, "base": _base(request)}
    return render(request, "people/account/factor_app.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@permitted(OPEN_TO_ALL)
@_may_add
def passkey(request: HttpRequest) -> HttpResponse:
    """A passkey: of this device, a phone or a key; the browser asks for it."""
    form = PasskeyForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        mine = sessions.this(request)
        first = second_factors.add_passkey(request.user, told["name"], told["credential"], session=mine, actor=request.user)
        return _added(request, first)
    options = {"creation_options": begin_registration(request.user, False)}
    context = {"form": form, "js_data": options, "base": _base(request)}
    return render(request, "people/account/factor_passkey.html", context, status=422 if form.errors else 200)


@require_POST
@permitted(OPEN_TO_ALL)
@freshness.second_factor(back=lambda pk: reverse("people:factors"))
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one of my factors away, after using one."""
    factor = get_object_or_404(Authenticator, pk=pk, user=request.user)
    second_factors.remove(factor, actor=request.user)
    messages.success(request, _("The factor is removed."))
    return redirect("people:factors")


@never_cache
@require_http_methods(["GET", "POST"])
@permitted(OPEN_TO_ALL)
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Shown once: after the first factor was added, or when new ones are made."""
    if request.method == "POST":
        if not freshness.is_fresh(request):
            return freshness.ask(request, reverse("people:factors"))
        codes = second_factors.renew_recovery_codes(request.user, actor=request.user)
    elif request.session.pop(CODES_TO_SHOW, False):
        codes = second_factors.recovery_codes_of(request.user)
    else:
        return redirect("people:factors")
    return render(request, "people/account/recovery_codes.html", {"codes": codes})


def _added(request: HttpRequest, first: bool) -> HttpResponse:
    """The first factor comes with recovery codes, to be seen at once."""
    request.session.pop(second_factors.DOOR, None)
    if first:
        request.session[CODES_TO_SHOW] = True
        return redirect("people:recovery-codes")
    messages.success(request, _("The factor is added."))
    return redirect("people:factors")
