"""One gate: what it asks, what both offices answer, and the ways past it that are signed."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.change import gate_page, gates, waivers
from governance.change.forms.gates import AnswerForm, DroppingForm, WaiverForm
from governance.change.models import Criterion
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer as show
from risks.views.answers import gone_to

READ, CHANGE, PROPOSE = "change.view_initiative", "change.change_initiative", "risks.propose_exception"


@require_safe
@permitted(READ)
def gate(request, pk):
    """What it asks, and how it stands."""
    return _page(request, _visible(request, pk))


@require_POST
@permitted(CHANGE)
def asking(request, pk):
    """Put it to security."""
    found = _visible(request, pk)
    gates.put_to_security(found, actor=request.user)
    return gone_to(request, _address(found.pk))


@require_POST
@permitted(CHANGE)
def answering(request, pk):
    """Answer one criterion for one's office."""
    found, form = _criterion(request, pk), AnswerForm(request.POST)
    return _done(
        request, found, form, "answering", lambda said: gates.answer(found, said.pop("answer"), actor=request.user, **said)
    )


@require_POST
@permitted(CHANGE)
def dropping(request, pk):
    """Ask one criterion no more."""
    found, form = _criterion(request, pk), DroppingForm(request.POST)
    return _done(request, found, form, "dropping", lambda said: gates.drop(found, actor=request.user, **said))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PROPOSE)
def waiver(request, pk):
    """Ask for a waiver of one criterion."""
    found = _criterion(request, pk)
    form = WaiverForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            asked = waivers.ask(found, actor=request.user, **form.cleaned_data)
            return gone_to(request, reverse("risks:exception", args=[asked.exception_id]))
        except Invalid as error:
            form.take(error)
    status = 422 if request.method == "POST" else 200
    return show(request, "change/gates/waiver.html#form", {"form": form, "criterion": found}, status=status)


def _visible(request, pk):
    return get_object_or_404(gate_page.of_user(request.user), pk=pk)


def _criterion(request, pk):
    return get_object_or_404(gate_page.criteria_of(request.user), pk=pk)


def _address(pk):
    return reverse("change:gate", args=[pk])


def _done(request, criterion, form, name, verb):
    """Call the verb and go back to the gate; what does not fit stays on its page."""
    if form.is_valid():
        try:
            verb(dict(form.cleaned_data))
            return gone_to(request, f"{_address(criterion.gate_id)}#criterion-{criterion.pk}")
        except Invalid as error:
            form.take(error)
    return _page(request, _visible(request, criterion.gate_id), status=422, **{name: form}, wrong=criterion.pk)


def _page(request, found, status=200, **forms):
    context = {"page": gate_page.read(found, request.user), "answers": Criterion.Answer.choices} | forms
    return show(request, "change/gates/detail.html", context, status=status)
