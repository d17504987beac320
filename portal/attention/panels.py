"""What the pages of other apps show of reviews: when their subject is looked at again, and by whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.attention.models import Review
from portal.attention.models.review import UNCHANGED_AT_MOST
from portal.people import organisations
from portal.web import shown


@dataclass(frozen=True, slots=True)
class Cell:
    """The next look at one subject."""

    review: Review
    due_word: str
    due_tone: str
    is_mine: bool
    must_rate_anew: bool


def upcoming(kind: str, ids: Sequence[int], user: Any) -> Mapping[int, Cell]:
    """The open review of each subject in `ids` that has one, the earliest where it has two. One query."""
    if not user.has_perm("attention.view_review"):
        return {}
    today = organisations.today()
    rows = Review.objects.visible_to(user).open().filter(subject_kind=kind, subject_id__in=list(ids))
    cells: dict[int, Cell] = {}
    for review in rows.select_related("owner").order_by("due_on", "pk"):
        cell = Cell(
            review,
            shown.due_word(review.due_on, today),
            shown.due_tone(review.due_on, today),
            review.owner_id == user.pk,
            review.unchanged_in_a_row >= UNCHANGED_AT_MOST,
        )
        cells.setdefault(review.subject_id, cell)
    return cells
