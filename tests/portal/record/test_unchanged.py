"""What is remembered goes with the next verb, and never stands in the way of one."""

import pytest
from django.core.cache import cache
from django.db import transaction

from portal.people.models import User
from portal.record import audit, unchanged

pytestmark = pytest.mark.django_db


class Asked:
    """How often something was worked out."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return [self.times]


def test_an_answer_stands_until_the_next_entry_and_each_key_has_its_own(person):
    asked, other = Asked(), Asked()

    assert [unchanged.remembered("a", asked) for _ in range(3)] == [[1]] * 3
    assert unchanged.remembered("b", other) == [1]
    audit.record(None, "user.changed", person("ANALYST"))

    assert (unchanged.remembered("a", asked), unchanged.remembered("b", other)) == ([2], [2])


def test_many_entries_at_once_let_it_go_as_well(person):
    asked = Asked()
    unchanged.remembered("a", asked)

    audit.record_many(None, "user.changed", "user", [(person("ANALYST").pk, {})])

    assert unchanged.remembered("a", asked) == [2]


def test_what_was_worked_out_before_a_commit_does_not_outlive_it(person, django_capture_on_commit_callbacks):
    """Somebody who asks between the entry and its commit is answered as of before, and must not keep that."""
    asked, user = Asked(), person("ANALYST")
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        audit.record(None, "user.changed", user)
        unchanged.remembered("a", asked)

    assert unchanged.remembered("a", asked) == [2]


def test_without_a_cache_verbs_and_pages_go_on(person, monkeypatch):
    def away(*arguments, **named):
        raise ConnectionError

    asked, user = Asked(), person("ANALYST")
    for name in ("get_many", "set"):
        monkeypatch.setattr(cache, name, away)

    audit.record(None, "user.changed", user)

    assert [unchanged.remembered("a", asked) for _ in range(2)] == [[1], [2]]
    assert User.objects.filter(pk=user.pk).exists()
