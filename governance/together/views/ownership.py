"""Who leads what: the charter in force, the one that is proposed, faults, wishes and handovers."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.together import ownership, ownership_page
from governance.together.forms.ownership import CharterForm, HandoverForm, WishForm
from governance.together.models import Charter
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer
from risks.views.answers import gone_to

READ, PROPOSE = "together.view_decision", "together.propose_charter"


@require_safe
@permitted(READ)
def areas(request):
    """The areas, who answers for each, and where that is not clear."""
    return answer(request, "together/ownership/areas.html", {"page": ownership_page.read(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PROPOSE)
def new(request):
    """Propose a charter, from the one in force or from what is offered."""
    held = ownership.in_force()
    known = ownership.areas_of(held) if held else list(ownership_page.OFFERED)
    words = ownership.words_of(held) if held else ownership.Words()
    first = {"who_decides": words.who_decides, "speakers": words.speakers, "key_messages": words.key_messages}
    form = CharterForm(request.POST if request.method == "POST" else None, areas=known, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            ownership.propose(*form.written, actor=request.user)
        except Invalid as error:
            form.take(error)
        else:
            return gone_to(request, reverse("together:ownership"))
    status = 422 if request.method == "POST" else 200
    return answer(request, "together/ownership/form.html", {"form": form, "is_first": held is None}, status=status)


@require_POST
@permitted(PROPOSE)
def withdrawal(request, pk):
    """Take a proposed charter back."""
    ownership.withdraw(get_object_or_404(Charter.objects.visible_to(request.user), pk=pk), actor=request.user)
    return redirect("together:ownership")


@require_POST
@permitted("together.state_wish")
def wish(request):
    """What an office would like to do about an area."""
    form = WishForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Choose one of the three."))
    said = form.cleaned_data
    ownership.wish(said["area"], said["stance"], office=said["office"], actor=request.user)
    return redirect("together:ownership")


@require_POST
@permitted(PROPOSE)
def handover(request):
    """Propose that another office leads an area."""
    form = HandoverForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Choose who shall lead it."))
    said = form.cleaned_data
    try:
        ownership.hand_over(said["area"], to_office=said["to_office"], reason=said["reason"], actor=request.user)
    except Invalid as error:
        messages.error(request, "; ".join(str(one) for sentences in error.fields.values() for one in sentences))
    return redirect("together:ownership")
