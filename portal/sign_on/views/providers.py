"""Identity providers: the list with the way to another one and the rules of groups, one of them, and what is done to it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.errors import Invalid
from portal.people.access import permitted
from portal.people.models import User
from portal.sign_on import providers
from portal.sign_on.arriving import TRIED
from portal.sign_on.forms.providers import NewForm, RuleForm, SettingsForm
from portal.sign_on.models import IdentityProvider, RoleRule
from portal.sign_on.models.identity_provider import MAY
from portal.sign_on.wording import CAUSES, STEPS
from portal.web.pages import answer


@require_http_methods(["GET", "POST"])
@permitted(MAY)
def listed(request: HttpRequest) -> HttpResponse:
    """Who may be asked, and what follows from groups; POST adds a provider."""
    form = NewForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            one = providers.add(actor=request.user, **form.cleaned_data)
            messages.success(request, _("It is added. Check it, then start it."))
            return redirect("sign_on:provider", one.pk)
        except Invalid as error:
            form.take(error)
    return shown(request, form=form)


def shown(request: HttpRequest, *, form: NewForm | None = None, rule_form: RuleForm | None = None) -> HttpResponse:
    rows = IdentityProvider.objects.visible_to(request.user).filter(archived_at=None).order_by("name", "pk")
    rules = RoleRule.objects.visible_to(request.user).filter(archived_at=None).select_related("unit").order_by("group", "pk")
    context = {
        "rows": rows,
        "rules": rules,
        "form": form or NewForm(user=request.user),
        "rule_form": rule_form or RuleForm(user=request.user, auto_id="rule-%s"),
    }
    wrong = any(one is not None and one.errors for one in (form, rule_form))
    return answer(request, "sign_on/list.html", context, status=422 if wrong else 200)


@require_http_methods(["GET", "POST"])
@permitted(MAY)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One provider, what its check found, what a try found; POST changes it."""
    one = _visible(request, pk)
    names = (*SettingsForm.base_fields,)
    initial = {name: getattr(one, name) for name in names if name != "secret"}
    form = SettingsForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            providers.change(one, actor=request.user, **form.cleaned_data)
            messages.success(request, _("It is saved."))
            return redirect("sign_on:provider", one.pk)
        except Invalid as error:
            form.take(error)
    context = {
        "one": one,
        "form": form,
        "steps": [(STEPS[name], went_well, said) for name, went_well, said in one.check_result],
        "tried": _tried(request, one),
        "back": request.build_absolute_uri(f"/accounts/oidc/{one.key}/login/callback/"),
    }
    return answer(request, "sign_on/detail.html", context, status=422 if form.errors else 200)


@require_POST
@permitted(MAY)
def checking(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect("sign_on:provider", providers.check(_visible(request, pk), actor=request.user).pk)


@require_POST
@permitted(MAY)
def starting(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect("sign_on:provider", providers.start(_visible(request, pk), actor=request.user).pk)


@require_POST
@permitted(MAY)
def stopping(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect("sign_on:provider", providers.stop(_visible(request, pk), actor=request.user).pk)


@require_POST
@permitted(MAY)
def ending(request: HttpRequest, pk: int) -> HttpResponse:
    providers.end(_visible(request, pk), actor=request.user)
    return redirect("sign_on:providers")


def _visible(request: HttpRequest, pk: int) -> IdentityProvider:
    return get_object_or_404(IdentityProvider.objects.visible_to(request.user).select_related("unit"), pk=pk)


def _tried(request: HttpRequest, one: IdentityProvider) -> dict[str, Any] | None:
    """What the last try of this session found, once."""
    if request.session.get(TRIED, {}).get("provider") != one.pk:
        return None
    found = request.session.pop(TRIED)
    user = User.objects.visible_to(request.user).filter(pk=found["user"]).first() if found["user"] else None
    return {**found, "user": user, "cause": CAUSES[found["cause"]][0] if found["cause"] else ""}
