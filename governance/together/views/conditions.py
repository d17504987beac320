"""A condition of an agreement is met."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from governance.together import conditions
from governance.together.forms.positions import MeetingForm
from portal import subjects
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer
from risks.views.answers import gone_to


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("together.meet_condition")
def meeting(request, pk):
    """Say that it is met, and what shows it."""
    found = get_object_or_404(subjects.of_kind("condition").visible_to(request.user), pk=pk)
    conditions.check_open(found, request.user)
    form = MeetingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            conditions.meet(found, actor=request.user, note=form.cleaned_data["note"])
            return gone_to(request, reverse("together:decision", args=[found.decision_id]))
        except Invalid as error:
            form.take(error)
    context = {"form": form, "condition": found, "decision": found.decision}
    return answer(request, "together/decisions/meeting.html#form", context, status=422 if form.errors else 200)
