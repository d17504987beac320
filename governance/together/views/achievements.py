"""Achievements: what waits for the two, what was published, and what one office backs of the other's plans."""

from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from governance.together import achievement_page, achievements, backing
from governance.together.forms.achievements import AmountForm, BackingForm, WordsForm
from governance.together.models import Achievement, Backing
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer

READ, PUBLISH = "together.view_goal", "together.publish_achievement"


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(READ, writes=PUBLISH)
def listed(request):
    """All of them; a form sent here backs a plan."""
    form = BackingForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            backing.back(said.pop("treatment"), actor=request.user, **said)
            return redirect("together:achievements")
        except Invalid as error:
            form.take(error)
    return _shown(request, form, 422 if request.method == "POST" else 200)


@require_POST
@permitted(PUBLISH)
def publication(request, pk):
    """Say it to everybody."""
    return _said(request, WordsForm, lambda said: achievements.publish(_one(request, pk), said["words"], actor=request.user))


@require_POST
@permitted(PUBLISH)
def declining(request, pk):
    """Put it aside."""
    achievements.decline(_one(request, pk), actor=request.user)
    return redirect("together:achievements")


@require_POST
@permitted(PUBLISH)
def verification(request, pk):
    """By how much a modelled year costs less."""
    return _said(request, AmountForm, lambda said: achievements.verify(_one(request, pk), said["amount"], actor=request.user))


@require_POST
@permitted(PUBLISH)
def backing_ending(request, pk):
    """Take back what one's office had brought."""
    backing.end(get_object_or_404(Backing.objects.visible_to(request.user), pk=pk), actor=request.user)
    return redirect("together:achievements")


def _one(request, pk):
    return get_object_or_404(Achievement.objects.visible_to(request.user), pk=pk)


def _said(request, of_form, act):
    """Do it and go back; what does not fit is said above the list."""
    form = of_form(request.POST)
    if form.is_valid():
        try:
            act(form.cleaned_data)
            return redirect("together:achievements")
        except Invalid as error:
            form.take(error)
    return _shown(request, BackingForm(user=request.user), 422, wrong=form)


def _shown(request, form, status=200, wrong=None):
    page = achievement_page.read(request.user, most=None if "all" in request.GET else achievement_page.MOST)
    context = {"page": page, "form": form, "wrong": wrong, "kinds": Achievement.Kind}
    return answer(request, "together/achievements/list.html", context, status=status)
