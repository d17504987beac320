from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import get_user
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from portal.people import accounts
from portal.people.models import RoleAssignment, User
from portal.people.urls import CLOSED

PASSWORD = "a-long-enough-pass-phrase"
EMAIL = "dana@verrow.example"
WHERE = "/somewhere/?band=HIGH"


@pytest.fixture
def dana(company):
    user = accounts.make(EMAIL, "Dana", unit=company.root, password=PASSWORD, actor=None)
    RoleAssignment.objects.create(user=user, role="ANALYST", unit=company.root)
    return user


def sign_in(client, email=EMAIL, password=PASSWORD, then="", **facts):
    return client.post(reverse("account_login"), {"login": email, "password": password, "next": then}, **facts)


def second_step(client, code, **fields):
    return client.post(reverse("mfa_authenticate"), {"code": code} | fields)


def code(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def who(client):
    from types import SimpleNamespace

    return get_user(SimpleNamespace(session=client.session, META={})).pk


def test_a_person_signs_in_by_email_whatever_its_case(client, dana):
    response = sign_in(client, email="Dana@Verrow.Example", then=WHERE)

    assert (response.status_code, response["Location"]) == (302, WHERE)
    assert who(client) == dana.pk


def test_a_link_leads_on_after_the_second_factor(client, dana):
    secret = accounts.give_totp(dana)

    first = sign_in(client, then=WHERE)
    assert first["Location"].partition("?")[0] == reverse("mfa_authenticate")
    assert who(client) is None

    second = second_step(client, code(secret))
    assert (second.status_code, second["Location"]) == (302, WHERE)
    assert who(client) == dana.pk


def test_a_link_to_elsewhere_is_not_followed(client, dana):
    assert sign_in(client, then="https://elsewhere.example/")["Location"] == "/"


def test_a_wrong_second_factor_lets_nobody_in(client, dana):
    secret = accounts.give_totp(dana)
    sign_in(client)

    assert second_step(client, f"{(int(code(secret)) + 1) % 1_000_000:06d}").status_code == 200
    assert who(client) is None


def test_where_the_clock_is_an_hour_off_a_recovery_code_lets_in(client, dana):
    secret = accounts.give_totp(dana)
    spare = RecoveryCodes.activate(dana).get_unused_codes()[0]
    right = code(secret)

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=True):
        sign_in(client)
        assert second_step(client, right).status_code == 200
        assert who(client) is None
        assert second_step(client, spare).status_code == 302

    assert who(client) == dana.pk


def test_a_code_counts_once(dana):
    secret = accounts.give_totp(dana)
    now = code(secret)
    for client, inside in ((Client(), True), (Client(), False)):
        sign_in(client)
        second_step(client, now)
        assert (who(client) == dana.pk) is inside


def test_second_factors_are_not_guessed_for_ever(client, dana):
    secret = accounts.give_totp(dana)
    sign_in(client)
    for guess in range(10):
        second_step(client, f"{guess:06d}")

    second_step(client, code(secret))

    assert who(client) is None


@pytest.mark.parametrize("email", [EMAIL, "nobody@verrow.example"])
def test_a_wrong_password_says_the_same_for_everybody(client, dana, email):
    response = sign_in(client, email=email, password="wrong-wrong-wrong")

    assert response.status_code == 200
    assert "The email address and/or password you specified are not correct." in response.content.decode()
    assert who(client) is None


def test_five_wrong_passwords_lock_this_account_from_this_address(client, dana):
    for _ in range(5):
        sign_in(client, password="wrong-wrong-wrong", REMOTE_ADDR="198.51.100.7")

    locked = sign_in(client, REMOTE_ADDR="198.51.100.7")

    assert locked.status_code == 429
    assert "Locked for a while" in locked.content.decode()
    assert who(client) is None
    assert sign_in(client, REMOTE_ADDR="198.51.100.8").status_code == 302


def test_capitals_give_no_further_tries(client, dana):
    for email in (EMAIL, "Dana@verrow.example", "DANA@verrow.example", " dana@verrow.example", "dana@VERROW.example"):
        sign_in(client, email=email, password="wrong-wrong-wrong")

    assert sign_in(client).status_code == 429


def test_an_address_written_by_the_client_gives_no_further_tries(client, dana):
    for number in range(5):
        sign_in(client, password="wrong-wrong-wrong", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")

    assert sign_in(client, HTTP_X_FORWARDED_FOR="192.0.2.99").status_code == 429


def test_a_lock_is_of_one_account(client, dana):
    for _ in range(5):
        sign_in(client, email="other@verrow.example", password="wrong-wrong-wrong")

    assert sign_in(client).status_code == 302


def test_a_closed_account_does_not_come_in(client, dana):
    accounts.close(dana, actor=None)

    sign_in(client)

    assert who(client) is None


def test_an_account_closed_between_the_two_steps_does_not_come_in(client, dana):
    secret = accounts.give_totp(dana)
    sign_in(client)
    accounts.close(dana, actor=None)

    second_step(client, code(secret))

    assert who(client) is None


def test_a_service_account_never_comes_in_by_password(client, dana):
    User.objects.filter(pk=dana.pk).update(is_service=True)

    assert sign_in(client).status_code == 200
    assert who(client) is None


@pytest.mark.parametrize("name", sorted(CLOSED))
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("inside", [False, True])
def test_what_does_not_belong_here_is_closed(client, dana, name, method, inside):
    if inside:
        client.force_login(dana)

    assert getattr(client, method)(reverse(name), {"email": "x@verrow.example"}).status_code == 404


def test_the_closed_pages_with_a_key_are_closed_too(client, db):
    assert client.get(reverse("account_confirm_email", args=["abc"])).status_code == 404
    assert client.get(reverse("account_reset_password_from_key", args=["1", "abc"])).status_code == 404


CLOSED_SOCIAL = ("signup", "connections", "login_cancelled", "login_error")


def test_no_way_to_sign_up_has_an_address(client, db):
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}

    found = {name for name in names if "signup" in name or "social" in name}
    assert found == {"account_signup", *(f"socialaccount_{name}" for name in CLOSED_SOCIAL)}
    assert {client.get(reverse(name)).status_code for name in found} == {404}
    with pytest.raises(NoReverseMatch):
        reverse("account_signup_by_passkey")
    assert client.post("/accounts/signup/", {"email": "x@verrow.example", "password1": PASSWORD}).status_code == 404
    assert not User.objects.exists()


def test_signing_out_leaves_nothing_in_the_browser(client, dana):
    client.force_login(dana)

    response = client.post(reverse("account_logout"))

    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert who(client) is None


def test_looking_at_the_way_out_keeps_everything(client, dana):
    client.force_login(dana)

    assert "Clear-Site-Data" not in client.get(reverse("account_logout"))
    assert who(client) == dana.pk


def test_a_closed_account_is_out_at_its_next_request(client, dana):
    client.force_login(dana)

    accounts.close(dana, actor=None)

    assert who(client) is None


def test_another_password_ends_the_other_sessions(client, dana):
    client.force_login(dana)

    accounts.set_password(User.objects.get(pk=dana.pk), "quite-another-pass-phrase", actor=None)

    assert who(client) is None
