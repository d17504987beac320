"""The pair's meeting: its agenda, its minutes, its actions."""

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.together import meeting_page, meetings
from governance.together.forms.meetings import ActionForm, DayForm, DoneForm, MinutesForm
from governance.together.models import Meeting, MeetingAction
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer
from risks.views.answers import gone_to

TABLE = "together.view_meeting"


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(TABLE)
def listed(request):
    """The agenda as it is now, what is still to be done, what was held; plan the next one."""
    form = DayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = meetings.plan(actor=request.user, **form.cleaned_data)
            return gone_to(request, reverse("together:meeting", args=[made.pk]))
        except Invalid as error:
            form.take(error)
    status = 422 if request.method == "POST" else 200
    book = meeting_page.read(request.user, whole=request.GET.get("all", ""))
    return answer(request, "together/meetings/list.html", {"book": book, "form": form}, status=status)


@require_safe
@permitted(TABLE)
def meeting(request, pk):
    """One meeting: agenda, minutes, actions."""
    return _shown(request, _visible(request, pk))


@require_POST
@permitted(TABLE)
def holding(request, pk):
    """Write down what was said."""
    found, form = _visible(request, pk), MinutesForm(request.POST)
    return _saved(request, found, "minutes", form, lambda said: meetings.hold(found, said["minutes"], actor=request.user))


@require_POST
@permitted(TABLE)
def moving(request, pk):
    """Another day."""
    found, form = _visible(request, pk), DayForm(request.POST)
    return _saved(request, found, "day", form, lambda said: meetings.move(found, said["meets_on"], actor=request.user))


@require_POST
@permitted(TABLE)
def calling_off(request, pk):
    """It will not be held."""
    meetings.call_off(_visible(request, pk), actor=request.user)
    return redirect("together:meetings")


@require_POST
@permitted(TABLE)
def asking(request, pk):
    """Somebody does something by a day."""
    found, form = _visible(request, pk), ActionForm(request.POST)
    return _saved(request, found, "action", form, lambda said: meetings.ask(found, actor=request.user, **said))


@require_POST
@permitted(TABLE)
def completion(request, pk):
    """It is done."""
    action = get_object_or_404(MeetingAction.objects.visible_to(request.user).select_related("meeting"), pk=pk)
    form = DoneForm(request.POST)
    found = get_object_or_404(Meeting.objects.visible_to(request.user), pk=action.meeting_id)
    return _saved(request, found, "done", form, lambda said: meetings.complete(action, said["note"], actor=request.user))


def _visible(request, pk):
    return get_object_or_404(Meeting.objects.visible_to(request.user), pk=pk)


def _saved(request, found, name, form, save):
    """Save and go back to the meeting; what does not fit stays beside its field."""
    if form.is_valid():
        try:
            save(form.cleaned_data)
            return gone_to(request, reverse("together:meeting", args=[found.pk]))
        except Invalid as error:
            form.take(error)
    return _shown(request, found, status=422, **{name: form})


def _shown(request, found, status=200, **forms):
    context = {"page": meeting_page.one(found, request.user, whole=request.GET.get("all", ""))}
    context |= {
        "minutes": MinutesForm(),
        "day": DayForm(initial={"meets_on": found.meets_on}),
        "action": ActionForm(),
        "done": DoneForm(),
    }
    return answer(request, "together/meetings/detail.html", context | forms, status=status)
