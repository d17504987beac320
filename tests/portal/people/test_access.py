import pytest
from django.db.models import Q

from portal.people import access
from portal.people.models import Unit
from tests.factories.portal import make_user


def test_a_stranger_has_no_grants(db):
    assert access.grants(make_user(is_active=False)) is access.NOBODY


def test_a_role_opens_its_unit_and_everything_below(person, company):
    analyst = person("ANALYST", unit=company.northfield)

    assert access.grants(analyst).unit_paths == (company.northfield.path,)


@pytest.mark.parametrize("seat", ["CIO", "CISO", "CSO"])
def test_a_seat_sees_the_whole_organisation_and_what_is_confidential(person, seat):
    grants = access.grants(person(seat))

    assert grants.everywhere
    assert grants.opens_confidential


@pytest.mark.parametrize("name", ["AUDITOR", "BOARD", "ARBITER", "PREPARER"])
def test_who_sees_everything_keeps_it_beside_another_condition(person, company, name):
    reach = access.grants(person(name)).in_reach("parent") | Q(name="no such unit")

    assert Unit.objects.filter(reach).count() == Unit.objects.count()
