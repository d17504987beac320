"""What leans on what, from an asset's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from assets import dependencies, dossier
from assets.forms.dependency import DependencyForm
from assets.models import Asset, Dependency
from portal.errors import ConcordError
from portal.people.access import permitted
from portal.web.pages import answer


@require_POST
@permitted("assets.change_asset")
def recording(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that this asset leans on another, or carries it."""
    asset = get_object_or_404(Asset.objects.visible_to(request.user).select_related("unit", "owner", "registered_by"), pk=pk)
    form = DependencyForm(request.POST, user=request.user)
    if form.is_valid():
        other = form.cleaned_data["other"]
        ends = (asset, other) if form.cleaned_data["direction"] == "leans_on" else (other, asset)
        try:
            dependencies.record(*ends, form.cleaned_data["kind"], actor=request.user)
            return redirect("assets:asset", pk)
        except ConcordError as error:
            form.add_error("other", str(error))
    context = {"dossier": dossier.of(asset, request.user), "form": form, "asset": asset}
    return answer(request, "assets/inventory/detail.html", context, status=422)


@require_POST
@permitted("assets.change_asset")
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    """End a dependency, back on the page it was ended from."""
    dependency = get_object_or_404(Dependency.objects.visible_to(request.user), pk=pk)
    dependencies.remove(dependency, actor=request.user)
    ends = {str(dependency.supporting_id), str(dependency.dependent_id)}
    here = request.POST.get("from", "")
    return redirect("assets:asset", int(here) if here in ends else dependency.dependent_id)
