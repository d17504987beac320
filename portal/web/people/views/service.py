"""Service accounts and their tokens: made, shown once, taken back, for administrators."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.errors import Invalid, Refused
from portal.people import freshness, roll, service_accounts, tokens
from portal.people.access import permitted
from portal.web.api import scopes
from portal.web.pages import answer
from portal.web.people.forms.entrance import tell
from portal.web.people.forms.service import ServiceAccountForm, TokenForm
from portal.web.people.views.people import listed, shown


@require_POST
@permitted("people.change_user")
def making(request: HttpRequest) -> HttpResponse:
    """An account for a program; what is wrong is said in the list of them."""
    form, status = ServiceAccountForm(request.POST, user=request.user), 422
    if form.is_valid():
        try:
            made = service_accounts.make(actor=request.user, **form.cleaned_data)
            return redirect("people:person", made.pk)
        except Invalid as error:
            tell(form, error)
        except Refused as error:
            form.add_error("email" if error.code == "email-taken" else None, str(error))
            status = error.status
    context = listed(request, QueryDict(f"standing={roll.SERVICE}")) | {"service_form": form}
    return answer(request, "people/people/list.html", context, status=status)


@require_POST
@permitted("people.change_user")
def token(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a token, which asks for a factor just used; its secret is shown on the answer to this, and never again."""
    found = get_object_or_404(roll.of(request.user), pk=pk)
    if not freshness.is_fresh(request):
        return freshness.ask(request, reverse("people:person", args=[pk]))
    form, status, told = TokenForm(request.POST), 422, {}
    if form.is_valid():
        try:
            scopes.check_named(form.cleaned_data["scopes"])
            _issued, secret = tokens.issue(found, actor=request.user, **form.cleaned_data)
            status, told = 201, {"secret": secret}
        except Invalid as error:
            tell(form, error)
        except Refused as error:
            form.add_error(None, str(error))
            status = error.status
    context = shown(request, pk)
    return answer(request, "people/people/detail.html", context | told | ({} if told else {"token_form": form}), status=status)


@require_POST
@permitted("people.change_user")
def revocation(request: HttpRequest, pk: int, token_pk: int) -> HttpResponse:
    """Nobody comes in by this token from its next request on."""
    found = get_object_or_404(roll.of(request.user), pk=pk)
    tokens.revoke(get_object_or_404(found.tokens, pk=token_pk), actor=request.user)
    messages.success(request, _("That token leads nowhere from now on."))
    return redirect("people:person", pk)
