"""Pages of profiles: the list, one with its strip, one practice, tiers, and the sheet in and out."""

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.compliance import (
    mapping_book,
    oscal_out,
    practice_book,
    practice_card,
    profile_sheet,
    profiles,
    ratings,
    rounds,
    settling,
    shortfalls,
)
from governance.compliance.forms.profiles import AimForm, AnswerForm, KeepingForm, OpenForm, RatingForm, SheetForm, TiersForm
from governance.compliance.forms.shortfalls import ShortfallInitiativeForm, ShortfallTreatmentForm
from governance.compliance.models import Practice, Profile
from governance.compliance.views.frameworks import as_oscal
from portal.archive import changes
from portal.archive.views import then
from portal.errors import Invalid, Refused, Stale
from portal.people.access import permitted
from portal.web.pages import answer
from risks.forms import choices
from risks.views.answers import gone_to

READ, RATE, OPEN = "compliance.view_framework", "compliance.rate_practice", "compliance.open_profile"


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(READ)
def listed(request):
    """The profiles one may open, and the way to another one; those of a day that is over, where the address names it."""
    if request.method != "POST" and "as_of" in request.GET:
        return then.listed(request, "profile")
    form = OpenForm(request.POST or None, user=request.user) if request.user.has_perm(OPEN) else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            made = profiles.open_one(form.cleaned_data["framework"], form.cleaned_data["unit"], actor=request.user)
            return gone_to(request, reverse("compliance:profile", args=[made.pk]))
        except Invalid as error:
            form.take(error)
        except Refused as error:
            form.add_error(None, str(error))
    context = {"profiles": practice_book.listed(request.user), "form": form}
    return answer(request, "compliance/profiles/list.html", context, status=422 if form and form.errors else 200)


@require_safe
@permitted(READ)
def profile(request, pk):
    """One profile, Govern first."""
    found = _profile(request, pk)
    return then.one(request, "profile", found) if "as_of" in request.GET else _page(request, found)


@require_POST
@permitted(RATE)
def tiers(request, pk):
    """How the organisation as a whole deals with risk."""
    found, form = _profile(request, pk), TiersForm(request.POST, auto_id="tiers-%s")
    if form.is_valid():
        try:
            profiles.set_tiers(found, actor=request.user, **form.cleaned_data)
            return gone_to(request, reverse("compliance:profile", args=[found.pk]))
        except Invalid as error:
            form.take(error)
    return _page(request, found, tiers_form=form, status=422)


@require_safe
@permitted(READ)
def sheet(request, pk):
    """The profile as CSV; bringing it back changes nothing."""
    found = _profile(request, pk)
    headers = {"Content-Disposition": f'attachment; filename="profile-{found.pk}.csv"'}
    return StreamingHttpResponse(profile_sheet.write(found), content_type="text/csv; charset=utf-8", headers=headers)


@require_safe
@permitted(READ)
def assessment_results(request, pk):
    """What the offices found, as OSCAL."""
    found = _profile(request, pk)
    return as_oscal(oscal_out.assessment_results(found), f"assessment-{found.pk}")


@require_POST
@permitted(RATE)
def sheet_intake(request, pk):
    """Let the profile be as a sheet says."""
    found, form = _profile(request, pk), SheetForm(request.POST, request.FILES, auto_id="sheet-%s")
    if form.is_valid():
        try:
            profile_sheet.take_in(found, form.cleaned_data["file"], actor=request.user)
            return gone_to(request, reverse("compliance:profile", args=[found.pk]))
        except Invalid as error:
            form.take(error)
    return _page(request, found, sheet_form=form, status=422)


@require_safe
@permitted(READ)
def practice(request, pk):
    """One requirement of a profile: what each office says, and what should be."""
    return practice_page(request, practice_of(request, pk))


@require_POST
@permitted(RATE)
def aim(request, pk):
    """Whose subject it is, and how well it should be done."""
    found, form = practice_of(request, pk), AimForm(request.POST, auto_id="aim-%s")
    if form.is_valid():
        try:
            profiles.aim(found, actor=request.user, **form.cleaned_data)
            return gone_to(request, reverse("compliance:practice", args=[found.pk]))
        except Stale as error:
            form.keep_yours(error)
            return practice_page(request, found, aim_form=form, status=error.status)
        except Invalid as error:
            form.take(error)
    return practice_page(request, found, aim_form=form, status=422)


