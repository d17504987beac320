"""The first hour of somebody new: a few guided steps for their role, ticked off by what they did, and the words of the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.people.access import OPEN_TO_ALL, grants, permitted
from portal.record.models import AuditEntry
from portal.web import entrances, glossary
from portal.web.pages import answer


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: where, and what one learns by it; done once the log holds an entry of theirs with one of `verbs`, and never
    ticked where there are none, since reading leaves no trace."""

    label: str | Promise
    why: str | Promise
    url_name: str
    verbs: Sequence[str] = ()


READ_TODAY = Step(_("Read the sentence on Today"), _("Every figure in it opens the rows behind it."), "board:today")
LOG = Step(
    _("Log one risk"),
    _("Two answers are enough to begin; the likely duplicates show before you save."),
    "risks:log",
    ("risk.logged",),
)
RATE = Step(
    _("Rate one risk, or answer a rating"),
    _("The other office's number stays hidden until both have rated."),
    "risks:differences",
    ("rating.given",),
)
ANSWER = Step(
    _("Answer what waits for you"),
    _("At most seven cards, each with what waiting costs."),
    "together:answer",
    ("signing.signed", "signing.refused", "decision.position_taken"),
)
REVIEW = Step(
    _("Answer one review"),
    _("Still true? What changed since the last time stands above the answer."),
    "attention:reviews",
    ("review.answered", "risk.reviewed"),
)
WHY = Step(_("Open the highest risk and ask why"), _("Its score is made of terms that add up exactly."), "risks:register")
LOOK_BACK = Step(_("Look back at a day"), _("Lists and figures as they were known then, against another day."), "risks:register")
PACK = Step(_("Read the newest pack"), _("Each block takes a question; both leaders answer it together."), "board:packs")
CONCERN = Step(
    _("Raise one concern"),
    _("Two fields, without your name if you wish; you see what became of it."),
    "risks:concern-new",
    ("concern.raised",),
)
DISCOVERY = Step(
    _("Look at what scanners propose"), _("You accept or ignore; nothing is overwritten silently."), "assets:discovery"
)
SEATS = Step(_("See who sits where"), _("And who stands in, and what two people have to confirm."), "offices:seats")
WHO_SEES = Step(_("Ask why a person can see something"), _("Every rule that opens a thing to somebody."), "offices:why")
ASK = Step(
    _("Draft a question for both"),
    _("A draft is seen by you and the leaders alone until it is put."),
    "together:decision-new",
    ("decision.asked",),
)
VERIFY = Step(_("Check a hash of the record"), _("Each seal stands for every entry before it."), "archive:heads")

# By seat or role; the first that a person has counts.
STEPS: dict[str, tuple[Step, ...]] = {
    **dict.fromkeys(("CIO", "CISO", "CSO"), (READ_TODAY, RATE, ANSWER, WHY)),
    "ARBITER": (READ_TODAY, ANSWER, SEATS),
    "PREPARER": (READ_TODAY, ASK, PACK),
    "COUNSEL": (READ_TODAY, ANSWER, LOOK_BACK),
    "BOARD": (PACK, READ_TODAY, WHY),
    "AUDITOR": (LOOK_BACK, VERIFY, WHY),
    "ANALYST": (LOG, WHY, REVIEW),
    "OWNER": (REVIEW, WHY, LOG),
    "HEAD": (READ_TODAY, WHY, REVIEW),
    "ENGINEER": (DISCOVERY, LOG, WHY),
    "ADMIN": (SEATS, WHO_SEES),
    "COLLEAGUE": (CONCERN,),
}


@dataclass(frozen=True, slots=True)
class Task:
    step: Step
    url: str
    is_done: bool


def tasks_of(user: Any) -> list[Task]:
    """The steps of the first role that `user` has, as far as they may go there. One query at most."""
    held = grants(user).names
    steps = next((steps for name, steps in STEPS.items() if name in held), ())
    verbs = {verb for step in steps for verb in step.verbs}
    done = set(AuditEntry.objects.filter(actor=user, verb__in=verbs).values_list("verb", flat=True).distinct()) if verbs else set()
    found = []
    for step in steps:
        if url := _address(step.url_name, user):
            found.append(Task(step, url, bool(done & set(step.verbs))))
    return found


@require_safe
@permitted(OPEN_TO_ALL)
def page(request: HttpRequest) -> HttpResponse:
    """What to try first, and what the words mean here."""
    words = [(term, _address(term.page, request.user)) for term in sorted(glossary.TERMS, key=lambda one: str(one.word).lower())]
    return answer(request, "web/first_hour.html", {"tasks": tasks_of(request.user), "words": words})


def _address(url_name: str, user: Any) -> str:
    """Where it leads, "" where there is none or `user` may not go there."""
    try:
        url = reverse(url_name) if url_name else ""
    except NoReverseMatch:
        return ""
    return url if url and entrances.may_open(user, url) else ""
