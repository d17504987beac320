"""Culture by department: one quarter with what the heads say, whether it is counted at all, counts from elsewhere, champions."""

from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from governance.together import champions, culture, culture_counts, culture_page, quarters
from governance.together.forms.culture import ChampionForm, ReplyForm, SheetForm
from governance.together.models import CultureChampion, CultureLine
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer

READ, COUNT, SAY = "together.view_culture", "together.add_culturecount", "together.say_culture"


@require_safe
@permitted(READ)
def departments(request):
    """The newest quarter, or the one that the address names."""
    return _shown(request)


@require_POST
@permitted(SAY)
def consent(request):
    """Say for one's office whether departments are counted."""
    culture.say(request.POST.get("agreed") == "1", actor=request.user)
    return redirect("together:culture")


@require_POST
@permitted(COUNT)
def counts(request):
    """Take in a sheet, all of it or nothing."""
    form = SheetForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            changed = culture_counts.take_in(culture_counts.read(form.cleaned_data["file"]), actor=request.user)
            return _shown(request, changed=changed)
        except Invalid as error:
            form.take(error)
    return _shown(request, 422, sheet_form=form)


@require_POST
@permitted(READ)
def reply(request, pk):
    """The head of a department says something of its numbers."""
    rows = CultureLine.objects.visible_to(request.user).select_related("unit", "quarter")
    line, form = get_object_or_404(rows, pk=pk), ReplyForm(request.POST)
    if form.is_valid():
        try:
            culture.reply(line, form.cleaned_data["text"], actor=request.user)
            return redirect("together:culture")
        except Invalid as error:
            form.take(error)
    return _shown(request, 422, wrong=form)


@require_POST
@permitted(READ)
def champion_naming(request):
    """Name somebody."""
    form = ChampionForm(request.POST, units=culture_page.headed_by(request.user))
    if form.is_valid():
        try:
            champions.name(form.cleaned_data["unit"], form.cleaned_data["person"], actor=request.user)
            return redirect("together:culture")
        except Invalid as error:
            form.take(error)
    return _shown(request, 422, champion_form=form)


@require_POST
@permitted(READ)
def champion_ending(request, pk):
    """One is champion no more."""
    champions.end(get_object_or_404(CultureChampion.objects.visible_to(request.user), pk=pk), actor=request.user)
    return redirect("together:culture")


def _shown(request, status=200, **more):
    page = culture_page.read(request.user, quarters.read(request.GET.get("quarter", "")))
    context = {
        "page": page,
        "sheet_form": SheetForm() if request.user.has_perm(COUNT) else None,
        "champion_form": ChampionForm(units=page.may_name) if page.may_name else None,
        "columns": ", ".join(culture_counts.COLUMNS),
    }
    return answer(request, "together/culture.html", context | more, status=status)
