"""What changed since the last review: told by the subject's app, else by the row history of the subject."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Field, Model
from django.utils.text import capfirst

from portal.attention import reviews
from portal.attention.models import Review
from portal.attention.reviews import Change
from portal.web import shown

# They follow from the review itself or say nothing to a person.
_SILENT = {"id", "version", "search", "reviewed_on", "review_due_on", "archived_at", "state"}


def since_last(review: Review, subject: Model, user: Any) -> tuple[datetime | None, Sequence[Change]]:
    """(when the last review was answered, None before the first; what changed since, as `user` may read it)."""
    last = reviews.previous(review.subject_kind, review.subject_id, review.kind)
    moment = last.closed_at if last else None
    tell = reviews.changes_of(review)
    return moment, tell(review, moment, user) if tell else list(_from_history(subject, moment))


def _from_history(subject: Model, moment: datetime | None) -> Iterator[Change]:
    """Fields of the row that differ from their state at `moment`, or from the first one on record."""
    events = getattr(subject, "events", None)
    if events is None:
        return
    then = events.filter(pgh_created_at__lte=moment).order_by("-pgh_id").first() if moment else None
    then = then or events.order_by("pgh_id").first()
    if then is None:
        return
    known = {field.name for field in then._meta.concrete_fields}
    for field in subject._meta.concrete_fields:
        if field.name in known - _SILENT and getattr(then, field.attname) != getattr(subject, field.attname):
            yield Change(capfirst(str(field.verbose_name)), _read(then, field), _read(subject, field))


def _read(row: Model, field: Field) -> str:
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    value = getattr(row, field.name)
    if value is None or value == "":
        return ""
    return shown.date_long(value) if hasattr(value, "isoformat") else str(value)
