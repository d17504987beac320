"""Rows about subjects of any kind are seen by whoever may see the subject."""

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from portal import subjects
from portal.people.access import NOBODY, VisibleQuerySet, grants

DATED: set[str] = set()  # kinds of subjects that are looked at again; their apps say so by `reviews.on_answer`
TOLD: set[str] = set()  # kinds of subjects that are in the news; their apps say so by `news.word_with`
ANY_KIND = "*"  # among them: news may be about anything that is spoken of


class AboutSubjects(VisibleQuerySet):
    """For models with `subject_kind` and `subject_id`: one subquery a dated kind, evaluated only where rows name it."""

    def kinds(self) -> set[str]:
        return DATED

    def visible_to(self, user: Any, among: Collection[str] | None = None):
        """`among`: the only kinds that the rows are known to be about."""
        return self._about(user, lambda subject: subject.visible_to(user), among)

    def hidden_from(self, user: Any):
        """About subjects that `user` may count but not open."""
        return self._about(user, lambda subject: subject.model_class._default_manager.hidden_from(user))

    def _about(self, user: Any, rows_of: Callable[[subjects.Subject], QuerySet], among: Collection[str] | None = None):
        if grants(user) is NOBODY:
            return self.none()
        about = Q(pk__in=())
        kinds = self.kinds() & set(subjects.all_kinds())
        for kind in sorted(kinds if among is None else kinds & set(among)):
            rows = rows_of(subjects.of_kind(kind)).order_by().filter(pk=OuterRef("subject_id"))
            about |= Q(("subject_kind", kind), Exists(rows))  # the kind first: the database stops where it does not fit
        return self.filter(about)
