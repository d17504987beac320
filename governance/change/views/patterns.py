"""Approved patterns: the list with what they are good for, one of them, proposing, retiring and using one; and risks of an
initiative."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.change import bearing, pattern_book, patterns
from governance.change.forms.gates import PatternForm
from governance.change.models import Pattern
from governance.change.views.initiatives import visible
from portal import subjects
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer
from risks.forms.indicator import SpeaksOfForm
from risks.models import Risk
from risks.views.answers import gone_to

READ, CHANGE = "change.view_initiative", "change.change_initiative"


@require_safe
@permitted(READ)
def listed(request):
    """What is approved, and how much faster one is by it."""
    return answer(request, "change/patterns/list.html", {"book": pattern_book.read(request.user)})


@require_safe
@permitted(READ)
def pattern(request, pk):
    """What it answers, and who has signed it."""
    found = get_object_or_404(pattern_book.of_user(request.user), pk=pk)
    return answer(request, "change/patterns/detail.html", {"page": pattern_book.page(found, request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(CHANGE)
def new(request):
    """Propose one."""
    form = PatternForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = patterns.propose(actor=request.user, **form.said)
            return gone_to(request, reverse("change:pattern", args=[made.pk]))
        except Invalid as error:
            form.take(error)
    return answer(request, "change/patterns/form.html#form", {"form": form}, status=422 if request.method == "POST" else 200)


@require_POST
@permitted(CHANGE)
def retiring(request, pk):
    """Offer it no more."""
    found = get_object_or_404(Pattern.objects.visible_to(request.user), pk=pk)
    patterns.retire(found, actor=request.user)
    return gone_to(request, reverse("change:pattern", args=[found.pk]))


@require_POST
@permitted(CHANGE)
def use(request, pk):
    """Let it answer what the gates of an initiative ask."""
    found, told = visible(request, pk), request.POST.get("pattern", "")
    chosen = subjects.by_reference(Pattern.objects.visible_to(request.user), told)
    if chosen is None:
        raise Invalid(_("Choose an approved pattern."), {"pattern": [_("Choose an approved pattern.")]})
    patterns.use(found, chosen, actor=request.user)
    return gone_to(request, f"{reverse('change:initiative', args=[found.pk])}#gates")


@require_POST
@permitted(CHANGE)
def risk(request, pk):
    """Name a risk on an initiative."""
    found, form = visible(request, pk), SpeaksOfForm(request.POST, user=request.user)
    if not form.is_valid():
        raise Invalid(form.errors["risk"][0], {"risk": form.errors["risk"]})
    bearing.link(found, form.cleaned_data["risk"], actor=request.user)
    return gone_to(request, f"{reverse('change:initiative', args=[found.pk])}#bears")


@require_POST
@permitted(CHANGE)
def risk_removal(request, pk, risk_pk):
    """Take a risk off an initiative."""
    found = visible(request, pk)
    named = get_object_or_404(Risk.objects.visible_to(request.user), pk=risk_pk)
    bearing.unlink(found, named, actor=request.user)
    return gone_to(request, f"{reverse('change:initiative', args=[found.pk])}#bears")
