"""Rows about subjects of any kind are seen by whoever may see the subject."""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from portal import subjects
from portal.people.access import NOBODY, VisibleQuerySet, grants

DATED: set[str] = set()  # kinds of subjects that are looked at again; their apps say so by `reviews.on_answer`
TOLD: set[str] = set()  # kinds of subjects that are in the news; their apps say so by `news.word_with`


class AboutSubjects(VisibleQuerySet):
    """For models with `subject_kind` and `subject_id`: one subquery a dated kind, evaluated only where rows name it."""

    def kinds(self) -> set[str]:
        return DATED

    def visible_to(self, user: Any):
        return self._about(user, lambda subject: subject.visible_to(user))

    def hidden_from(self, user: Any):
        """About subjects that `user` may count but not open."""
        return self._about(user, lambda subject: subject.model_class._default_manager.hidden_from(user))

    def _about(self, user: Any, rows_of: Callable[[subjects.Subject], QuerySet]):
        if grants(user) is NOBODY:
            return self.none()
        about = Q(pk__in=())
        for kind in sorted(self.kinds() & set(subjects.all_kinds())):
            rows = rows_of(subjects.of_kind(kind)).order_by().filter(pk=OuterRef("subject_id"))
            about |= Q(("subject_kind", kind), Exists(rows))  # the kind first: the database stops where it does not fit
        return self.filter(about)
