"""Inviting: one person by a form, many by a list that is looked at first."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.errors import Invalid, Refused
from portal.people import guest_list, invitations
from portal.people.access import permitted
from portal.web.people.forms.entrance import tell
from portal.web.people.forms.invitation import GuestListForm, InvitationForm


@require_http_methods(["GET", "POST"])
@permitted("people.change_user")
def one(request: HttpRequest) -> HttpResponse:
    """Invite one person."""
    form = InvitationForm(request.POST or None, user=request.user)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            invited = invitations.invite(actor=request.user, **form.cleaned_data)
        except Invalid as error:
            tell(form, error)
        except Refused as error:
            form.add_error("email" if error.code == "email-taken" else None, str(error))
            status = error.status
        else:
            messages.success(request, _("%(name)s is invited; the mail is on its way.") % {"name": invited.user.name})
            return redirect("people:person", invited.user_id)
    status = 422 if form.errors and status == 200 else status
    return render(request, "people/people/invite.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@permitted("people.change_user")
def many(request: HttpRequest) -> HttpResponse:
    """Read a list and show what it would do; a second look at the same text carries it out."""
    form = GuestListForm(request.POST or None, request.FILES or None)
    context = {"form": form, "columns": guest_list.COLUMNS, "roles": guest_list.INVITED_TO}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            text = guest_list.decode(file.read(guest_list.LARGEST_BYTES + 1)) if file else form.cleaned_data["text"]
            if "confirmed" in request.POST:
                return _invited(request, guest_list.invite(text, actor=request.user))
            context |= {"list": guest_list.read(text), "text": text}
        except Invalid as error:
            tell(form, error)
    wrong = form.errors or ("list" in context and not context["list"].is_ready)
    return render(request, "people/people/invite_list.html", context, status=422 if wrong else 200)


def _invited(request: HttpRequest, invited: list) -> HttpResponse:
    one, several = _("One person is invited; the mail is on its way."), _("%d people are invited; the mails are on their way.")
    messages.success(request, one if len(invited) == 1 else several % len(invited))
    return redirect("people:people")
