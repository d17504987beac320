import pytest

from portal.people import access, accounts, appointments, role_assignments
from portal.people.errors import ArbiterApart, HoldsASeat, NeverSeated, ServiceAccountOnly, SubstituteNeeded, SubstituteSeated
from portal.people.models import Appointment
from portal.record.models import AuditEntry
from tests.factories.portal import make_user


def test_a_new_appointment_ends_the_former_one(company):
    marta, idris = make_user("Marta"), make_user("Idris")
    appointments.appoint("CIO", marta, actor=None)

    appointments.appoint("CIO", idris, actor=None)

    assert appointments.filled()["CIO"].person == idris
    assert Appointment.objects.filter(seat="CIO", ended_at=None).count() == 1
    assert AuditEntry.objects.filter(verb="user.appointed").count() == 2


def test_who_holds_two_seats_fills_one_and_the_substitute_the_other(company):
    marta, sade = make_user("Marta"), make_user("Sade")
    appointments.appoint("CIO", marta, actor=None)

    appointments.appoint("CISO", marta, actor=None, substitute=sade)

    filled = appointments.filled()
    assert (filled["CIO"].person, filled["CIO"].as_substitute) == (marta, False)
    assert (filled["CISO"].person, filled["CISO"].as_substitute) == (sade, True)


def test_a_second_seat_without_a_substitute_is_refused(company):
    marta = make_user("Marta")
    appointments.appoint("CIO", marta, actor=None)

    with pytest.raises(SubstituteNeeded):
        appointments.appoint("CISO", marta, actor=None)

    assert set(appointments.filled()) == {"CIO"}


@pytest.mark.parametrize("role", ["ADMIN", "AUDITOR", "PREPARER"])
def test_some_roles_are_never_seated(person, role):
    somebody = person(role)

    with pytest.raises(NeverSeated):
        appointments.appoint("CIO", somebody, actor=None)

    assert appointments.filled() == {}


def test_a_seat_holder_takes_no_role_that_excludes_seats(person, company):
    marta = person("CIO")

    with pytest.raises(HoldsASeat):
        role_assignments.give(marta, "ADMIN", company.root, actor=None)


def test_the_integration_role_is_for_service_accounts_only(person, company):
    with pytest.raises(ServiceAccountOnly):
        role_assignments.give(person("ANALYST"), "INTEGRATION", company.root, actor=None)


def acts_as(user):
    """The seats of somebody who comes in now."""
    return set(access.grants(type(user).objects.get(pk=user.pk)).seats)


def test_access_and_seats_agree_on_who_fills_a_second_seat(company):
    marta, sade = make_user("Marta"), make_user("Sade")
    appointments.appoint("CIO", marta, actor=None)
    appointments.appoint("CISO", marta, actor=None, substitute=sade)

    assert (acts_as(marta), acts_as(sade)) == ({"CIO"}, {"CISO"})


def test_a_substitute_stands_in_only_when_needed(company):
    marta, sade = make_user("Marta"), make_user("Sade")
    appointments.appoint("CIO", marta, actor=None, substitute=sade)

    assert (acts_as(marta), acts_as(sade)) == ({"CIO"}, set())


def test_a_vacant_seat_falls_to_its_substitute(company):
    marta, sade = make_user("Marta"), make_user("Sade")
    appointments.appoint("CIO", marta, actor=None, substitute=sade)

    appointments.vacate("CIO", actor=None)

    found = appointments.seat_holder("CIO")
    assert (found.person, found.as_substitute) == (sade, True)
    assert (acts_as(marta), acts_as(sade)) == (set(), {"CIO"})
    assert AuditEntry.objects.filter(verb="user.seat_vacated").count() == 1


def test_a_closed_account_leaves_its_seat_to_the_substitute_at_once(company):
    marta, sade = make_user("Marta"), make_user("Sade")
    appointments.appoint("CIO", marta, actor=None, substitute=sade)

    accounts.close(marta, actor=None)

    assert appointments.seat_holder("CIO").person == sade


def test_a_vacant_seat_without_a_substitute_stays_vacant(company):
    appointments.appoint("CIO", make_user("Marta"), actor=None)

    appointments.vacate("CIO", actor=None)
    appointments.vacate("CIO", actor=None)

    assert appointments.seat_holder("CIO") is None


def test_one_substitute_does_not_stand_in_twice(company):
    marta, idris, sade = make_user("Marta"), make_user("Idris"), make_user("Sade")
    appointments.appoint("CIO", marta, actor=None, substitute=sade)
    appointments.appoint("CISO", idris, actor=None, substitute=sade)
    appointments.vacate("CIO", actor=None)
    appointments.vacate("CISO", actor=None)

    assert set(appointments.filled()) == {"CIO"}
    assert acts_as(sade) == {"CIO"}


def test_whoever_fills_a_seat_is_no_substitute(company):
    marta, idris = make_user("Marta"), make_user("Idris")
    appointments.appoint("CISO", idris, actor=None)

    with pytest.raises(SubstituteSeated):
        appointments.appoint("CIO", marta, actor=None, substitute=idris)


def test_the_arbiter_may_stand_in_and_never_holds_a_seat(company):
    lena, marta = make_user("Lena"), make_user("Marta")
    appointments.appoint("ARBITER", lena, actor=None)
    appointments.appoint("CIO", marta, actor=None, substitute=lena)

    with pytest.raises(ArbiterApart):
        appointments.appoint("CISO", lena, actor=None, substitute=make_user())
    with pytest.raises(ArbiterApart):
        appointments.appoint("ARBITER", marta, actor=None, substitute=make_user())
    appointments.vacate("CIO", actor=None)
    assert acts_as(lena) == {"ARBITER", "CIO"}


def test_a_service_account_and_a_closed_one_are_never_seated(company):
    for somebody in (make_user(is_service=True), make_user(is_active=False)):
        with pytest.raises(NeverSeated):
            appointments.appoint("CIO", somebody, actor=None)
        with pytest.raises(NeverSeated):
            appointments.appoint("CIO", make_user(), actor=None, substitute=somebody)


def test_a_row_written_past_the_rules_seats_nobody(person, company):
    auditor = person("AUDITOR")
    Appointment.objects.create(seat="CIO", holder=auditor)

    assert acts_as(auditor) == set()
    assert appointments.filled() == {}


def test_a_substitute_takes_no_role_that_excludes_seats(company):
    sade = make_user("Sade")
    appointments.appoint("CIO", make_user("Marta"), actor=None, substitute=sade)

    with pytest.raises(HoldsASeat):
        role_assignments.give(sade, "AUDITOR", company.root, actor=None)
