"""What became of a decision, for the two alone."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from governance.together import outcomes
from governance.together.forms.outcomes import OutcomeForm
from governance.together.models import Decision
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer
from risks.views.answers import gone_to


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("together.note_outcome")
def outcome(request, pk):
    """What was foretold and what happened, and the form that notes it."""
    found = get_object_or_404(Decision.objects.visible_to(request.user).current(), pk=pk)
    form = OutcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            outcomes.note(found, actor=request.user, **form.cleaned_data)
            return gone_to(request, reverse("together:decision-outcome", args=[found.pk]))
        except Invalid as error:
            form.take(error)
    context = {"page": outcomes.read(found, request.user), "form": form}
    return answer(request, "together/decisions/outcome.html", context, status=422 if request.method == "POST" else 200)
