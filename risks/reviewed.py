"""What a review of a risk shows, and what its answer means to the risk."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.archive.changes import Change as Told
from portal.archive.changes import Entry
from portal.attention.models import Review
from portal.attention.reviews import Change
from portal.people import organisations
from portal.record import audit
from portal.web import shown
from risks import cadence, history, register
from risks.models import Levels, Risk, Score
from risks.signals import risk_changed

ENTRIES_READ = 50
# They follow from the review itself.
SILENT = {"reviewed_on", "review_due_on"}


def take_answer(review: Review, *, actor: Any, note: str) -> None:
    """Close the risk, or note the look and plan the next one. The risk is locked by the caller."""
    risk = Risk.objects.select_related("unit__head", "it_owner", "security_owner", "logged_by").get(pk=review.subject_id)
    if review.outcome == Review.Outcome.CLOSED:
        register.close(risk, actor=actor, reason=note)
        return
    risk.reviewed_on = organisations.today()
    risk.review_due_on = cadence.first_due_on(risk)
    risk.version += 1
    risk.save(update_fields=["reviewed_on", "review_due_on", "version"])
    cadence.schedule(risk, actor=actor)
    audit.record(actor, "risk.reviewed", risk, {"outcome": review.outcome, "next_on": risk.review_due_on.isoformat()}, text=note)
    risk_changed.send(Risk, risk_ids=[risk.pk], cause="risk.reviewed")


def where_to_rate(review: Review) -> str:
    """The page on which the reviewed risk is rated anew."""
    return reverse("risks:rating", args=[review.subject_id])


def since_last(review: Review, since: datetime | None, user: Any) -> list[Change]:
    """What differs from `since`, or from the day it was logged: the score, then each field once, first state against present."""
    risk = Risk.objects.select_related("score_state").get(pk=review.subject_id)
    entries, _more = history.read(risk, user, limit=ENTRIES_READ)
    begun = since or min((entry.at for entry in entries), default=risk.logged_at)
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for entry in reversed(entries):
        for change in entry.changes if entry.at > begun else ():
            key = _what(entry, change)
            found[key] = (found.get(key, (change.before, ""))[0], change.after)
    silent = {str(history.LABELS[name]) for name in SILENT}
    changes = [Change(label, *pair) for (label, _which), pair in found.items() if pair[0] != pair[1] and label not in silent]
    return [*_score_moved(risk, begun), *changes]


def _what(entry: Entry, change: Told) -> tuple[str, str]:
    """(label, which of several): levels by their stage, assets one by one."""
    if entry.what in {str(word) for word in history.LINKS.values()}:
        return change.label, change.before or change.after
    return (change.label if entry.what == _("Changed") else f"{entry.what}: {change.label}"), ""


def _score_moved(risk: Risk, since: datetime) -> list[Change]:
    rows = Score.objects.filter(risk=risk, state=Levels.Stage.CURRENT, computed_at__lte=since)
    before = rows.order_by("-id").values_list("value", flat=True).first()
    now = risk.score_state.current_value if hasattr(risk, "score_state") else None
    if before is None or before == now:
        return []
    return [Change(str(_("Shared score")), shown.score(before), shown.score(now))]
