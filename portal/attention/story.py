"""What happened to a review, from its audit entries: keys there, words here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from portal.attention.models import Reminder, Review
from portal.people.models import User
from portal.record.models import AuditEntry
from portal.web import shown

_FEW = 20


@dataclass(frozen=True, slots=True)
class Event:
    """One entry in words."""

    at: datetime
    sentence: str
    note: str


def told(review: Review) -> list[Event]:
    """The last entries about `review`, newest first; two queries."""
    entries = list(
        AuditEntry.objects.filter(kind="review", subject_id=review.pk).select_related("actor", "words").order_by("-id")[:_FEW]
    )
    names = _names(entries)
    return [Event(entry.at, _sentence(entry, names), _note(entry)) for entry in entries]


def _names(entries: list[AuditEntry]) -> Mapping[int, str]:
    wanted: set[int] = set()
    for entry in entries:
        wanted |= {entry.params[key] for key in ("recipient", "for") if key in entry.params}
        owner = entry.params.get("owner", [])
        wanted |= set(owner if isinstance(owner, list) else [owner])
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "name"))


def _sentence(entry: AuditEntry, names: Mapping[int, str]) -> str:
    who = entry.actor.name if entry.actor else _("The portal")
    tell = _SENTENCES.get(entry.verb)
    return tell(who, entry.params, names) if tell else entry.verb


def _scheduled(who: str, params: Mapping[str, Any], names: Mapping[int, str]) -> str:
    facts = {"who": who, "day": _day(params["due_on"]), "owner": names.get(params["owner"], "")}
    return _("%(who)s set it for %(day)s, to be answered by %(owner)s.") % facts


def _moved(who: str, params: Mapping[str, Any], names: Mapping[int, str]) -> str:
    parts = []
    if "due_on" in params:
        before, after = params["due_on"]
        parts.append(
            _("%(who)s moved it from %(before)s to %(after)s.") % {"who": who, "before": _day(before), "after": _day(after)}
        )
    if "owner" in params:
        before, after = (names.get(pk, "") for pk in params["owner"])
        parts.append(_("%(after)s answers it instead of %(before)s.") % {"after": after, "before": before})
    return " ".join(parts) or _("%(who)s changed who else is told.") % {"who": who}


def _answered(who: str, params: Mapping[str, Any], names: Mapping[int, str]) -> str:
    facts = {"who": who, "answer": Review.Outcome(params["outcome"]).label, "owner": names.get(params.get("for", 0), "")}
    return (_("%(who)s answered “%(answer)s” for %(owner)s.") if "for" in params else _("%(who)s answered “%(answer)s”.")) % facts


def _cancelled(who: str, params: Mapping[str, Any], names: Mapping[int, str]) -> str:
    return _("It fell away with what it was about.")


def _escalated(who: str, params: Mapping[str, Any], names: Mapping[int, str]) -> str:
    stage = Reminder.Stage(params["stage"]).label
    return _("The portal told %(name)s: %(stage)s.") % {"name": names.get(params["recipient"], ""), "stage": stage}


_SENTENCES: dict[str, Callable[[str, Mapping[str, Any], Mapping[int, str]], str]] = {
    "review.scheduled": _scheduled,
    "review.moved": _moved,
    "review.answered": _answered,
    "review.cancelled": _cancelled,
    "review.escalated": _escalated,
}


def _day(text: str) -> str:
    return shown.date_long(date.fromisoformat(text))


def _note(entry: AuditEntry) -> str:
    return entry.words.text if hasattr(entry, "words") else ""
