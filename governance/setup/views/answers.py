"""How a step answers: its page within the frame; once saved on to the next one, or later back to itself."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from governance.setup import steps
from portal.people import organisations
from portal.web.pages import answer

PERMISSION = "people.change_organisation"


def shown(request, key, context):
    """The page of the step `key`; a form that was refused answers 422."""
    form = context.get("form")
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return answer(request, f"setup/{key}.html", {"frame": steps.frame(key)} | context, status=status)


def went_on(request, key):
    """The step `key` was answered: noted, then on."""
    organisations.note_step(key, actor=request.user)
    frame = steps.frame(key)
    if frame.is_set_up:
        messages.success(request, _("Saved. It holds from now on."))
        return redirect(frame.step.url)
    return redirect(frame.next_url)


def is_preview(request):
    return request.method == "POST" and "preview" in request.POST
