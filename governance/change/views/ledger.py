"""The ledger: its sums and lines, one line, and what is decided of it."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.change import finance, ledger, ledger_book
from governance.change.forms.ledger import ConfirmingForm, EndingForm, LineForm, initial
from governance.change.models import Saving, SpendLine
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer
from risks.forms import choices
from risks.models import Office
from risks.views import answers
from risks.views.answers import gone_to

READ, CHANGE = "change.view_spend", "change.change_spend"


@require_safe
@permitted(READ)
def listed(request):
    """What is paid, what could end, what goes on by itself soon."""
    book = ledger_book.read(request.user, request.GET)
    return answer(request, "change/ledger/list.html", {"book": book, "offices": Office.choices})


@require_safe
@permitted(READ)
def line(request, pk):
    """One line."""
    return _page(request, _visible(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(CHANGE)
def new(request):
    """Note one."""
    form = LineForm(request.POST or None, initial={"owner": request.user.pk}, offered=choices.Offered(), user=request.user)
    return _saved(request, form, lambda said: ledger.note(actor=request.user, **said))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(CHANGE)
def change(request, pk):
    """Say it otherwise."""
    found = _visible(request, pk)
    ledger.check_open(found)
    hidden = ledger_book.hidden(found)
    form = LineForm(request.POST or None, initial=initial(found), offered=choices.Offered(), user=request.user, without=hidden)
    stands = answers.version_told(request)
    return _saved(request, form, lambda said: ledger.change(found, actor=request.user, version=stands, **said), found)


@require_POST
@permitted(CHANGE)
def ending(request, pk):
    """The contract line is over."""
    found, form = _visible(request, pk), EndingForm(request.POST, auto_id="end-%s")
    if form.is_valid():
        try:
            ledger.end(found, actor=request.user, **form.cleaned_data)
            return gone_to(request, _address(found))
        except Invalid as error:
            form.take(error)
    return _page(request, found, status=422, ending=form)


@require_POST
@permitted(CHANGE)
def accepting(request, pk):
    """Let it end, because another one does the same."""
    ledger.accept(_visible(request, pk), actor=request.user)
    return gone_to(request, reverse("change:ledger") + "#doubles")


@require_POST
@permitted(finance.CONFIRM)
def confirming(request, pk):
    """Say what it saves, once it has ended."""
    saving = get_object_or_404(Saving.objects.visible_to(request.user).select_related("line"), pk=pk)
    form = ConfirmingForm(request.POST, auto_id="confirm-%s")
    if form.is_valid():
        try:
            ledger.confirm(saving, form.cleaned_data["confirmed"], actor=request.user)
            return gone_to(request, _address(saving.line))
        except Invalid as error:
            form.take(error)
    return _page(request, _visible(request, saving.line_id), status=422, confirming=form)


@require_POST
@permitted(CHANGE)
def dropping(request, pk):
    """Both are needed after all."""
    saving = get_object_or_404(Saving.objects.visible_to(request.user).select_related("line"), pk=pk)
    ledger.drop(saving, actor=request.user)
    return gone_to(request, _address(saving.line))


def _visible(request, pk):
    return get_object_or_404(ledger_book.detail(request.user), pk=pk)


def _address(found: SpendLine) -> str:
    return reverse("change:spend-line", args=[found.pk])


def _page(request, found, status=200, **forms):
    saving = next((one for one in found.savings.all() if one.state != Saving.State.DROPPED), None)
    waits = saving is not None and saving.state == Saving.State.ACCEPTED and found.ended_on is not None
    context = {
        "line": found,
        "saving": saving,
        "hidden_count": len(ledger_book.hidden(found)),
        "ending": EndingForm(auto_id="end-%s"),
        "confirming": ConfirmingForm(auto_id="confirm-%s"),
        "may_confirm": waits and finance.may_confirm(request.user),
    }
    return answer(request, "change/ledger/detail.html", context | forms, status=status)


def _saved(request, form, save, found=None):
    status = 200
    if request.method == "POST":
        kept, status = answers.saved(form, lambda: save(form.answers))
        if kept is not None:
            return gone_to(request, _address(kept))
    headline = _("Change this line") if found else _("Note what is paid")
    return answer(request, "change/ledger/form.html#form", {"form": form, "headline": headline, "line": found}, status=status)
