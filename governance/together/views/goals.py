"""Shared goals: the line of sight, one goal with its readings, and the forms that propose, change, read and end it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.together import goal_page, goals
from governance.together.forms.goals import ChangedGoalForm, ChangedThemeForm, EndForm, GoalForm, GoalReadingForm, ThemeForm
from governance.together.models import Goal, Theme
from portal.errors import Invalid, Stale
from portal.people.access import permitted
from portal.web.pages import answer
from risks.views.answers import gone_to

READ, CHANGE, ADD = "together.view_goal", "together.change_goal", "together.add_goalreading"


@require_safe
@permitted(READ)
def sight(request):
    """Themes, goals, risks, controls: how the goals stand and what they are there for."""
    return answer(request, "together/goals/list.html", {"sight": goal_page.read(request.user)})


@require_safe
@permitted(READ)
def goal(request, pk):
    """One goal: what each office measures, what was read, what it is there for."""
    return _shown(request, get_object_or_404(goal_page.of_user(request.user), pk=pk), GoalReadingForm())


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(CHANGE)
def new(request):
    """Propose a goal for both to sign."""
    form = GoalForm(request.POST or None, user=request.user, initial={"theme": request.GET.get("theme", "")[:18]})
    return _form(request, form, lambda: goals.propose(actor=request.user, **form.told()), _("Propose a shared goal"))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(CHANGE)
def change(request, pk):
    """Say it otherwise; where words, days or targets differ, both are asked again."""
    found = get_object_or_404(Goal.objects.visible_to(request.user), pk=pk)
    goals.check_open(found)
    initial = GoalForm.told_of(found, request.user) | {"version": found.version}
    form = ChangedGoalForm(request.POST or None, user=request.user, initial=initial)
    return _form(
        request, form, lambda: goals.change(found, actor=request.user, **form.kept(found)), _("Say this goal otherwise"), found
    )


@require_POST
@permitted(ADD)
def reading(request, pk):
    """Note what a measure says."""
    found = get_object_or_404(goal_page.of_user(request.user), pk=pk)
    form = GoalReadingForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            goals.read_measure(found, said.pop("office"), said.pop("value"), actor=request.user, **said)
            return gone_to(request, reverse("together:goal", args=[found.pk]))
        except Invalid as error:
            form.take(error)
    return _shown(request, found, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(CHANGE)
def ending(request, pk):
    """It is no goal any more."""
    found = get_object_or_404(Goal.objects.visible_to(request.user), pk=pk)
    goals.check_open(found)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            goals.end(found, actor=request.user, reason=form.cleaned_data["reason"])
            return gone_to(request, reverse("together:goal", args=[found.pk]))
        except Invalid as error:
            form.take(error)
    status = 422 if form.errors else 200
    return answer(request, "together/goals/ending.html", {"form": form, "goal": found}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(CHANGE)
def theme_new(request):
    """Add a theme."""
    form = ThemeForm(request.POST or None)
    return _theme(request, form, lambda: goals.add_theme(actor=request.user, **form.cleaned_data))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(CHANGE)
def theme(request, pk):
    """Say a theme otherwise."""
    found = get_object_or_404(Theme.objects.visible_to(request.user).current(), pk=pk)
    form = ChangedThemeForm(request.POST or None, initial={"name": found.name, "about": found.about, "version": found.version})
    return _theme(request, form, lambda: goals.change_theme(found, actor=request.user, **form.cleaned_data), found)


@require_POST
@permitted(CHANGE)
def theme_ending(request, pk):
    """Take a theme out of the strategy."""
    goals.end_theme(get_object_or_404(Theme.objects.visible_to(request.user).current(), pk=pk), actor=request.user)
    return redirect("together:goals")


def _shown(request, found, form, status=200):
    context = {"page": goal_page.one(found, request.user), "form": form}
    return answer(request, "together/goals/detail.html", context, status=status)


def _form(request, form, save, headline, found=None):
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            saved = save()
        except Stale as error:
            form.keep_yours(error)
            status = error.status
        except Invalid as error:
            form.take(error)
        else:
            messages.success(
                request, _("%(number)s is kept; CIO and CISO share it once both have signed it.") % {"number": saved.number}
            )
            return gone_to(request, reverse("together:goal", args=[saved.pk]))
    context = {"form": form, "goal": found, "headline": headline}
    return answer(request, "together/goals/form.html#form", context, status=status)


def _theme(request, form, save, found=None):
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except Stale as error:
            form.keep_yours(error)
            status = error.status
        except Invalid as error:
            form.take(error)
        else:
            return gone_to(request, reverse("together:goals"))
    return answer(request, "together/goals/theme.html#form", {"form": form, "theme": found}, status=status)
