"""Rows about subjects of any kind are seen by whoever may see the subject."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from portal import subjects
from portal.people.access import NOBODY, VisibleQuerySet, grants

OWN_KINDS = {"review", "reminder"}


class AboutSubjects(VisibleQuerySet):
    """For models with `subject_kind` and `subject_id`: one subquery a registered kind, evaluated only where rows name it."""

    def visible_to(self, user: Any):
        return self._about(user, lambda subject: subject.visible_to(user))

    def hidden_from(self, user: Any):
        """About subjects that `user` may count but not open."""
        return self._about(user, _hidden(user))

    def _about(self, user: Any, rows_of: Callable[[subjects.Subject], QuerySet]):
        if grants(user) is NOBODY:
            return self.none()
        about = Q(pk__in=())
        for kind, subject in subjects.all_kinds().items():
            if kind not in OWN_KINDS and isinstance(subject.model_class._default_manager.all(), VisibleQuerySet):
                about |= Q(subject_kind=kind, subject_id__in=rows_of(subject).order_by().values("pk"))
        return self.filter(about)


def _hidden(user: Any) -> Callable[[subjects.Subject], QuerySet]:
    """Kinds that hide nothing from those who count them have no `countable`."""

    def rows_of(subject: subjects.Subject) -> QuerySet:
        rows = subject.model_class._default_manager
        return rows.hidden_from(user) if hasattr(subject.model_class, "countable") else rows.none()

    return rows_of
