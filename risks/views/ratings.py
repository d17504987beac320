"""The card on which two offices come to one number, and the list of where they have not yet."""

from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portal.errors import Invalid, Stale
from portal.people import freshness
from portal.people.access import permitted
from portal.web.pages import answer
from risks import differences, rating_card, ratings, settling
from risks.forms.rating import KeepingForm, RatingForm
from risks.views.answers import gone_to, number_told
from risks.views.risk import visible_risk

MOVING = (rating_card.DIFFER, rating_card.CORRECT)


@require_safe
@permitted("risks.view_risk")
def rating(request, pk):
    """Where the rating of one risk stands."""
    return _shown(request, visible_risk(request, pk))


@require_POST
@permitted("risks.rate_risk")
def giving(request, pk):
    """Say what the reader's office thinks."""
    risk = visible_risk(request, pk)
    form = RatingForm(request.POST, offers_both=True)

    def save():
        ratings.rate(risk, form.judgement, actor=request.user, both=form.cleaned_data["both"])

    return _said(request, risk, form, save)


@require_POST
@permitted("risks.rate_risk")
def move(request, pk):
    """Change one's revealed rating, for a reason; while the other office may still object, correct it."""
    risk = visible_risk(request, pk)
    form = RatingForm(request.POST, versioned=True)
    return _said(
        request, risk, form, lambda: settling.move(risk, form.judgement, actor=request.user, version=form.cleaned_data["version"])
    )


@require_POST
@permitted("risks.rate_risk")
def keeping(request, pk):
    """Hold on to one's rating, for a reason."""
    risk = visible_risk(request, pk)
    form = KeepingForm(request.POST)
    return _said(request, risk, form, lambda: settling.keep_mine(risk, actor=request.user, **form.cleaned_data), keeping=form)


@require_POST
@permitted("risks.arbitrate")
@freshness.second_factor(back=lambda pk: reverse("risks:rating", args=[pk]))
def arbitration(request, pk):
    """End a difference as the arbiter."""
    risk = visible_risk(request, pk)
    form = RatingForm(request.POST)
    return _said(request, risk, form, lambda: settling.arbitrate(risk, form.judgement, actor=request.user))


def _answered(verb, reads=False):
    """A POST that needs no words; where it `reads`, the form names the rating that was on the page."""

    @require_POST
    @permitted("risks.rate_risk")
    def view(request, pk):
        risk = visible_risk(request, pk)
        verb(risk, actor=request.user, **({"read": number_told(request, "read")} if reads else {}))
        return gone_to(request, reverse("risks:rating", args=[risk.pk]))

    view.__doc__ = verb.__doc__
    return view


agreement, taking = _answered(settling.agree, reads=True), _answered(settling.take_theirs, reads=True)
talk, asking = _answered(settling.talk), _answered(ratings.ask)


@require_safe
@permitted("risks.view_risk")
def list_of_differences(request):
    """Where the offices differ, and whose rating is waited for."""
    return answer(request, "risks/differences.html", {"book": differences.read(request.user, request.GET)})


def _said(request, risk, form, save, **forms):
    """Save what was said and come back to the card; what does not fit, or came too late, stays on it."""
    shown = forms or {"form": form}
    if not form.is_valid():
        return _shown(request, risk, status=422, **shown)
    try:
        save()
    except Stale as error:
        form.add_error(None, str(error))
        return _shown(request, risk, status=error.status, **shown)
    except Invalid as error:
        form.take(error)
        return _shown(request, risk, status=error.status, **shown)
    return gone_to(request, reverse("risks:rating", args=[risk.pk]))


def _shown(request, risk, status=200, **forms):
    card = rating_card.read(risk, request.user)
    version = {"version": card.round.version if card.round else 0}
    initial = {**rating_card.initial(card), **version}
    kept = freshness.kept(request) if request.method == "GET" else None
    offers_both = card.mode != rating_card.DECIDE and (card.round is None or not card.round.needs_both)
    context = {
        "card": card,
        "risk": risk,
        "form": RatingForm(kept, initial=initial, offers_both=offers_both),
        "moving": RatingForm(initial=initial, versioned=True, auto_id="move-%s"),
        "keeping": KeepingForm(initial=version, auto_id="keep-%s"),
        "wrong": "",
    }
    if "keeping" in forms:
        context |= {"wrong": "keeping"} | forms
    elif forms:
        context |= {"moving": forms["form"], "wrong": "moving"} if card.mode in MOVING else forms
    return answer(request, "risks/rating.html#card", context, status=status)
