"""Pages of treatments: list, board, calendar, one of them, and the forms of a plan."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import subjects
from portal.errors import Invalid, Stale
from portal.people.access import permitted
from portal.web.pages import answer
from risks import authority, deciding, retaining, treatment_book, treatments
from risks.errors import RiskClosed
from risks.forms import choices
from risks.forms.control import ReasonForm
from risks.forms.treatment import StepDoneForm, Steps, TreatmentForm
from risks.models import Levels, Risk, Treatment, TreatmentStep
from risks.views.answers import gone_to
from risks.views.controls import add_evidence
from risks.views.risk import visible_risk

State = Treatment.State
CARRIED = {"title": 200, "reason": 2_000, "due_on": 10}  # from the address, so many characters


@require_safe
@permitted("risks.view_treatment")
def listed(request):
    book = treatment_book.read(request.user, request.GET)
    return answer(request, "risks/treatments/list.html", {"book": book, "kinds": Treatment.Kind.choices, "states": State.choices})


@require_safe
@permitted("risks.view_treatment")
def treatment(request, pk):
    return _page(request, _visible(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("risks.change_treatment")
def new(request, pk):
    """Propose a treatment of one risk."""
    risk = visible_risk(request, pk)
    if risk.state != Risk.State.OPEN:
        raise RiskClosed(risk)
    return _planned(request, risk)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("risks.change_treatment")
def change(request, pk):
    """Change a plan: it is proposed anew."""
    found = _visible(request, pk)
    return _planned(request, found.risk, found)


@require_POST
@permitted("risks.approve_treatment")
def approval(request, pk):
    """Let it start."""
    found = _visible(request, pk)
    version = request.POST.get("version", "")
    treatments.approve(found, actor=request.user, version=int(version) if version.isdecimal() and len(version) < 9 else None)
    return gone_to(request, _address(found))


def _for_a_reason(permission, verb, name):
    @require_POST
    @permitted(permission)
    def view(request, pk):
        found, form = _visible(request, pk), ReasonForm(request.POST)
        if form.is_valid():
            verb(found, actor=request.user, reason=form.cleaned_data["reason"])
            return gone_to(request, _address(found))
        return _page(request, found, status=422, **{name: form})

    view.__doc__ = verb.__doc__
    return view


refusal = _for_a_reason("risks.approve_treatment", treatments.refuse, "refusing")
withdrawal = _for_a_reason("risks.change_treatment", treatments.withdraw, "withdrawing")


@require_POST
@permitted("risks.change_treatment")
def completion(request, pk):
    """Close a plan as done."""
    found = _visible(request, pk)
    treatments.finish(found, actor=request.user)
    return gone_to(request, _address(found))


@require_POST
@permitted("risks.change_treatment")
def step_completion(request, pk):
    """Note that a step is done."""
    step = get_object_or_404(TreatmentStep.objects.visible_to(request.user).select_related("treatment"), pk=pk)
    form = StepDoneForm(request.POST)
    try:
        if form.is_valid():
            treatments.finish_step(step, actor=request.user, **form.cleaned_data)
            return gone_to(request, _address(step.treatment))
    except Invalid as error:
        form.take(error)
    return _page(request, _visible(request, step.treatment_id), status=422, done=form, wrong_step=step.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("risks.add_evidence")
def proof(request, pk):
    """Add evidence to a treatment."""
    found = _visible(request, pk)
    return add_evidence(request, found, _address(found))


def _visible(request, pk):
    rows = retaining.with_acceptance(deciding.with_asked(treatment_book.of_user(request.user)))
    return get_object_or_404(rows, pk=pk)


def _address(found):
    return reverse("risks:treatment", args=[found.pk])


def _page(request, found, status=200, **forms):
    can_change, can_decide = (request.user.has_perm(f"risks.{verb}_treatment") for verb in ("change", "approve"))
    waits, runs = found.state == State.PROPOSED, found.state == State.APPROVED
    retains = found.kind == Treatment.Kind.RETAIN and (waits or runs)
    is_own = request.user.pk in (found.proposed_by_id, found.first_proposed_by_id)
    context = {
        "treatment": found,
        "signers": authority.words_of(found.asked_slots) if found.asked_slots and (waits or found.is_signed) else "",
        "may_approve": len(found.asked_slots or "1") == 1,
        "lacks_acceptance": retains and found.accepted_by is None,
        "accepted_until": parse_date(found.accepted_by["ends_on"]) if retains and found.accepted_by else None,
        "panels": subjects.panels_of("treatment", found, request.user),
        "sheet": treatment_book.sheet(found, request.user),
        "may_change": can_change and (waits or runs),
        "may_decide": can_decide and waits and not is_own,
        "is_own": can_decide and waits and is_own,
        "may_finish": can_change and runs,
        "may_prove": runs and request.user.has_perm("risks.add_evidence"),
        "refusing": ReasonForm(auto_id="refuse-%s"),
        "withdrawing": ReasonForm(auto_id="withdraw-%s"),
    }
    return answer(request, "risks/treatments/detail.html", context | forms, status=status)


def _planned(request, risk, found=None):
    """The form of a plan, new or changed; what does not fit, or came too late, stays on it."""
    options = {"offered": choices.Offered(), "present": risk.levels.filter(stage=Levels.Stage.CURRENT).first()}
    if request.method != "POST":
        form = TreatmentForm(initial=_initial(found) if found else _carried(request.GET), **options)
        initial = _initial_steps(found) if found else _carried_steps(request.GET)
        steps = Steps(prefix="steps", initial=initial, form_kwargs={"offered": options["offered"]})
        return _plan_form(request, risk, found, form, steps)
    form = TreatmentForm(request.POST, **options)
    steps = Steps(request.POST, prefix="steps", form_kwargs={"offered": options["offered"]})
    if not (form.is_valid() & steps.is_valid()):
        return _plan_form(request, risk, found, form, steps, status=422)
    try:
        return gone_to(request, _address(_save(request, risk, found, form, steps)))
    except Stale as error:
        form.keep_yours(error)
        return _plan_form(request, risk, found, form, steps, status=error.status)
    except Invalid as error:
        form.take(error)
        return _plan_form(request, risk, found, form, steps, status=error.status)


def _save(request, risk, found, form, steps):
    said = form.answers
    if found is not None:
        return treatments.change(found, actor=request.user, version=form.cleaned_data["version"], steps=steps.said, **said)
    impact = {
        name.removesuffix("_level"): said.pop(name) for name in list(said) if name.endswith("_level") and name != "likelihood_level"
    }
    return treatments.propose(risk, actor=request.user, impact=impact, steps=steps.said, **said)


def _carried(asked):
    """What the form of a new plan begins with: what a what-if carries, else nothing."""
    return {"version": 0} | {name: asked[name][:longest] for name, longest in CARRIED.items() if name in asked}


def _carried_steps(asked):
    """What it costs, as one step."""
    if "cost" not in asked:
        return []
    return [{"title": asked.get("title", "")[:200], "cost": asked["cost"][:20], "due_on": asked.get("due_on", "")[:10]}]


def _initial(found):
    return {name: getattr(found, name) for name in (*treatments.CHANGEABLE, "version")}


def _initial_steps(found):
    rows = found.steps.filter(done_on=None, dropped_at=None)
    return [{name: getattr(step, name) for name in ("office", "title", "owner", "due_on", "cost")} for step in rows]


def _plan_form(request, risk, found, form, steps, status=200):
    headline = _("Change %(number)s") % {"number": found.number} if found else _("Propose a treatment")
    verb = _("Propose it anew") if found else _("Propose this treatment")
    context = {"risk": risk, "treatment": found, "form": form, "steps": steps, "headline": headline, "verb": verb}
    return answer(request, "risks/treatments/form.html", context, status=status)
