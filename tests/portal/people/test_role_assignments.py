import pytest

from portal.people import access, role_assignments
from portal.people.errors import LastAdministrator, OwnAccount, ServiceAccountOnly
from portal.people.models import RoleAssignment, User
from portal.record.models import AuditEntry
from tests.factories.portal import make_user


def test_a_role_is_given_and_recorded(person, company):
    admin, dana = person("ADMIN"), make_user("Dana")

    role_assignments.give(dana, "ANALYST", company.northfield, actor=admin)

    assert dana.has_perm("risks.log_risk")
    assert access.grants(dana).unit_paths == (company.northfield.path,)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.actor, entry.params) == (
        "user.role_given",
        admin,
        {"role": "ANALYST", "unit": company.northfield.pk},
    )


def test_a_role_given_twice_is_one_role(company):
    dana = make_user("Dana")

    first = role_assignments.give(dana, "ANALYST", company.northfield, actor=None)
    second = role_assignments.give(dana, "ANALYST", company.northfield, actor=None)

    assert first == second
    assert AuditEntry.objects.count() == 1


def test_an_ended_role_opens_nothing_from_the_next_request_on(person):
    dana = person("ANALYST")
    assert dana.has_perm("risks.view_risk")

    role_assignments.end(RoleAssignment.objects.get(user=dana), actor=None)
    role_assignments.end(RoleAssignment.objects.get(user=dana), actor=None)

    assert not User.objects.get(pk=dana.pk).has_perm("risks.view_risk")
    assert AuditEntry.objects.filter(verb="user.role_ended").count() == 1


def test_nobody_gives_a_role_to_themselves(person, company):
    admin = person("ADMIN")

    with pytest.raises(OwnAccount):
        role_assignments.give(admin, "ANALYST", company.root, actor=admin)


def test_neither_ones_own_role_nor_that_of_the_last_administrator_ends(person, company):
    admin, dana, gone = person("ADMIN"), make_user("Dana"), make_user("Gone")
    last = RoleAssignment.objects.get(user=admin)
    for user in (dana, gone):
        RoleAssignment.objects.create(user=user, role="ADMIN" if user == gone else "ANALYST", unit=company.root)
    User.objects.filter(pk=gone.pk).update(is_active=False)

    with pytest.raises(OwnAccount):
        role_assignments.end(last, actor=admin)
    with pytest.raises(LastAdministrator):
        role_assignments.end(last, actor=None)
    role_assignments.end(gone.role_assignments.get(), actor=admin)
    second = role_assignments.give(dana, "ADMIN", company.root, actor=admin)

    assert role_assignments.end(last, actor=dana).ended_at is not None
    with pytest.raises(LastAdministrator):
        role_assignments.end(second, actor=None)


def test_a_service_account_has_no_role_of_a_person(company):
    with pytest.raises(ServiceAccountOnly):
        role_assignments.give(make_user(is_service=True), "ANALYST", company.root, actor=None)
