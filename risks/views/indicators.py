"""Pages of indicators: the list, one of them with its readings, and the forms that change both."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import clock
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer
from risks import indicator_book, indicators, readings
from risks.forms.control import ReasonForm
from risks.forms.indicator import IndicatorForm, ReadingForm, SpeaksOfForm, initial_indicator
from risks.models import Reading, Risk
from risks.views import answers
from risks.views.answers import gone_to

CHANGE, READ = "risks.change_indicator", "risks.add_reading"


@require_safe
@permitted("risks.view_indicator")
def listed(request):
    book = indicator_book.read(request.user, request.GET)
    return answer(request, "risks/indicators/list.html", {"book": book, "may_add": request.user.has_perm(CHANGE)})


@require_safe
@permitted("risks.view_indicator")
def indicator(request, pk):
    return _page(request, _visible(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(CHANGE)
def new(request):
    """Register an indicator."""
    words = (_("Watch something new"), _("Register this indicator"))
    if request.method != "POST":
        return _form(request, IndicatorForm(initial={"owner": request.user.pk}), words)
    return _saved(request, IndicatorForm(request.POST), words, lambda form: indicators.add(actor=request.user, **form.answers))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(CHANGE)
def change(request, pk):
    """Change what is watched, and from where on it breaches."""
    found = _visible(request, pk)
    words = (_("Change this indicator"), _("Keep this"))
    if request.method != "POST":
        return _form(request, IndicatorForm(initial=initial_indicator(found)), words, found)

    def save(form):
        return indicators.change(found, actor=request.user, version=form.cleaned_data["version"], **form.answers)

    return _saved(request, IndicatorForm(request.POST), words, save, found)


@require_POST
@permitted(READ)
def reading(request, pk):
    """Write down what it reads."""
    found, form = _visible(request, pk), ReadingForm(request.POST)
    return _done(request, found, form, "reading", lambda said: readings.take(found, actor=request.user, **said))


@require_POST
@permitted(READ)
def reading_withdrawal(request, pk):
    """Take a wrong reading back."""
    one = get_object_or_404(Reading.objects.visible_to(request.user).select_related("indicator"), pk=pk)
    found, form = _visible(request, one.indicator_id), ReasonForm(request.POST)
    return _done(request, found, form, "taking_back", lambda said: readings.take_back(one, actor=request.user, **said), one.pk)


@require_POST
@permitted(CHANGE)
def retirement(request, pk):
    """Watch it no more."""
    found, form = _visible(request, pk), ReasonForm(request.POST)
    return _done(request, found, form, "retiring", lambda said: indicators.retire(found, actor=request.user, **said))


@require_POST
@permitted(CHANGE)
def link(request, pk):
    """Say that it speaks of a risk."""
    found, form = _visible(request, pk), SpeaksOfForm(request.POST, user=request.user)
    return _done(request, found, form, "speaking", lambda said: indicators.link(found, actor=request.user, **said))


@require_POST
@permitted(CHANGE)
def unlink(request, pk, risk_pk):
    """Say that it does not speak of a risk after all."""
    found = _visible(request, pk)
    risk = get_object_or_404(Risk.objects.visible_to(request.user), pk=risk_pk)
    indicators.unlink(found, risk, actor=request.user)
    return gone_to(request, _address(found))


def _visible(request, pk):
    return get_object_or_404(indicator_book.of_user(request.user), pk=pk)


def _address(found):
    return reverse("risks:indicator", args=[found.pk])


def _page(request, found, status=200, **forms):
    is_watched = found.retired_at is None
    now = timezone.localtime(clock.now()).replace(second=0, microsecond=0)
    context = {
        "indicator": found,
        "sheet": indicator_book.sheet(found, request.user),
        "may_change": is_watched and request.user.has_perm(CHANGE),
        "may_read": is_watched and request.user.has_perm(READ),
        "reading": ReadingForm(initial={"observed_at": now}, auto_id="read-%s"),
        "retiring": ReasonForm(auto_id="retire-%s"),
        "speaking": SpeaksOfForm(auto_id="speak-%s"),
    }
    return answer(request, "risks/indicators/detail.html", context | forms, status=status)


def _done(request, found, form, name, verb, wrong_reading=None):
    """Call the verb and go back to the indicator; what does not fit stays on its page."""
    if form.is_valid():
        try:
            verb(form.cleaned_data)
            return gone_to(request, _address(found))
        except Invalid as error:
            form.take(error)
    return _page(request, found, status=422, **{name: form}, wrong_reading=wrong_reading)


def _form(request, form, words, found=None, status=200):
    headline, verb = words
    context = {"form": form, "headline": headline, "verb": verb, "indicator": found}
    return answer(request, "risks/indicators/form.html#form", context, status=status)


def _saved(request, form, words, save, found=None):
    kept, status = answers.saved(form, lambda: save(form))
    return _form(request, form, words, found, status=status) if kept is None else gone_to(request, _address(kept))
