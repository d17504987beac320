"""When the reader wants no mail."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.attention import quiet
from portal.attention.forms.quiet import QuietForm
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("attention.view_inbox")
def quiet_hours(request: HttpRequest) -> HttpResponse:
    found = quiet.of(request.user)
    initial = {"starts_at": found.starts_at, "ends_at": found.ends_at} if found else {}
    form = QuietForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            quiet.keep(actor=request.user, **form.cleaned_data)
        except Invalid as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("attention:quiet-hours")
    context = {"form": form, "found": found}
    return answer(request, "attention/inbox/quiet.html", context, status=422 if form.errors else 200)
