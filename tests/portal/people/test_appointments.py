import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

from portal.people import accounts, appointments, role_assignments
from portal.people.errors import EmailTaken, HoldsASeat, NeverSeated, ServiceAccountOnly, SubstituteNeeded
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


def test_an_email_has_one_account_whatever_its_case(company):
    accounts.make("dana@verrow.example", "Dana", actor=None)

    with pytest.raises(EmailTaken):
        accounts.make("Dana@Verrow.example", "Dana again", actor=None)


def test_a_second_factor_can_be_used_to_sign_in(company):
    dana = accounts.make("dana@verrow.example", "Dana", actor=None)

    secret = accounts.give_totp(dana)

    factor = Authenticator.objects.get(user=dana, type=Authenticator.Type.TOTP).wrap()
    assert factor.validate_code(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))
