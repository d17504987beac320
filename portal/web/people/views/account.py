"""My account: what I say of myself, what is known of me, where I am signed in, my password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from portal.errors import Invalid
from portal.people import accounts, dossier, sessions
from portal.people.access import OPEN_TO_ALL, permitted
from portal.web.people.forms.account import ChangePasswordForm, ProfileForm
from portal.web.people.forms.entrance import tell


@require_http_methods(["GET", "POST"])
@permitted(OPEN_TO_ALL)
def account(request: HttpRequest) -> HttpResponse:
    """Everything about my account on one page; its form says name, language and zone."""
    user = request.user
    initial = {"name": user.name, "language": user.language, "time_zone": user.time_zone}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.describe(user, actor=user, **form.cleaned_data)
        except Invalid as error:
            user.refresh_from_db()
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("people:account")
    context = {"form": form, "dossier": dossier.of(user), "this": sessions.this(request)}
    return render(request, "people/account/account.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@permitted(OPEN_TO_ALL)
def password(request: HttpRequest) -> HttpResponse:
    """Change my password; every other session ends."""
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told, user = form.cleaned_data, request.user
        try:
            accounts.change_password(user, told["current"], told["password"], actor=user, session=sessions.this(request))
        except Invalid as error:
            tell(form, error)
        else:
            update_session_auth_hash(request, user)
            sessions.keep(request)
            messages.success(request, _("Your password is changed. Every other session of yours ended."))
            return redirect("people:account")
    return render(request, "people/account/password.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@permitted(OPEN_TO_ALL)
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign one of my other browsers out."""
    sessions.end(get_object_or_404(sessions.open_of(request.user), pk=pk), actor=request.user)
    messages.success(request, _("That session ended."))
    return redirect("people:account")


@require_POST
@permitted(OPEN_TO_ALL)
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign every browser of mine out but this one."""
    sessions.end_all(request.user, actor=request.user, but=sessions.this(request))
    messages.success(request, _("Every other session of yours ended."))
    return redirect("people:account")
