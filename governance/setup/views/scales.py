"""Steps 4 and 5: what levels mean, and how much we carry."""

from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from governance.setup.forms.steps import LevelsForm
from governance.setup.views.answers import PERMISSION, is_preview, shown, went_on
from portal.errors import Invalid, Stale
from portal.people.access import permitted
from portal.people.models import Organisation
from risks import appetite, meanings
from risks.forms.appetite import AppetiteForm
from risks.meanings import Scale
from risks.models import Risk


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PERMISSION)
def levels(request):
    if not Organisation.objects.visible_to(request.user).exists():
        return redirect("setup:organisation")
    form = LevelsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if _said_all(form, request.user):
                return went_on(request, "levels")
        except Stale as refusal:
            form.add_error(None, str(refusal))
    return shown(request, "levels", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PERMISSION)
def appetite_points(request):
    """Appetite and tolerance, with what would lie above as the register stands."""
    if not Organisation.objects.visible_to(request.user).exists():
        return redirect("setup:organisation")
    form = AppetiteForm(request.POST or None)
    asked = _offered(form)
    if request.method == "POST" and form.is_valid():
        try:
            if not is_preview(request):
                appetite.agree(form.wanted, actor=request.user, versions=form.versions)
                return went_on(request, "appetite")
            appetite.foresee(form.wanted)
            asked = form.wanted
        except Invalid as error:
            form.take(error)
        except Stale as refusal:
            form.add_error(None, str(refusal))
    standings = appetite.foresee(asked)
    rows = [(*row, standings.get(row[0])) for row in form.rows]
    totals = [sum(getattr(one, name) for one in standings.values()) for name in ("scored", "above_appetite", "above_tolerance")]
    context = {"form": form, "rows": rows, "totals": totals, "is_preview": is_preview(request) and not form.errors}
    return shown(request, "appetite", context)


def _said_all(form, user):
    """Every scale or none; what a rule refuses stands beside its field."""
    refused = False
    with transaction.atomic():
        for scale in Scale.values:
            meaning, version = form.meaning(scale)
            try:
                meanings.say(scale, meaning, actor=user, version=version)
            except Invalid as error:
                form.take_of(scale, error)
                refused = True
        if refused:
            transaction.set_rollback(True)
            form.add_error(None, _("These levels do not climb from 1 to 5; the fields say where."))
    return not refused


def _offered(form):
    """What holds now, or what is offered where nothing does."""
    pairs = {
        category: tuple(form.fields[f"{name}_{category}"].initial for name in ("appetite", "tolerance"))
        for category in (appetite.ALL, *Risk.Category.values)
    }
    return {category: None if None in pair else pair for category, pair in pairs.items()}
