"""One risk: its page, and why its score is what it is."""

from datetime import timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.archive import besides
from portal.archive.views import then
from portal.people import organisations
from portal.people.access import permitted
from portal.talk import merging
from portal.web.pages import answer
from risks import appetite, breaches, history, indicator_book, offices, panels, recalculation, scores, sheet, why
from risks.forms.risk import AssetForm
from risks.models import Levels, Risk, Score
from risks.models.score import Agreement
from risks.response import incident_book

FIRST_YEAR = 1900  # an earlier day is a slip of the keyboard


def visible_risk(request, pk):
    """The risk behind an address, or 404 as if it did not exist."""
    rows = Risk.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("unit", "it_owner", "security_owner", "logged_by", "score_state"), pk=pk)


@require_safe
@permitted("risks.view_risk")
def risk(request, pk):
    found = get_object_or_404(sheet.of_user(request.user), pk=pk)
    if "as_of" in request.GET:
        return then.one(request, "risk", found)
    if survivor := merging.survivor_of("risk", found, request.user):
        return redirect("risks:risk", pk=survivor.pk)
    context = {
        "risk": found,
        "sheet": sheet.read(found, request.user),
        "permits": panels.permits_of(found, request.user),
        "above": panels.above_of(found, request.user),
        "signs": indicator_book.signs_of(found, request.user),
        "may_decide": request.user.has_perm("risks.change_risk") and breaches.may_decide(found, request.user),
        "incidents": incident_book.marks_of(found),
        "asset_form": AssetForm(auto_id="link-%s"),
    }
    return answer(request, "risks/risk.html", context | rights(request, found))


@require_safe
@permitted("risks.view_risk")
def changes(request, pk):
    """All changes of one risk."""
    found = visible_risk(request, pk)
    entries, has_more = besides.merged("risk", found, *history.read(found, request.user, limit=200), 200)
    return answer(request, "risks/changes.html", {"risk": found, "entries": entries, "has_more": has_more})


@require_safe
@permitted("risks.view_score")
def score(request, pk):
    """Why 62? in each stage."""
    found = visible_risk(request, pk)
    stage = request.GET.get("stage", Levels.Stage.CURRENT)
    if stage not in Levels.Stage.values:
        raise Http404
    row = why.newest(found, stage)
    wanted = appetite.known(found.category, found.unit.lineage)
    tolerance = wanted.tolerance_points if wanted else None
    explained = why.explain(row, why.sources([row], request.user), tolerance)
    context = {
        "risk": found,
        "score": row,
        "why": explained,
        "verdict": appetite.judge(row.value if row else None, wanted),
        "has_proof": recalculation.is_open_to(request.user, row),
        "stage": Levels.Stage(stage),
        "stages": Levels.Stage,
    }
    return answer(request, "risks/score.html", context)


@require_safe
@permitted("risks.view_score")
def recalculation_file(request, pk, score_pk):
    """What proves one stored score without a database, as a file."""
    found = visible_risk(request, pk)
    row = get_object_or_404(Score.objects.visible_to(request.user), pk=score_pk, risk=found)
    name = f"{found.number}-{row.state.lower()}-{row.pk}.json"
    content = recalculation.file_of(row, request.user)
    return HttpResponse(content, content_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'})


@require_safe
@permitted("risks.view_score")
def score_change(request, pk):
    """Why did it move? between two days of the reader's choice."""
    found = visible_risk(request, pk)
    today = organisations.today()
    until = min(_day(request, "to") or today, today)
    since = min(_day(request, "from") or until - timedelta(days=sheet.DAYS_OF_CHANGE), until)
    moved = scores.moved(found, scores.evening(since), scores.evening(until))
    move = why.explain_move(since, until, moved, why.sources(moved.scores, request.user))
    context = {"risk": found, "move": move, "since": since, "until": until, "today": today}
    return answer(request, "risks/score_change.html", context)


def rights(request, found):
    """What the reader may do on this page."""
    is_open = found.state == Risk.State.OPEN
    voice = offices.voice(request.user, found) if is_open and request.user.has_perm("risks.rate_risk") else None
    rated = found.agreement not in ("", Agreement.PROVISIONAL)
    may_change = is_open and request.user.has_perm("risks.change_risk")
    return {
        "may_change": may_change,
        "may_set_levels": may_change and not rated and voice is None,
        "rating_verb": _rating_verb(found, voice),
        "may_close": is_open and request.user.has_perm("risks.close_risk"),
    }


def _rating_verb(found, voice):
    """What the reader's office can do about its rating, in a word; "" for those who speak for none."""
    if voice is None:
        return ""
    if found.agreement == Agreement.DIFFERENT:
        return _("Settle the difference")
    return _("Answer the rating") if found.agreement == Agreement.OBJECTABLE else _("Rate it")


def _day(request, name):
    try:
        day = parse_date(request.GET.get(name, ""))
    except ValueError:
        return None
    return day if day is None or day.year >= FIRST_YEAR else None