@require_POST
@permitted(RATE)
def rating(request, pk):
    """How well it is done, for one's office; what that does follows from where it stands."""
    found = practice_of(request, pk)
    card = practice_card.read(found, request.user)
    form = RatingForm(request.POST, auto_id="rate-%s", office=card.office, asks_why=card.asks_why)
    return _said(request, found, form, "rating_form", lambda: ratings.rate(found, actor=request.user, **form.cleaned_data))


@require_POST
@permitted(RATE)
def keeping(request, pk):
    """Hold on to one's rating, for a reason."""
    found, form = practice_of(request, pk), KeepingForm(request.POST, auto_id="keep-%s")
    return _said(request, found, form, "keeping_form", lambda: settling.keep_mine(found, actor=request.user, **form.cleaned_data))


def _answered(verb):
    """A POST that needs no words; the form names the version that was on the page."""

    @require_POST
    @permitted(RATE)
    def view(request, pk):
        found, form = practice_of(request, pk), AnswerForm(request.POST)
        return _said(request, found, form, "answer_form", lambda: verb(found, actor=request.user, **form.cleaned_data))

    view.__doc__ = verb.__doc__
    return view


agreement, taking, talk = _answered(settling.agree), _answered(settling.take_theirs), _answered(settling.talk)


def _said(request, found, form, name, save):
    """Save what was said and come back; what does not fit, or came too late, stays on the page."""
    status = 422
    if form.is_valid():
        try:
            save()
            return gone_to(request, reverse("compliance:practice", args=[found.pk]))
        except Stale as error:
            form.keep_yours(error)
            status = error.status
        except Invalid as error:
            form.take(error)
    return practice_page(request, practice_of(request, found.pk), status=status, **{name: form})


def _page(request, found, status=200, **forms):
    may_rate = request.user.has_perm(RATE)
    entries, _more = changes.read("profile", found, request.user)
    values = {name: getattr(found, name) for name in ("current_tier", "target_tier", "version")}
    context = {
        "profile": found,
        "sheet": practice_book.sheet(found, request.GET, request.user),
        "may_rate": may_rate,
        "speaks": bool(rounds.spoken_for(request.user)),
        "is_whole": profiles.has_tiers(found),
        "tiers_form": TiersForm(initial=values, auto_id="tiers-%s"),
        "sheet_form": SheetForm(auto_id="sheet-%s"),
        "entries": entries,
    }
    return answer(request, "compliance/profiles/detail.html", context | forms, status=status)


def practice_page(request, found, status=200, **forms):
    card = practice_card.read(found, request.user)
    entries, _more = changes.read("practice", found, request.user)
    values = {name: getattr(found, name) for name in ("owner", "target_level", "note", "version")}
    said = {"version": found.version, "office": card.office, **practice_card.initial(card)}
    context = {
        "practice": found,
        "card": card,
        "explained": mapping_book.explain(found.requirement, request.user),
        "may_rate": request.user.has_perm(RATE),
        "aim_form": AimForm(initial=values, auto_id="aim-%s"),
        "rating_form": RatingForm(initial=said, auto_id="rate-%s", office=card.office, asks_why=card.asks_why),
        "keeping_form": KeepingForm(initial=said, auto_id="keep-%s"),
        "plans": shortfalls.of_practice(found, request.user),
        **_plan_forms(request.user, found),
        "entries": entries,
    }
    return answer(request, "compliance/profiles/practice.html", context | forms, status=status)


def _plan_forms(user, found):
    """The ways from its shortfall to a plan, for whoever may plan."""
    offered, forms = choices.Offered(), {}
    if found.gap and user.has_perm("risks.change_treatment"):
        forms["treatment_form"] = ShortfallTreatmentForm(user=user, offered=offered, auto_id="treat-%s")
    if found.gap and user.has_perm("change.change_initiative"):
        forms["initiative_form"] = ShortfallInitiativeForm(offered=offered, auto_id="begin-%s")
    return forms


def _profile(request, pk):
    rows = Profile.objects.visible_to(request.user).select_related("framework", "unit")
    return get_object_or_404(rows, pk=pk)


def practice_of(request, pk):
    rows = Practice.objects.visible_to(request.user).select_related(
        "profile__framework", "profile__unit", "requirement", "round__talk_asked_by"
    )
    return get_object_or_404(rows, pk=pk)
