"""Decisions: the list, one of them, and the forms that ask, change, put, take back and mark privileged."""

from dataclasses import fields

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.together import decision_book, decision_page, decisions, foundation, seating, wanted
from governance.together.forms.decisions import ChangeForm, DecisionForm, OptionForms, WithdrawalForm
from governance.together.models import Decision
from governance.together.wanted import Option
from portal.archive import changes
from portal.archive.views import then
from portal.errors import Invalid
from portal.people.access import permitted
from portal.signing import signatures
from portal.web.pages import answer
from risks.views import answers
from risks.views.answers import gone_to

OPTION_FIELDS = [one.name for one in fields(Option)]
READ, ASK = "together.view_decision", "together.ask_decision"


@require_safe
@permitted(READ)
def listed(request):
    """What waits, what is decided."""
    if "as_of" in request.GET:
        return then.listed(request, "decision")
    return answer(request, "together/decisions/list.html", {"book": decision_book.read(request.user, request.GET)})


@require_safe
@permitted(READ)
def decision(request, pk):
    """Asked, answered, dissent, conditions, outcome."""
    found = visible(request, pk)
    if "as_of" in request.GET:
        return then.one(request, "decision", found)
    entries, _more = changes.read("decision", found, request.user)
    return answer(request, "together/decisions/detail.html", {"page": decision_page.read(found, request.user), "entries": entries})


@require_safe
@permitted(READ)
def seats(request, pk):
    """Who must sign it as it stands, and why; also before anybody is asked."""
    found = get_object_or_404(Decision.objects.visible_to(request.user).current(), pk=pk)
    return answer(request, "together/decisions/seats.html#seats", {"decision": found, "seats": seating.told(found)})


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(ASK)
def new(request):
    """Write a question down."""
    if request.method != "POST":
        first = {"rests_on": request.GET.get("about", "")[:20], "title": request.GET.get("title", "")[: wanted.LONGEST_TITLE]}
        options = OptionForms(initial=_carried(request.GET), prefix="options")
        return _form(request, DecisionForm(initial=first, user=request.user), options)
    forms = DecisionForm(request.POST, user=request.user), OptionForms(request.POST, prefix="options")
    return _saved(request, *forms, lambda said: decisions.ask(actor=request.user, **said))


def _carried(asked):
    """The options that a what-if carries: to leave it as it is, and to do what was tried."""
    if "option" not in asked:
        return []
    tried = {"title": "option", "description": "words", "cost": "cost", "ready_on": "ready_on", "residual_loss_per_year": "loss"}
    return [
        {"title": _("Leave it as it is"), "residual_loss_per_year": asked.get("loss_now", "")[:20]},
        {name: asked.get(key, "")[: wanted.LONGEST_TITLE * 10] for name, key in tried.items()},
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(ASK)
def change(request, pk):
    """Say it otherwise; answers over other words hold no longer."""
    found = visible(request, pk)
    if request.method != "POST":
        decisions.check_changeable(found, request.user)
        kept = {name: getattr(found, name) for name in decisions.FIELDS}
        rests_on = ", ".join(thing.number for thing in foundation.things(found))
        options = [_as_written(one) for one in decisions.options_of(found)]
        form = ChangeForm(initial=kept | {"rests_on": rests_on, "version": found.version}, user=request.user)
        return _form(request, form, OptionForms(initial=options, prefix="options"), found)
    forms = ChangeForm(request.POST, user=request.user), OptionForms(request.POST, prefix="options")
    return _saved(request, *forms, lambda said: decisions.change(found, actor=request.user, **said), found)


@require_POST
@permitted(ASK)
def putting(request, pk):
    """Put a draft to the seats."""
    found = decisions.put(visible(request, pk), actor=request.user)
    return redirect("together:decision", pk=found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(ASK)
def withdrawal(request, pk):
    """Take it back."""
    found = visible(request, pk)
    decisions.check_changeable(found, request.user)
    form = WithdrawalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            decisions.withdraw(found, actor=request.user, reason=form.cleaned_data["reason"])
            return gone_to(request, reverse("together:decision", args=[found.pk]))
        except Invalid as error:
            form.take(error)
    context = {"form": form, "decision": found, "headline": _("Take this question back"), "verb": _("Take it back")}
    return answer(request, "together/decisions/short.html#form", context, status=422 if form.errors else 200)


@require_POST
@permitted(signatures.SIGN)
def talk(request, pk):
    """Rather talk about it first: it goes on the pair's agenda."""
    found = decisions.talk(visible(request, pk), actor=request.user)
    return redirect("together:decision", pk=found.pk)


@require_POST
@permitted("together.mark_privileged")
def privilege(request, pk):
    """Close it to all but the seats and counsel, or open it again."""
    found = decisions.mark_privileged(visible(request, pk), request.POST.get("privileged") == "1", actor=request.user)
    return redirect("together:decision", pk=found.pk)


def visible(request, pk):
    return get_object_or_404(decision_page.of_user(request.user), pk=pk)


def _as_written(option):
    return {name: getattr(option, name) for name in OPTION_FIELDS}


def _form(request, form, options, found=None, status=200):
    context = {"form": form, "options": options, "decision": found}
    context["headline"] = _("Say this question otherwise") if found else _("Ask for a decision")
    return answer(request, "together/decisions/form.html#form", context, status=status)


def _saved(request, form, options, save, found=None):
    """Save and go to the decision; what does not fit, or came too late, stays on the form."""
    kept, status = answers.saved(form, lambda: save(form.cleaned_data | {"options": options.options()}), options)
    if kept is None:
        return _form(request, form, options, found, status=status)
    return gone_to(request, reverse("together:decision", args=[kept.pk]))
