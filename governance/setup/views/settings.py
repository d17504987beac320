"""The settings: during the set-up the step to go on with, later every section; and the end of the set-up."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from governance.setup import steps
from governance.setup.views.answers import PERMISSION
from portal.people import organisations
from portal.people.access import permitted
from portal.people.errors import StepsOpen
from portal.web.pages import answer


@require_safe
@permitted(PERMISSION)
def settings(request):
    if not steps.frame("organisation").is_set_up:
        return redirect(steps.first_open())
    return answer(request, "setup/settings.html", {"frame": steps.frame("organisation"), "steps": steps.STEPS})


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PERMISSION)
def finish(request):
    """What was answered and what waits; then the portal opens."""
    frame = steps.frame("people")
    if frame.is_set_up:
        return redirect("setup:settings")
    if request.method == "POST":
        try:
            organisations.finish(actor=request.user)
            messages.success(request, _("The set-up is done. Changes from now on stand under Settings."))
            return redirect("board:today")
        except StepsOpen as refusal:
            messages.error(request, str(refusal))
            return redirect("setup:finish")
    done = set(frame.organisation.steps_done) if frame.organisation else set()
    rows = [(step, step.key in done) for step in steps.STEPS]
    missing = [step for step, is_done in rows if step.is_needed and not is_done]
    return answer(request, "setup/finish.html", {"rows": rows, "missing": missing, "frame": frame})
