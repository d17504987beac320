"""Exercises: the list, one of them with its clock, and the forms that plan, end and follow it up."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.errors import Invalid, Stale
from portal.people.access import permitted
from portal.web.pages import answer
from risks.forms import choices
from risks.models import Exercise
from risks.response import exercise_book, exercises
from risks.response.forms.exercise import CallOffForm, EndingForm, ExerciseForm, FindingForm, GapForm, Injects
from risks.response.views.plans import visible_plan
from risks.views.answers import gone_to

VIEW, PLAN = "risks.view_responseplan", exercises.PERMISSION
State = Exercise.State


@require_safe
@permitted(VIEW)
def listed(request):
    return answer(request, "risks/exercises/list.html", {"book": exercise_book.read(request.user, request.GET)})


@require_safe
@permitted(VIEW)
def exercise(request, pk):
    """Its clock, what is fed in, and what it found."""
    return _page(request, _visible(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PLAN)
def new(request, pk):
    """Plan to try a plan."""
    plan = visible_plan(request, pk)
    options = {"offered": choices.Offered()}
    if request.method != "POST":
        return _form(request, ExerciseForm(initial={"version": 0, "lead": request.user.pk}, **options), Injects(), plan)

    def save(form, rows):
        return exercises.plan_one(plan, actor=request.user, injects=rows.said, **form.answers)

    return _saved(request, ExerciseForm(request.POST, **options), Injects(request.POST), save, plan)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PLAN)
def change(request, pk):
    """Say it otherwise while it has not begun."""
    found = _visible(request, pk)
    options = {"offered": choices.Offered()}
    if request.method != "POST":
        first = {name: getattr(found, name) for name in (*exercises.FIELDS, "version")}
        rows = Injects(initial=list(found.injects.values("at_minute", "text")))
        return _form(request, ExerciseForm(initial=first, **options), rows, found.plan, found)

    def save(form, rows):
        version = form.cleaned_data["version"]
        return exercises.change(found, actor=request.user, version=version, injects=rows.said, **form.answers)

    return _saved(request, ExerciseForm(request.POST, **options), Injects(request.POST), save, found.plan, found)


@require_POST
@permitted(PLAN)
def starting(request, pk):
    """Begin now."""
    found = _visible(request, pk)
    exercises.start(found, actor=request.user)
    return gone_to(request, _address(found))


@require_POST
@permitted(PLAN)
def telling(request, pk, inject_pk):
    """Feed a note in."""
    found = _visible(request, pk)
    exercises.tell(get_object_or_404(found.injects, pk=inject_pk), actor=request.user)
    return answer(request, "risks/exercises/detail.html#live", _context(request, found), then=_address(found))


@require_POST
@permitted(PLAN)
def finding(request, pk):
    """Note what it showed."""
    found, form = _visible(request, pk), FindingForm(request.POST)
    return _done(request, found, form, "finding", lambda said: exercises.find(found, actor=request.user, **said))


@require_POST
@permitted(PLAN)
def ending(request, pk):
    """It is over."""
    found, form = _visible(request, pk), EndingForm(request.POST)
    return _done(request, found, form, "ending", lambda said: exercises.end(found, actor=request.user, **said))


@require_POST
@permitted(PLAN)
def calling_off(request, pk):
    """It does not take place."""
    found, form = _visible(request, pk), CallOffForm(request.POST)
    return _done(request, found, form, "calling_off", lambda said: exercises.call_off(found, actor=request.user, **said))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("risks.change_treatment")
def treatment(request, pk, finding_pk):
    """Make a treatment of a gap, in one step."""
    found = _visible(request, pk)
    gap = get_object_or_404(found.findings, pk=finding_pk)
    options = {"offered": choices.Offered(), "rows": exercise_book.sheet(found, request.user).risks}
    if request.method != "POST":
        form = GapForm(initial={"title": gap.text[:200], "owner": request.user.pk, "risk": gap.risk_id}, **options)
        return _gap(request, found, gap, form)
    form = GapForm(request.POST, **options)
    if form.is_valid():
        said = form.answers
        try:
            made = exercises.treat(gap, said.pop("risk"), actor=request.user, **said)
            return gone_to(request, reverse("risks:treatment", args=[made.pk]))
        except Invalid as error:
            form.take(error)
    return _gap(request, found, gap, form, status=422)


def _visible(request, pk):
    return get_object_or_404(exercise_book.of_user(request.user), pk=pk)


def _address(found):
    return reverse("risks:exercise", args=[found.pk])


def _context(request, found):
    return {
        "exercise": found,
        "sheet": exercise_book.sheet(found, request.user),
        "may_change": request.user.has_perm(PLAN),
        "finding": FindingForm(auto_id="find-%s"),
        "ending": EndingForm(auto_id="end-%s"),
        "calling_off": CallOffForm(auto_id="off-%s"),
    }


def _page(request, found, status=200, **forms):
    return answer(request, "risks/exercises/detail.html#live", _context(request, found) | forms, status=status)


def _done(request, found, form, name, save):
    try:
        if form.is_valid():
            save(form.cleaned_data)
            return gone_to(request, _address(found))
    except Invalid as error:
        form.take(error)
    return _page(request, found, status=422, **{name: form})


def _gap(request, found, gap, form, status=200):
    context = {"exercise": found, "gap": gap, "form": form}
    return answer(request, "risks/exercises/gap.html", context, status=status)


def _form(request, form, rows, plan, found=None, status=200):
    headline = _("Change %(number)s") % {"number": found.number} if found else _("Plan an exercise")
    verb = _("Keep this") if found else _("Plan this exercise")
    context = {"form": form, "rows": rows, "plan": plan, "exercise": found, "headline": headline, "verb": verb}
    return answer(request, "risks/exercises/form.html", context, status=status)


def _saved(request, form, rows, save, plan, found=None):
    if not (form.is_valid() & rows.is_valid()):
        return _form(request, form, rows, plan, found, status=422)
    try:
        return gone_to(request, _address(save(form, rows)))
    except Stale as error:
        form.keep_yours(error)
        return _form(request, form, rows, plan, found, status=error.status)
    except Invalid as error:
        form.take(error)
        return _form(request, form, rows, plan, found, status=error.status)
