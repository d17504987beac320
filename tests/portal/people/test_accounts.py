import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from cryptography.fernet import InvalidToken
from django.conf import settings

from portal.errors import Invalid
from portal.people import accounts, appointments, organisations, proposals
from portal.people.errors import CircularLine, EmailTaken, LastAdministrator, OwnAccount, PersonOnly, StillSeated
from portal.people.models import User
from portal.record.models import AuditEntry, EntryText
from tests.factories.portal import make_user

STRONG = "a-long-enough-pass-phrase"


def made(email="dana@verrow.example", name="Dana Whitlock", **fields):
    return accounts.make(email, name, **{"actor": None} | fields)


def code(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_a_new_account_can_sign_in_and_has_a_proven_address(company):
    dana = made(" Dana@Verrow.Example ", unit=company.northfield, password=STRONG)

    assert dana.email == "dana@verrow.example"
    assert dana.check_password(STRONG)
    assert EmailAddress.objects.filter(user=dana, email=dana.email, verified=True, primary=True).exists()
    assert AuditEntry.objects.get(verb="user.made").subject_id == dana.pk


def test_the_record_holds_a_key_and_never_a_name(company):
    made(password=STRONG)

    entry = AuditEntry.objects.get()
    assert "dana" not in f"{entry.params}".lower()
    assert EntryText.objects.count() == 0


def test_an_email_has_one_account_whatever_its_case(company):
    made()

    with pytest.raises(EmailTaken):
        made("DANA@verrow.example")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"email": "no address"}, "email"),
        ({"name": " "}, "name"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"password": "short"}, "password"),
        ({"password": "password123456"}, "password"),
        ({"password": "dana@verrow.example"}, "password"),
    ],
)
def test_wrong_input_is_told_by_field_and_makes_nothing(company, fields, named):
    with pytest.raises(Invalid) as refusal:
        made(**fields)

    assert set(refusal.value.fields) == {named}
    assert User.objects.count() == AuditEntry.objects.count() == 0


def test_random_passwords_are_strong_and_differ(company):
    made(password=accounts.random_password())

    assert accounts.random_password() != accounts.random_password()


def test_a_service_account_has_neither_password_nor_factor(company):
    scanner = made(is_service=True, password=STRONG)

    assert not scanner.has_usable_password()
    assert not EmailAddress.objects.exists()
    with pytest.raises(PersonOnly):
        accounts.give_totp(scanner)
    with pytest.raises(PersonOnly):
        accounts.set_password(scanner, STRONG, actor=None)


def test_a_second_factor_can_be_used_to_sign_in(company):
    dana = made()

    secret = accounts.give_totp(dana)

    factor = Authenticator.objects.get(user=dana, type=Authenticator.Type.TOTP).wrap()
    assert factor.validate_code(code(secret))
    assert not factor.validate_code("000000")


def test_a_new_factor_replaces_the_old_one(company):
    dana = made()
    old = accounts.give_totp(dana)

    new = accounts.give_totp(dana)

    factor = Authenticator.objects.get(user=dana, type=Authenticator.Type.TOTP).wrap()
    assert factor.validate_code(code(new))
    assert not factor.validate_code(code(old))
    assert Authenticator.objects.filter(user=dana, type=Authenticator.Type.RECOVERY_CODES).count() == 1


def test_the_secret_of_a_factor_is_stored_encrypted(company, settings):
    dana = made()

    secret = accounts.give_totp(dana)

    factor = Authenticator.objects.get(user=dana, type=Authenticator.Type.TOTP)
    assert secret not in str(factor.data)
    settings.SECRET_KEY = "another-key-that-is-quite-long-and-random-0123456789"
    with pytest.raises(InvalidToken):
        factor.wrap().validate_code(code(secret))


def test_a_factor_outlives_a_change_of_the_key(company, settings):
    dana = made()
    secret = accounts.give_totp(dana)

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-that-is-quite-long-and-random-0123456789"

    assert Authenticator.objects.get(user=dana, type=Authenticator.Type.TOTP).wrap().validate_code(code(secret))


def test_a_line_is_named_and_never_comes_back_to_its_beginning(company):
    lena, marta, dana = make_user("Lena"), make_user("Marta"), make_user("Dana")
    accounts.report_to(marta, lena, actor=None)
    accounts.report_to(dana, marta, actor=None)

    with pytest.raises(CircularLine):
        accounts.report_to(lena, dana, actor=None)
    with pytest.raises(CircularLine):
        accounts.report_to(lena, lena, actor=None)

    lena.refresh_from_db()
    assert lena.reports_to is None
    assert accounts.report_to(dana, None, actor=None).reports_to is None


def test_nobody_closes_their_own_account(person):
    admin = person("ADMIN")

    with pytest.raises(OwnAccount):
        accounts.close(admin, actor=admin)

    admin.refresh_from_db()
    assert admin.is_active


@pytest.mark.parametrize("named", ["holder", "substitute", "proposed"])
def test_whose_account_holds_a_seat_is_closed_by_nobody_alone(person, named):
    admin, dana = person("ADMIN"), make_user("Dana")
    if named == "proposed":
        proposals.propose("CIO", dana, actor=admin, from_on=organisations.today())
    else:
        people = {"holder": make_user("Marta"), "substitute": make_user("Sade")} | {named: dana}
        appointments.appoint("CIO", people["holder"], actor=None, substitute=people["substitute"])

    with pytest.raises(StillSeated):
        accounts.close(dana, actor=admin)

    dana.refresh_from_db()
    assert dana.is_active


def test_two_administrators_who_close_each_other_leave_one(person):
    ada, bo = person("ADMIN"), person("ADMIN")

    accounts.close(bo, actor=ada)
    with pytest.raises(LastAdministrator):
        accounts.close(ada, actor=bo)  # a request of theirs that was under way

    ada.refresh_from_db()
    assert ada.is_active


def test_an_account_is_closed_and_opened_again(person):
    admin, dana = person("ADMIN"), person("ANALYST")

    accounts.close(dana, actor=admin)
    assert not User.objects.get(pk=dana.pk).is_active
    accounts.reopen(dana, actor=admin)

    assert User.objects.get(pk=dana.pk).is_active
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", "actor")) == [
        ("user.closed", admin.pk),
        ("user.reopened", admin.pk),
    ]


def test_passwords_are_kept_by_argon2_outside_of_the_suite():
    from portal.settings import base

    assert base.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert settings.PASSWORD_HASHERS != base.PASSWORD_HASHERS
