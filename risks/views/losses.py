"""Losses in money: the position, and the guided form of an estimate with a picture that moves while it is filled in."""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.errors import Invalid, Stale
from portal.people import organisations
from portal.people.access import permitted
from portal.web.pages import answer
from risks import carrying, common_causes, loss_card, loss_parts, loss_scenarios, money_book, moved_money, quantification, supposed
from risks.errors import RiskClosed
from risks.forms.loss import Estimate
from risks.models import Levels, LossScenario, Risk
from risks.views.answers import gone_to
from risks.views.risk import visible_risk


@require_safe
@permitted("risks.view_loss")
def money(request):
    """The position in money: what it is made of, how good the estimates are, what plans would buy. `part` adds what takes longer to
    compute: why it moved, what strikes together, what if."""
    part = request.GET.get("part", "")
    found = {"part": part, "asked": request.GET} | PARTS[part](request) if part in PARTS else {}
    status = 422 if found.get("wrong") else 200
    if request.htmx and found:
        only = "what_if" if request.htmx.target == "would" else f"_{part}"
        return answer(request, f"risks/losses/{only}.html", found, status=status)
    book = money_book.read(request.user, request.GET)
    if book.ranking and book.ranking.wrong:
        status = 422
    return answer(request, "risks/losses/money.html", {"book": book, "asked": request.GET} | found, status=status)


def _together(request):
    """The position with what risks have in common, by what the reader assumes; wrong answers stand beside their fields."""
    try:
        chosen, wrong = common_causes.assumed(request.GET), {}
    except Invalid as error:
        chosen, wrong = common_causes.Assumed(), error.fields
    return {"together": common_causes.read(request.user, chosen), "wrong": wrong}


def _moved(request):
    """Why the money moved since a day; a wrong day stands beside its field, with the usual one answered."""
    wrong = {}
    try:
        found = moved_money.read(request.user, *moved_money.asked_for(request.GET))
    except Invalid as error:
        found, wrong = moved_money.read(request.user, moved_money.usual_day()), error.fields
    return {"moved": found, "wrong": wrong, "categories": Risk.Category.choices}


def _what_if(request):
    """The form of a what-if with its answer, and where that can be carried; keeps nothing."""
    found, wrong = None, {}
    try:
        question = supposed.asked(request.user, request.GET)
        found = supposed.answer(request.user, question) if question else None
    except Invalid as error:
        wrong = error.fields
    context = {"supposed": found, "wrong": wrong, "ways": carrying.ways(request.user, found)}
    if request.htmx and request.htmx.target == "would":
        return context
    return context | {"controls": supposed.controls(request.user), "risks": supposed.risks(request.user)}


PARTS = {"together": _together, "moved": _moved, "what_if": _what_if}


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("risks.change_loss")
def loss(request, pk, stage):
    """What it costs in one stage: shows the picture of what is filled in, or keeps it."""
    risk, scenario = _of_risk(request, pk, stage)
    if request.method != "POST":
        known = _known(request.user, risk, stage, scenario)
        return _page(request, risk, stage, Estimate(**known), card=known["scenario"] and _card(stage, known["scenario"]))
    estimate = Estimate(request.POST, scenario=scenario, today=organisations.today())
    status = 422
    if estimate.is_valid():
        try:
            if "picture" in request.POST:
                return _page(request, risk, stage, estimate, card=_picture(stage, estimate.answers))
            loss_scenarios.estimate(risk, stage, actor=request.user, **estimate.answers)
            return gone_to(request, reverse("risks:risk", args=[risk.pk]))
        except Invalid as error:
            estimate.take(error)
        except Stale as error:
            estimate.main.keep_yours(error)
            status = 409
    return _page(request, risk, stage, estimate, status=status)


@require_POST
@permitted("risks.change_loss")
def picture(request, pk, stage):
    """The picture of an estimate while it is filled in; keeps nothing."""
    _risk, scenario = _of_risk(request, pk, stage)
    estimate, card, wrong = Estimate(request.POST, scenario=scenario), None, ""
    if estimate.is_valid():
        try:
            card = _picture(stage, estimate.answers)
        except Invalid as error:
            wrong = " ".join(sentence for sentences in error.fields.values() for sentence in sentences)
    else:
        wrong = _("The picture comes once how often and one loss are filled in.")
    return answer(request, "risks/losses/picture.html", {"card": card, "wrong": wrong})


@require_POST
@permitted("risks.change_loss")
def dropping(request, pk, stage):
    """Take an estimate back."""
    risk, scenario = _of_risk(request, pk, stage)
    if scenario is None:
        raise Http404
    loss_scenarios.drop(scenario, actor=request.user)
    return gone_to(request, reverse("risks:risk", args=[risk.pk]))


def _of_risk(request, pk, stage):
    risk = visible_risk(request, pk)
    if stage not in Levels.Stage.values:
        raise Http404
    if risk.state != Risk.State.OPEN:
        raise RiskClosed(risk)
    return risk, LossScenario.objects.visible_to(request.user).current().filter(risk=risk, stage=stage).first()


def _known(user, risk, stage, scenario):
    """What the form begins with: the estimate itself, else that of now as a start."""
    version = scenario.version if scenario else 0
    if scenario is None and stage != Levels.Stage.CURRENT:
        scenario = LossScenario.objects.visible_to(user).current().filter(risk=risk, stage=Levels.Stage.CURRENT).first()
    return {"scenario": scenario, "version": version, "today": organisations.today()}


def _card(stage, scenario):
    model = loss_parts.of_scenario(scenario)
    return loss_card.of_models({stage: model}, {stage: quantification.compute([model])[0]})


def _picture(stage, said):
    losses, numbers = said["losses"], (said["low_per_year"], said["mode_per_year"], said["high_per_year"])
    loss_scenarios.check(stage=stage, **{name: value for name, value in said.items() if name != "version"})
    share = said["vulnerability_share"] if said["often"] == LossScenario.Often.ATTEMPTS else 1
    model = loss_parts.model(loss_parts.rate(said["often"], *numbers, share), losses, said["secondary_share"])
    return loss_card.of_models({stage: model}, {stage: quantification.compute([model])[0]})


def _page(request, risk, stage, estimate, *, card=None, status=200):
    context = {"risk": risk, "stage": stage, "stage_word": Levels.Stage(stage).label, "estimate": estimate, "card": card}
    return answer(request, "risks/losses/form.html", context, status=status)
