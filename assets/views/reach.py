"""The page "if this fails", and the levels that somebody answers for instead of what follows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from assets import overrides, reach_book
from assets.forms.override import OverrideForm
from assets.forms.told import tell
from assets.models import Asset, CriticalityOverride
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer


@require_safe
@permitted("assets.view_asset")
def asset(request: HttpRequest, pk: int) -> HttpResponse:
    """What is reached when this fails, and what it leans on itself."""
    return _shown(request, _visible(request, pk))


@require_POST
@permitted("assets.change_asset")
def override(request: HttpRequest, pk: int) -> HttpResponse:
    """Let another level count, for a reason and until a day."""
    found, form = _visible(request, pk), OverrideForm(request.POST)
    if form.is_valid():
        try:
            overrides.put(found, actor=request.user, **form.cleaned_data)
            return redirect("assets:reach", found.pk)
        except Invalid as error:
            tell(form, error)
    return _shown(request, found, form)


@require_POST
@permitted("assets.change_asset")
def override_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Let what follows count again."""
    found = get_object_or_404(CriticalityOverride.objects.visible_to(request.user), pk=pk)
    overrides.end(found, actor=request.user)
    return redirect("assets:reach", found.asset_id)


def _shown(request: HttpRequest, found: Asset, form: OverrideForm | None = None) -> HttpResponse:
    context = {"asset": found, "reached": reach_book.read(found, request.user), "form": form or OverrideForm()}
    return answer(request, "assets/inventory/reach.html", context, status=422 if form else 200)


def _visible(request: HttpRequest, pk: int) -> Asset:
    return get_object_or_404(Asset.objects.visible_to(request.user).select_related("unit"), pk=pk)
