"""Answer: at most seven cards, each with all it takes to agree, to disagree or to talk first; and the mirror."""

from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from governance.together import answers, talking
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
    mirror, count = answers.mirror(request.user, None if "all" in request.GET else answers.MOST_MIRRORED)
    return answer(request, "together/answer/waiting.html#mirror", {"mirror": mirror, "count": count})


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


@require_POST
@permitted(signatures.SIGN)
def talk(request, kind, pk):
    """Rather talk about it first: it goes on the pair's agenda."""
    talking.ask(answers.asked(kind, pk, request.user), actor=request.user)
    return redirect("together:answer")
