"""Concerns: raise one in two answers, see what became of it, settle it at the triage desk."""

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import subjects
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer as answered
from risks import concern_book, concerns
from risks.forms.concern import AnswerForm, BecomingForm, ConcernForm
from risks.models import Concern
from risks.models.concern import SETTLE
from risks.views.answers import gone_to

RAISE = "risks.raise_concern"


@require_safe
@permitted(RAISE)
def listed(request):
    """What became of what the reader raised; for the desk what waits."""
    return answered(request, "risks/concerns/list.html", {"book": concern_book.read(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(RAISE)
def new(request):
    """Two answers."""
    form = ConcernForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            concerns.raise_one(actor=request.user, **form.cleaned_data)
        except Invalid as error:
            form.take(error)
        else:
            messages.success(request, _("The triage desk has it. You hear what becomes of it."))
            return gone_to(request, reverse("risks:concerns"))
    status = 422 if request.method == "POST" else 200
    return answered(request, "risks/concerns/form.html#form", {"form": form}, status=status)


@require_safe
@permitted(RAISE)
def concern(request, pk):
    """One concern and what became of it."""
    return _shown(request, _visible(request, pk))


@require_POST
@permitted(SETTLE)
def becoming(request, pk):
    """It is a risk, a new one or one that is known."""
    found = _visible(request, pk)
    form = BecomingForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            concerns.become_risk(found, actor=request.user, **form.cleaned_data)
            return gone_to(request, reverse("risks:concern", args=[found.pk]))
        except Invalid as error:
            form.take(error)
    return _shown(request, found, becoming=form, status=422)


@require_POST
@permitted(SETTLE)
def answering(request, pk):
    """It is no risk; whoever raised it hears why."""
    found = _visible(request, pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            concerns.answer(found, form.cleaned_data["answer"], actor=request.user)
            return gone_to(request, reverse("risks:concern", args=[found.pk]))
        except Invalid as error:
            form.take(error)
    return _shown(request, found, answering=form, status=422)


def _visible(request, pk):
    return get_object_or_404(subjects.of_kind("concern").visible_to(request.user), pk=pk)


def _shown(request, found, becoming=None, answering=None, status=200):
    may_settle = request.user.has_perm(SETTLE) and found.state == Concern.State.WAITS
    context = {
        "line": concern_book.one(found, request.user),
        "becoming": becoming or BecomingForm(user=request.user, initial={"title": found.text}) if may_settle else None,
        "answering": answering or AnswerForm() if may_settle else None,
    }
    return answered(request, "risks/concerns/detail.html", context, status=status)
