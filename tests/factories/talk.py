"""What is said about subjects, with believable defaults."""

from typing import Any

from portal import subjects
from portal.talk import comments
from portal.talk.models import Comment
from portal.talk.places import Place


def make_place(row: Any) -> Place:
    return Place(subjects.kind_of(row), row)


def make_comment(row: Any, text: str = "Is the jump host still in use?", *, by: Any, **more: Any) -> Comment:
    """Something said about `row` by somebody who may open it."""
    return comments.write(make_place(row), text, actor=by, **more)
