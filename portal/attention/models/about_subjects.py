"""Rows about subjects of any kind are seen by whoever may see the subject."""

from collections.abc import Callable, Collection
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from portal import subjects
from portal.people.access import NOBODY, VisibleQuerySet, grants
from portal.people.kept import Kept

DATED: set[str] = set()  # kinds of subjects that are looked at again; their apps say so by `reviews.on_answer`
TOLD: set[str] = set()  # kinds of subjects that are in the news; their apps say so by `news.word_with`
ANY_KIND = "*"  # among them: news may be about anything that is spoken of


class AboutSubjects(VisibleQuerySet):
    """For models with `subject_kind` and `subject_id`: one subquery a dated kind, evaluated only where rows name it."""

    def kinds(self) -> set[str]:
        return DATED

    def visible_to(self, user: Any, among: Collection[str] | None = None):
        """`among`: the only kinds that the rows are known to be about."""
        seen = grants(user)
        if seen is NOBODY:
            return self.none()
        kinds = self._known(among)
        return self.filter(_opened.under((seen, kinds), lambda: _about(kinds, lambda subject: subject.named_to(user))))

    def hidden_from(self, user: Any):
        """About subjects that `user` may count but not open."""
        if grants(user) is NOBODY:
            return self.none()
        return self.filter(_about(self._known(None), lambda one: one.model_class._default_manager.hidden_from(user)))

    def _known(self, among: Collection[str] | None) -> frozenset[str]:
        kinds = self.kinds() & set(subjects.all_kinds())
        return frozenset(kinds if among is None else kinds & set(among))


_opened: Kept[Q] = Kept(200)  # conditions took longer to put together than the database to answer


def _about(kinds: Collection[str], rows_of: Callable[[subjects.Subject], QuerySet]) -> Q:
    about, whole = Q(pk__in=()), []
    for kind in sorted(kinds):
        rows = rows_of(subjects.of_kind(kind)).order_by()
        if _are_all(rows):  # none is ever deleted: the database would read the keys of a large table for nothing
            whole.append(kind)
        else:
            named = rows.filter(pk=OuterRef("subject_id"))
            about |= Q(("subject_kind", kind), Exists(named))  # the kind first: the database stops where it does not fit
    return about | Q(subject_kind__in=whole) if whole else about


def _are_all(rows: QuerySet) -> bool:
    """Whether no condition is left, once the database is asked."""
    query = rows.query.clone()
    try:
        return not query.where.as_sql(query.get_compiler(connection=connection), connection)[0]
    except FullResultSet:
        return True
    except EmptyResultSet:
        return False
