"""A plan at work: the live page, and every act on it; whole pages without scripts, the live part alone with them."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer
from risks.response import activation_book, activations
from risks.response.forms.plan import EndForm, MaterialForm, NoteForm
from risks.views.answers import gone_to

VIEW = "risks.view_responseplan"


@require_safe
@permitted(VIEW)
def activation(request, pk):
    """Phases, ticks, clocks and log; asked for again every twenty seconds while it is live."""
    return _page(request, _visible(request, pk))


@require_POST
@permitted(VIEW)
def tick(request, pk, action_pk):
    """An action is done, or not done after all."""
    found = _visible(request, pk)
    action = get_object_or_404(found.plan_version.actions, pk=action_pk)
    activations.tick(found, action, actor=request.user, done=request.POST.get("done", "1") == "1")
    return _page(request, found, then=_address(found))


@require_POST
@permitted(VIEW)
def notification(request, pk, clock_pk):
    """An outside body was told."""
    found = _visible(request, pk)
    duty = get_object_or_404(found.plan_version.clocks, pk=clock_pk)
    activations.notify(found, duty, actor=request.user, text=request.POST.get("text", ""))
    return _page(request, found, then=_address(found))


@require_POST
@permitted(VIEW)
def materiality(request, pk):
    """It is found material, or major."""
    found, form = _visible(request, pk), MaterialForm(request.POST)
    return _done(request, found, form, "deciding", lambda said: activations.find_material(found, actor=request.user, **said))


@require_POST
@permitted(VIEW)
def note(request, pk):
    """A line into the log."""
    found, form = _visible(request, pk), NoteForm(request.POST)
    return _done(request, found, form, "noting", lambda said: activations.note(found, said["text"], actor=request.user))


@require_POST
@permitted(VIEW)
def ending(request, pk):
    """The plan is at work no longer."""
    found, form = _visible(request, pk), EndForm(request.POST)
    return _done(request, found, form, "ending", lambda said: activations.end(found, actor=request.user, **said))


@never_cache
@require_safe
@permitted(VIEW)
def contacts(request, pk):
    """The contact tree with private numbers; each look is on record."""
    found = _visible(request, pk)
    rows = activations.look_at_contacts(found, actor=request.user)
    return answer(request, "risks/activations/contacts.html", {"activation": found, "branches": activation_book.branches(rows)})


@never_cache
@require_safe
@permitted(VIEW)
def paper(request, pk):
    """The whole of it to print, for when systems are down; with private numbers for whoever may see them, on record."""
    found = _visible(request, pk)
    sheet = activation_book.sheet(found, request.user)
    shows = sheet.may_see_private and request.GET.get("private") == "1"
    rows = activations.look_at_contacts(found, actor=request.user, where="paper") if shows else None
    branches = activation_book.branches(rows) if shows else sheet.contacts
    context = {"activation": found, "sheet": sheet, "branches": branches, "shows_private": shows}
    return answer(request, "risks/activations/paper.html", context)


def _visible(request, pk):
    return get_object_or_404(activation_book.of_user(request.user), pk=pk)


def _address(found):
    return reverse("risks:activation", args=[found.pk])


def _page(request, found, status=200, then=None, **forms):
    context = {
        "activation": found,
        "sheet": activation_book.sheet(found, request.user),
        "deciding": MaterialForm(auto_id="material-%s"),
        "noting": NoteForm(auto_id="note-%s"),
        "ending": EndForm(auto_id="end-%s"),
    }
    return answer(request, "risks/activations/detail.html#live", context | forms, status=status, then=then)


def _done(request, found, form, name, save):
    try:
        if form.is_valid():
            save(form.cleaned_data)
            return gone_to(request, _address(found))
    except Invalid as error:
        form.take(error)
    return _page(request, found, status=422, **{name: form})
