"""The page of coverage and care, and naming an owner in one step."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assets import care_book, owners
from assets.discovery import coverage
from assets.forms.owner import OwnerForm
from assets.models import Asset
from portal.errors import Invalid
from portal.people.access import permitted
from portal.told import row_key
from portal.web.pages import answer


@require_GET
@permitted("assets.view_asset")
def care(request: HttpRequest) -> HttpResponse:
    """What was declared and not seen, or seen and not declared; what nobody answers for, and who is to name an owner by when."""
    book = care_book.read(request.user, row_key(request.GET.get("unit", "")))
    return answer(request, "assets/care/list.html", {"book": book, "coverage": coverage.read(request.user)})


@require_POST
@permitted("assets.change_asset")
def owner(request: HttpRequest, pk: int) -> HttpResponse:
    """Name who answers for one asset, and go back to where it was asked."""
    found = get_object_or_404(Asset.objects.visible_to(request.user), pk=pk)
    form = OwnerForm(request.POST)
    if not form.is_valid():
        sentence = _("Choose somebody who works here.")
        raise Invalid(sentence, {"owner": [sentence]})
    named = owners.name(found, form.cleaned_data["owner"], actor=request.user)
    messages.info(request, _("%(owner)s answers for %(asset)s.") % {"owner": named.owner, "asset": named})
    if not form.cleaned_data["care"]:
        return redirect("assets:asset", pk)
    unit = form.cleaned_data["unit"]
    return redirect(f"{reverse('assets:care')}{f'?unit={unit}' if unit else ''}#owners")
