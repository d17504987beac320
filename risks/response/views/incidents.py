"""Incidents: the list, one of them, and the forms that change it."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assets.models import Asset
from portal.errors import Invalid, Stale
from portal.people.access import permitted
from portal.web.pages import answer
from risks.forms import choices
from risks.models import Risk
from risks.response import incident_book, incidents
from risks.response.forms.incident import ClosingForm, IncidentForm, LikelihoodForm, LossForm, MomentForm
from risks.views.answers import gone_to

LOG = incidents.PERMISSION


@require_safe
@permitted("risks.view_incident")
def listed(request):
    return answer(request, "risks/incidents/list.html", {"book": incident_book.read(request.user, request.GET)})


@require_safe
@permitted("risks.view_incident")
def incident(request, pk):
    return _page(request, _visible(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(LOG)
def new(request):
    """Log an incident."""
    options = {"user": request.user, "offered": choices.Offered()}
    if request.method != "POST":
        first = {"version": 0, "unit": request.user.unit_id, "lead": request.user.pk} | _named(request)
        return _form(request, IncidentForm(initial=first, **options))
    return _saved(request, IncidentForm(request.POST, **options), lambda said: incidents.log(actor=request.user, **said))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(LOG)
def change(request, pk):
    """Say it otherwise, or link more."""
    found = _visible(request, pk)
    options = {"user": request.user, "offered": choices.Offered()}
    if request.method != "POST":
        first = {name: getattr(found, name) for name in (*incidents.PLAIN, "version")}
        first |= {"risks": found.risks.visible_to(request.user), "assets": found.assets.visible_to(request.user)}
        return _form(request, IncidentForm(initial=first, **options), found)
    form = IncidentForm(request.POST, **options)

    def save(said):
        if said["noticed_at"] is None:
            said.pop("noticed_at")
        return incidents.change(found, actor=request.user, version=form.cleaned_data["version"], **said)

    return _saved(request, form, save, found)


@require_POST
@permitted(LOG)
def containment(request, pk):
    """It spreads no further."""
    found, form = _visible(request, pk), MomentForm(request.POST)
    return _done(request, found, form, "containing", lambda said: incidents.contain(found, actor=request.user, **said))


@require_POST
@permitted(LOG)
def closing(request, pk):
    """It is over."""
    found, form = _visible(request, pk), ClosingForm(request.POST)

    def save(said):
        incidents.close(found, actor=request.user, summary=said["summary"], at=said["closed_at"])

    return _done(request, found, form, "closing", save)


@require_POST
@permitted(LOG)
def losses(request, pk):
    """What one form of loss came to."""
    found, form = _visible(request, pk), LossForm(request.POST)
    return _done(request, found, form, "costing", lambda said: incidents.note_loss(found, actor=request.user, **said))


@require_POST
@permitted(LOG)
def likelihood(request, pk):
    """Propose how likely one of its risks is since."""
    found = _visible(request, pk)
    form = LikelihoodForm(request.POST, rows=_risks(request, found))

    def save(said):
        incidents.propose_likelihood(found, said["risk"], said["likelihood_level"], said["reason"], actor=request.user)

    return _done(request, found, form, "judging", save)


@require_POST
@permitted(LOG)
def materialisation(request, pk, risk_pk):
    """One of its risks came true."""
    found = _visible(request, pk)
    risk = get_object_or_404(Risk.objects.visible_to(request.user), pk=risk_pk, incidents=found)
    incidents.materialise(found, risk, actor=request.user)
    return gone_to(request, _address(found))


def _visible(request, pk):
    return get_object_or_404(incident_book.of_user(request.user), pk=pk)


def _address(found):
    return reverse("risks:incident", args=[found.pk])


def _risks(request, found):
    return found.risks.visible_to(request.user).filter(state=Risk.State.OPEN).order_by("pk")


def _named(request):
    """What the form starts with where one comes from a risk or an asset."""
    told = {name: request.GET.get(name, "") for name in ("risk", "asset")}
    rows = {"risk": Risk.objects.visible_to(request.user), "asset": Asset.objects.visible_to(request.user)}
    return {
        f"{name}s": rows[name].filter(pk=value)
        for name, value in told.items()
        if value.isascii() and value.isdigit() and len(value) < 19
    }


def _page(request, found, status=200, **forms):
    may_change = request.user.has_perm(LOG)
    sheet = incident_book.sheet(found, request.user)
    context = {
        "incident": found,
        "sheet": sheet,
        "may_change": may_change,
        "is_open": found.closed_at is None,
        "containing": MomentForm(auto_id="contain-%s"),
        "closing": ClosingForm(auto_id="close-%s"),
        "costing": LossForm(auto_id="loss-%s"),
        "judging": LikelihoodForm(
            auto_id="judge-%s", rows=[one.link.risk for one in sheet.risks if one.link.risk.state == Risk.State.OPEN]
        ),
    }
    return answer(request, "risks/incidents/detail.html", context | forms, status=status)


def _done(request, found, form, name, save):
    """Carry out one act of the page; what does not fit stays on it."""
    try:
        if form.is_valid():
            save(form.cleaned_data)
            return gone_to(request, _address(found))
    except Invalid as error:
        form.take(error)
    return _page(request, found, status=422, **{name: form})


def _form(request, form, found=None, status=200):
    headline = _("Change %(number)s") % {"number": found.number} if found else _("Log an incident")
    verb = _("Keep this") if found else _("Log this incident")
    context = {"form": form, "incident": found, "headline": headline, "verb": verb}
    return answer(request, "risks/incidents/form.html#form", context, status=status)


def _saved(request, form, save, found=None):
    if not form.is_valid():
        return _form(request, form, found, status=422)
    try:
        return gone_to(request, _address(save(form.answers)))
    except Stale as error:
        form.keep_yours(error)
        return _form(request, form, found, status=error.status)
    except Invalid as error:
        form.take(error)
        return _form(request, form, found, status=error.status)
