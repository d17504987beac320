"""The list of reviews, and the card that asks "Still true?"."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from portal import subjects
from portal.attention import agenda, changes, reviews, story
from portal.attention.forms.reviews import AnswerForm, answers
from portal.attention.models import Review
from portal.people.access import permitted
from portal.web import listing
from portal.web.pages import answer as respond

ORDERS = {"due": listing.Order("due", "due_on"), "-due": listing.Order("-due", "due_on", descending=True)}


@require_GET
@permitted("attention.view_review")
def listed(request: HttpRequest) -> HttpResponse:
    user = request.user
    chosen = request.GET.get("view", "")
    view = chosen if chosen in agenda.VIEWS else ("mine" if user.has_perm("attention.answer_review") else "all")
    visible = _filtered(Review.objects.visible_to(user), request.GET)
    counts = agenda.count(visible, user)
    hidden = agenda.narrow(Review.objects.hidden_from(user), "all", user).count()
    is_whole = view == "all" and not request.GET.get("kind")  # a filter would tell something of one of them
    order = listing.order_from(request.GET, ORDERS, "-due" if view == "answered" else "due")
    page = listing.page_of(
        agenda.narrow(visible, view, user).select_related("owner"),
        order,
        request.GET,
        total=counts.get(view),
        hidden_count=hidden if is_whole else 0,
    )
    context = {
        "page": page,
        "rows": agenda.rows_of(page.rows, user),
        "view": view,
        "counts": counts,
        "left_out": bool(hidden) and not is_whole,
        "kinds": [subjects.of_kind(kind) for kind in reviews.subject_kinds()],
        "kind": request.GET.get("kind", ""),
        "tabs": {name: listing.address(request.GET, view=name, sort=None) for name in agenda.VIEWS},
    }
    return respond(request, "attention/reviews/list.html", context)


def _filtered(rows, params):
    kind = params.get("kind", "")
    return rows.filter(subject_kind=kind) if kind in subjects.all_kinds() else rows


@require_GET
@permitted("attention.view_review")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    review = _review(request, pk)
    return respond(request, "attention/reviews/detail.html#card", _card(request, review))


@require_POST
@permitted("attention.answer_review")
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    review = _review(request, pk)
    outcome = request.POST.get("outcome", "").lower()
    form = AnswerForm(request.POST, auto_id=f"id_{outcome}_%s" if outcome.upper() in Review.Outcome.values else "id_%s")
    if not form.is_valid():
        context = _card(request, review)
        context["answers"] |= {outcome: form}
        return respond(request, "attention/reviews/detail.html#card", context | {"wrong": outcome, "form": form}, status=422)
    given = form.cleaned_data
    reviews.answer(review, given["outcome"], actor=request.user, version=given["version"], note=given["note"])
    return respond(request, "attention/reviews/detail.html#card", _card(request, _review(request, pk)), then=review)


def _review(request: HttpRequest, pk: int) -> Review:
    rows = Review.objects.visible_to(request.user).select_related("owner", "closed_by").prefetch_related("people")
    return get_object_or_404(rows, pk=pk)


def _card(request: HttpRequest, review: Review) -> dict:
    [row] = agenda.rows_of([review], request.user)
    since, changed = changes.since_last(review, row.subject, request.user)
    return {
        "review": review,
        "row": row,
        "subject_url": subjects.of_kind(review.subject_kind).url(row.subject),
        "people": list(review.people.all()),
        "since": since,
        "changes": changed,
        "may_answer": review.is_open and reviews.may_answer(review, request.user),
        "must_rate_anew": reviews.must_rate_anew(review),
        "change_url": reviews.change_address(review) if review.is_open else "",
        "question": reviews.own_question(review.kind),
        "answers": answers(review),
        "upcoming": None if review.is_open else reviews.upcoming(review),
        "story": story.told(review),
    }
