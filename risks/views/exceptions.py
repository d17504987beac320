"""Exceptions: the list, one of them, and the forms that propose, change, extend and close."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal import subjects
from portal.archive import changes
from portal.people import organisations
from portal.people.access import permitted
from portal.signing import panels
from portal.told import row_key
from portal.web.pages import answer
from risks import authority, exception_book, exception_prices, exceptions
from risks.forms.exceptions import ChangeForm, ClosingForm, ExtensionForm, ProposalForm
from risks.models import Risk
from risks.views import answers
from risks.views.answers import gone_to

PROPOSE = "risks.propose_exception"


@require_safe
@permitted("risks.view_exception")
def listed(request):
    """One list of all kinds."""
    return answer(request, "risks/exceptions/list.html", {"book": exception_book.read(request.user, request.GET)})


@require_safe
@permitted("risks.view_exception")
def live(request):
    """The tile of Today, and a page of its own."""
    unit = exception_book.unit_told(request.GET)
    tile = exception_prices.live_priced(request.user, organisations.today(), unit)
    return answer(request, "risks/exceptions/live.html#tile", {"tile": tile})


@require_safe
@permitted("risks.view_exception")
def exception(request, pk):
    """One exception, its signatures and what happened to it."""
    found = _visible(request, pk)
    may_change = request.user.has_perm(PROPOSE) and found.closed_at is None and exceptions.may_change(found, request.user)
    entries, _more = changes.read("exception", found, request.user)
    context = {
        "exception": found,
        "standing": found.standing_on(organisations.today()),
        "panel": panels.read(found, request.user),
        "may_change": may_change,
        "may_extend": may_change and exceptions.may_extend(found),
        "is_safety": authority.is_safety(found.risk),
        "entries": entries,
    }
    return answer(request, "risks/exceptions/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PROPOSE)
def new(request):
    """Propose one."""
    words = (_("Propose an exception"), _("Ask for the signatures"))
    if request.method != "POST":
        return _form(request, ProposalForm(initial=_first_answers(request), user=request.user), words)
    form = ProposalForm(request.POST, user=request.user)
    return _saved(request, form, words, lambda said: exceptions.propose(actor=request.user, **said))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PROPOSE)
def change(request, pk):
    """Say it otherwise; what was signed holds no longer."""
    found = _visible(request, pk)
    words = (_("Change this exception"), _("Keep this"))
    if request.method != "POST":
        kept = {name: getattr(found, name) for name in exceptions.FIELDS}
        return _form(request, ChangeForm(initial=kept | {"version": found.version}), words, found)
    form = ChangeForm(request.POST)
    return _saved(request, form, words, lambda said: exceptions.change(found, actor=request.user, **said), found)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PROPOSE)
def extension(request, pk):
    """Propose that it lasts longer."""
    found = _visible(request, pk)
    words = (_("Extend this exception"), _("Ask for the signatures"))
    if request.method != "POST":
        return _form(request, ExtensionForm(initial={"reason": found.reason}), words, found)
    form = ExtensionForm(request.POST)
    return _saved(request, form, words, lambda said: exceptions.extend(found, actor=request.user, **said), found)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PROPOSE)
def closing(request, pk):
    """It is needed no more."""
    found = _visible(request, pk)
    words = (_("Close this exception"), _("Close it"))
    if request.method != "POST":
        return _form(request, ClosingForm(), words, found)
    form = ClosingForm(request.POST)
    return _saved(request, form, words, lambda said: exceptions.close(found, actor=request.user, **said), found)


def _visible(request, pk):
    rows = subjects.of_kind("exception").visible_to(request.user).with_following()
    return get_object_or_404(rows.select_related("risk__score_state", "proposed_by", "closed_by", "extends"), pk=pk)


def _first_answers(request):
    """What the form starts with: today, and the risk one comes from."""
    key = row_key(request.GET.get("risk", ""))
    risk = Risk.objects.visible_to(request.user).filter(pk=key).first() if key is not None else None
    first = {"starts_on": organisations.today(), "kind": "RISK_ACCEPTANCE", "owner": request.user.pk}
    return first | ({"risk": risk.number} if risk else {})


def _form(request, form, words, found=None, status=200):
    headline, verb = words
    context = {"form": form, "headline": headline, "verb": verb, "exception": found}
    return answer(request, "risks/exceptions/form.html#form", context, status=status)


def _saved(request, form, words, save, found=None):
    """Save and go to the exception; what does not fit, or came too late, stays on the form."""
    kept, status = answers.saved(form, lambda: save(form.cleaned_data))
    if kept is None:
        return _form(request, form, words, found, status=status)
    return gone_to(request, reverse("risks:exception", args=[kept.pk]))
