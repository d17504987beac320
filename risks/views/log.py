"""Log a risk in a minute."""

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assets.models import Asset
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer
from risks import duplicates, register
from risks.forms.choices import ENOUGH_TO_GUESS
from risks.forms.log import LogForm
from risks.views.answers import gone_to

ENOUGH_TO_COMPARE = 8  # characters


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("risks.log_risk")
def log(request):
    if request.method != "POST":
        return answer(request, "risks/log.html#form", {"form": LogForm(user=request.user)})
    form = LogForm(request.POST, user=request.user)
    if not form.is_valid():
        return answer(request, "risks/log.html#form", {"form": form}, status=422)
    alike = _unseen(form, request)
    if alike:
        return answer(request, "risks/log.html#form", {"form": form, "duplicates": alike, "asks": True})
    try:
        risk = register.log(actor=request.user, **form.fields_of_risk)
    except Invalid as error:
        form.take(error)
        return answer(request, "risks/log.html#form", {"form": form}, status=422)
    messages.success(request, _("%(number)s is in the register. Its score follows in a moment.") % {"number": risk.number})
    return gone_to(request, reverse("risks:risk", args=[risk.pk]))


@require_safe
@permitted("risks.log_risk")
def alike(request):
    """While somebody types: the risks they may see that say the same."""
    text = request.GET.get("title", "").replace("\0", "")
    found = duplicates.find(text, user=request.user, category=request.GET.get("category", "")) if _enough(text) else []
    return answer(request, "risks/log_duplicates.html", {"duplicates": found})


@require_safe
@permitted("risks.log_risk")
def assets(request):
    """While somebody types: the assets whose names begin so."""
    text = request.GET.get("asset", "").replace("\0", "").strip()
    found = Asset.objects.visible_to(request.user).current().filter(name__istartswith=text).order_by("name", "pk")
    return answer(request, "risks/log_assets.html", {"assets": found[:ENOUGH_TO_GUESS] if text else []})


def _unseen(form, request):
    """Likely duplicates that were not shown before this was sent."""
    if "anyway" in request.POST or not _enough(form.cleaned_data["title"]):
        return []
    seen = set(form.cleaned_data["seen"].split())
    category = form.fields_of_risk["category"]
    ids = [asset.pk for asset in form.assets]
    found = duplicates.find(form.cleaned_data["title"], user=request.user, category=category, asset_ids=ids)
    return found if any(str(one.risk.pk) not in seen for one in found) else []


def _enough(text):
    return len(text.strip()) >= ENOUGH_TO_COMPARE
