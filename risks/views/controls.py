"""Pages of controls: the list, one of them, and the forms that change it."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import subjects
from portal.errors import Invalid
from portal.people import organisations
from portal.people.access import permitted
from portal.web.pages import answer
from risks import control_book, controls, evidence
from risks.forms.control import BearingForm, ControlForm, EvidenceForm, ReasonForm, initial_control
from risks.models import Control, ControlRisk, Evidence, Office
from risks.views import answers
from risks.views.answers import gone_to
from risks.views.risk import visible_risk


@require_safe
@permitted("risks.view_control")
def listed(request):
    context = {
        "book": control_book.read(request.user, request.GET),
        "states": Control.State.choices,
        "offices": Office.choices,
        "may_add": request.user.has_perm("risks.change_control"),
    }
    return answer(request, "risks/controls/list.html#list", context)


@require_safe
@permitted("risks.view_control")
def control(request, pk):
    return _page(request, _visible(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("risks.change_control")
def new(request):
    """Register a control."""
    form = ControlForm(request.POST or None, user=request.user, initial={"version": 0, "unit": request.user.unit_id})
    if request.method != "POST":
        return _form(request, form)
    return _saved(request, form, lambda: controls.add(actor=request.user, **form.answers))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("risks.change_control")
def change(request, pk):
    """Change what a control is and how well it works."""
    found = _visible(request, pk)
    if request.method != "POST":
        return _form(request, ControlForm(user=request.user, initial=initial_control(found)), found)
    form = ControlForm(request.POST, user=request.user)

    def save():
        return controls.change(found, actor=request.user, version=form.cleaned_data["version"], **form.answers)

    return _saved(request, form, save, found)


@require_POST
@permitted("risks.change_control")
def retirement(request, pk):
    """Let a control work no more, for a reason."""
    found, form = _visible(request, pk), ReasonForm(request.POST)
    return _done(request, found, form, "retiring", lambda: controls.retire(found, actor=request.user, **form.cleaned_data))


@require_POST
@permitted("risks.change_control")
def bearing(request, pk):
    """Say that a control bears on a risk."""
    found, form = _visible(request, pk), BearingForm(request.POST, user=request.user)

    def save():
        controls.link(found, form.cleaned_data["risk"], form.cleaned_data["bears_on"], actor=request.user)

    return _done(request, found, form, "bearing", save)


@require_POST
@permitted("risks.change_control")
def bearing_removal(request, pk, risk_pk):
    """Say that it does not, on one side."""
    found, risk = _visible(request, pk), visible_risk(request, risk_pk)
    controls.unlink(found, risk, [request.POST.get("bears_on", "")], actor=request.user)
    return gone_to(request, _address(found))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("risks.add_evidence")
def proof(request, pk):
    """Add evidence to a control."""
    found = _visible(request, pk)
    return add_evidence(request, found, _address(found))


@require_POST
@permitted("risks.add_evidence")
def proof_withdrawal(request, pk):
    """Take evidence back, for a reason."""
    found = get_object_or_404(Evidence.objects.visible_to(request.user).select_related("control", "treatment__risk"), pk=pk)
    evidence.take_back(found, actor=request.user, reason=request.POST.get("reason", ""))
    name = "risks:control" if found.control_id else "risks:treatment"
    return gone_to(request, reverse(name, args=[found.control_id or found.treatment_id]))


def add_evidence(request, subject, back):
    """The form of evidence, for a control or a treatment."""
    of_control = isinstance(subject, Control)
    today = organisations.today()
    form = EvidenceForm(request.POST or None, request.FILES or None, of_control=of_control, initial={"collected_on": today})
    if request.method == "POST" and form.is_valid():
        try:
            _keep(subject, form.cleaned_data, request.user)
            return gone_to(request, back)
        except Invalid as error:
            form.take(error)
    context = {"subject": subject, "form": form, "back": back, "of_control": of_control}
    return answer(request, "risks/controls/evidence.html", context, status=422 if form.errors else 200)


def _keep(subject, told, actor):
    said = evidence.Described(told["title"], told["collected_on"], told["valid_until"])
    if told["file"]:
        file = told["file"]
        return evidence.add_file(subject, file, file.name, said, actor=actor, content_type=file.content_type or "")
    return evidence.add_link(subject, told["link"], said, actor=actor)


def _visible(request, pk):
    return get_object_or_404(control_book.of_user(request.user), pk=pk)


def _address(found):
    return reverse("risks:control", args=[found.pk])


def _page(request, found, status=200, **forms):
    alive = found.state != Control.State.RETIRED
    context = {
        "control": found,
        "sheet": control_book.sheet(found, request.user),
        "may_change": alive and request.user.has_perm("risks.change_control"),
        "may_prove": alive and request.user.has_perm("risks.add_evidence"),
        "retiring": ReasonForm(auto_id="retire-%s"),
        "bearing": BearingForm(auto_id="bear-%s"),
        "sides": ControlRisk.Side.choices,
        "panels": [
            {"template": panel["template"], "cell": panel["cells"][found.pk]}
            for panel in subjects.panels("control", [found.pk], request.user)
            if found.pk in panel["cells"]
        ],
    }
    return answer(request, "risks/controls/detail.html", context | forms, status=status)


def _done(request, found, form, name, save):
    if form.is_valid():
        try:
            save()
            return gone_to(request, _address(found))
        except Invalid as error:
            form.take(error)
    return _page(request, found, status=422, **{name: form})


def _form(request, form, found=None, status=200):
    headline = _("Change %(number)s") % {"number": found.number} if found else _("Register a control")
    verb = _("Keep these changes") if found else _("Register this control")
    context = {"form": form, "control": found, "headline": headline, "verb": verb}
    return answer(request, "risks/controls/form.html#form", context, status=status)


def _saved(request, form, save, found=None):
    kept, status = answers.saved(form, save)
    return _form(request, form, found, status=status) if kept is None else gone_to(request, _address(kept))
