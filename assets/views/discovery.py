"""Pages of discovery: runs with the upload, one run with its proposals, and what people decide on them."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assets.discovery import intake, overview, permits, precedence, splitting
from assets.errors import NothingChosen, UnreadableDiscovery
from assets.forms.discovery import DiscoveryForm, SourceOrderForm
from assets.forms.told import tell
from assets.models import DiscoveryRun, Proposal, SourceOrder, Zone
from portal.errors import Invalid
from portal.people.access import permitted
from portal.told import row_key, row_keys
from portal.web import listing
from portal.web.pages import answer

NEWEST = listing.Order("-new", "id", descending=True)
MOST_AT_ONCE = 500
PAGE_OF_ONE_KIND = 100


@require_http_methods(["GET", "POST"])
@permitted("assets.view_discoveryrun")
def runs(request: HttpRequest) -> HttpResponse:
    """The runs, newest first, and the way in for a file."""
    form, status = None, 200
    if request.user.has_perm("assets.take_in_discovery"):
        form = DiscoveryForm(request.POST or None, request.FILES or None, user=request.user)
        if request.method == "POST" and form.is_valid():
            found = _take_in(request, form)
            if found is not None:
                return redirect("assets:run", found.pk)
        status = 422 if form.errors else 200
    return _runs(request, form, status)


@require_POST
@permitted(precedence.MAY)
def source_order(request: HttpRequest) -> HttpResponse:
    """Say whose word counts for a field."""
    form = SourceOrderForm(request.POST, auto_id="order_%s")
    if form.is_valid():
        try:
            precedence.put(form.cleaned_data["field"], form.cleaned_data["sources"], actor=request.user)
            return redirect("assets:discovery")
        except Invalid as error:
            tell(form, error)
    may_take_in = request.user.has_perm("assets.take_in_discovery")
    return _runs(request, DiscoveryForm(user=request.user) if may_take_in else None, 422, form)


@require_POST
@permitted(precedence.MAY)
def source_order_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Let every source count alike for a field again."""
    precedence.end(get_object_or_404(SourceOrder.objects.visible_to(request.user), pk=pk), actor=request.user)
    return redirect("assets:discovery")


def _runs(request: HttpRequest, form: DiscoveryForm | None, status: int, order: SourceOrderForm | None = None) -> HttpResponse:
    seen = DiscoveryRun.objects.visible_to(request.user)
    offered = SourceOrderForm(auto_id="order_%s") if request.user.has_perm(precedence.MAY) else None
    context = {
        "page": listing.page_of(seen.select_related("unit", "started_by"), NEWEST, request.GET, total=seen.count()),
        "form": form,
        "orders": list(SourceOrder.objects.visible_to(request.user).current().order_by("field")),
        "order_form": order or offered,
    }
    return answer(request, "assets/discovery/list.html", context, status=status)


def _take_in(request: HttpRequest, form: DiscoveryForm) -> DiscoveryRun | None:
    told = form.cleaned_data
    file = told.pop("file")
    try:
        return intake.take_in(file, actor=request.user, file_name=file.name, limit_bytes=settings.BROWSER_UPLOAD_LIMIT, **told)
    except UnreadableDiscovery as error:
        form.add_error("file", str(error))
    except Invalid as error:
        tell(form, error)
    return None


@require_GET
@permitted("assets.view_discoveryrun")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: while it is read how far it is, then its proposals."""
    return _shown(request, _visible(request, pk))


@require_POST
@permitted(permits.MAY_RELEASE)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a run in quarantine be read, or leave it unread for good."""
    found, reason = _visible(request, pk), request.POST.get("reason", "")
    decide = permits.discard if request.POST.get("read") == "no" else permits.release
    decide(found, actor=request.user, reason=reason)
    return redirect("assets:run", pk)


@require_POST
@permitted("assets.settle_discovery")
def acceptance(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept the chosen proposals of a run, or all new ones."""
    found = _visible(request, pk)
    chosen = _chosen(request, found)
    intake.accept(chosen, actor=request.user, choices=_choices(request, chosen))
    return _shown(request, _visible(request, pk), then=found)


@require_POST
@permitted("assets.settle_discovery")
def dismissal(request: HttpRequest, pk: int) -> HttpResponse:
    """Ignore the chosen proposals of a run, for a reason."""
    found = _visible(request, pk)
    intake.ignore(_chosen(request, found), actor=request.user, reason=request.POST.get("reason", ""))
    return _shown(request, _visible(request, pk), then=found)


@require_POST
@permitted("assets.settle_discovery")
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """Let what was wrongly taken for a known asset be one of its own."""
    own = splitting.split(get_object_or_404(Proposal.objects.visible_to(request.user), pk=pk), actor=request.user)
    return redirect("assets:asset", own.pk)


def _shown(request: HttpRequest, found: DiscoveryRun, then: DiscoveryRun | None = None) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    kind = asked.get("kind", "") if asked.get("kind") in Proposal.Kind.values else ""
    after = row_key(asked.get("after", "")) or 0
    size = PAGE_OF_ONE_KIND if kind else overview.SHOWN_A_KIND
    context = {
        "overview": overview.of(found, request.user, kind=kind, after=after, size=size),
        "run": found,
        "kind": kind,
        "held_for": Zone.objects.visible_to(request.user).filter(pk__in=found.held_for) if found.held_for else [],
        "may_settle": request.user.has_perm("assets.settle_discovery"),
    }
    return answer(request, "assets/discovery/run.html#run", context, then=reverse("assets:run", args=[found.pk]) if then else None)


def _visible(request: HttpRequest, pk: int) -> DiscoveryRun:
    return get_object_or_404(DiscoveryRun.objects.visible_to(request.user).select_related("unit", "started_by"), pk=pk)


def _chosen(request: HttpRequest, found: DiscoveryRun) -> list[Proposal]:
    """One row's own button, all new ones, or the ticked rows; at most 500 at once."""
    proposals = Proposal.objects.visible_to(request.user).filter(run=found).select_related("observation", "asset")
    if "all_new" in request.POST:
        wanted = proposals.filter(kind=Proposal.Kind.NEW, state=Proposal.State.OPEN)
    else:
        ids = [request.POST["only"]] if "only" in request.POST else request.POST.getlist("proposal")
        wanted = proposals.filter(pk__in=row_keys(ids))
    chosen = list(wanted.order_by("pk")[:MOST_AT_ONCE])
    if not chosen:
        raise NothingChosen
    return chosen


def _choices(request: HttpRequest, chosen: list[Proposal]) -> dict[int, int | None]:
    """What was said about conflicts: "new", or the id of an asset."""
    said = {one.pk: request.POST.get(f"choice-{one.pk}", "") for one in chosen if one.kind == Proposal.Kind.CONFLICT}
    return {pk: row_key(text) for pk, text in said.items() if text == "new" or row_key(text) is not None}
