"""Several questions in one say the same as each of them alone."""

from datetime import timedelta

import pytest
from django.db.models import Q

from portal import at_once, clock
from portal.people.models import RoleAssignment, Unit, User

pytestmark = pytest.mark.django_db


def test_counts_of_several_models_are_those_of_each(company, person, django_assert_num_queries):
    person("CIO")
    asked = {"people": User.objects.all(), "units": Unit.objects.filter(parent=None), "nobody": User.objects.none()}

    with django_assert_num_queries(1):
        found = at_once.counts(asked)

    assert found == {name: rows.count() for name, rows in asked.items()}
    assert found["people"] and found["units"] == 1 and found["nobody"] == 0


def test_lists_of_one_model_hold_the_rows_of_each(company, person, django_assert_num_queries):
    people = [person("OWNER", unit=company.northfield) for _ in range(3)]
    asked = {
        "first": User.objects.select_related("unit").order_by("pk")[:2],
        "all": User.objects.select_related("unit").filter(pk__in=[one.pk for one in people]),
        "none": User.objects.select_related("unit").filter(Q(pk__in=())),
    }

    with django_assert_num_queries(1):
        found = at_once.lists(asked)
        assert {one.unit.name for one in found["all"]} == {company.northfield.name}

    assert {name: {one.pk for one in rows} for name, rows in found.items()} == {
        name: {one.pk for one in rows} for name, rows in asked.items()
    }


def test_values_are_those_of_each_with_moments_as_moments(company, person, django_assert_num_queries):
    owner = person("OWNER", unit=company.northfield)
    with clock.stopped(clock.now() - timedelta(days=3, microseconds=5)):
        person("ANALYST")
    asked = {
        "roles": RoleAssignment.objects.order_by("pk").values("role", "unit__name", "granted_at", "ended_at"),
        "people": User.objects.filter(pk=owner.pk).values("name", "is_active"),
        "nobody": User.objects.filter(name="Nobody").values("name"),
    }

    with django_assert_num_queries(1):
        found = at_once.values(asked)

    assert found == {name: list(rows) for name, rows in asked.items()}
    assert len(found["roles"]) > 1
