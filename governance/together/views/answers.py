"""Answer: at most seven cards, each with all it takes to agree, to disagree or to talk first; and the mirror."""

from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from governance.together import answers
from portal.people import freshness
from portal.people.access import permitted
from portal.signing import signatures
from portal.signing.forms.signature import RefusalForm
from portal.web.pages import answer


@require_safe
@permitted(signatures.SIGN)
def listed(request):
    """What waits for the reader, by date, money and who waits."""
    return answer(request, "together/answer/list.html", {"cards": answers.cards(request.user)})


@require_safe
@permitted(signatures.SIGN)
def waiting(request):
    """What the reader waits for."""
    return answer(request, "together/answer/waiting.html#mirror", {"mirror": answers.mirror(request.user)})


@require_safe
@permitted(signatures.SIGN)
def card(request, kind, pk):
    """One card, opened."""
    found = answers.opened(kind, pk, request.user)
    if not found.may_answer:
        return redirect(found.url)
    form = RefusalForm(initial={"digest": found.panel.standing.digest}, auto_id=f"refuse-{kind}-{pk}-%s")
    context = {"card": found, "form": form, "is_fresh": freshness.is_fresh(request)}
    return answer(request, "together/answer/card.html#card", context)
