"""Signing in tells nobody which accounts there are: neither by words nor by the time it takes; nor does it lead elsewhere."""

from unittest.mock import patch

import pytest
from django.contrib.auth import hashers
from django.urls import reverse

from portal.people import accounts, invitations

PASSWORD = "a-long-enough-pass-phrase"
ELSEWHERE = (
    "https://elsewhere.example/",
    "//elsewhere.example/",
    "/\\elsewhere.example",
    "javascript:alert(1)",
    "http:elsewhere.example",
)


@pytest.fixture
def people(company):
    made = {name: accounts.make(f"{name}@verrow.example", name, password=PASSWORD, actor=None) for name in ("open", "closed")}
    accounts.close(made["closed"], actor=None)
    invitations.invite("invited@verrow.example", "Invited", actor=None)
    accounts.make("service@verrow.example", "Service", is_service=True, actor=None)
    return made


def sign_in(client, email, password="wrong-wrong-wrong", then=""):
    return client.post(reverse("account_login"), {"login": email, "password": password, "next": then})


@pytest.mark.parametrize("name", ["open", "closed", "invited", "service", "nobody"])
def test_every_wrong_sign_in_costs_one_hash_and_says_the_same(client, people, name):
    """The hash is what takes time (argon2: tens of milliseconds); everything else is a query more or less."""
    hasher = type(hashers.get_hasher())
    with patch.object(hasher, "encode", autospec=True, side_effect=hasher.encode) as encode:
        response = sign_in(client, f"{name}@verrow.example")

    assert encode.call_count == 1
    assert response.status_code == 200
    assert response.context["form"].non_field_errors() == ["The email address and/or password you specified are not correct."]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_way_in_leads_elsewhere(client, people, elsewhere):
    assert sign_in(client, "open@verrow.example", PASSWORD, then=elsewhere)["Location"] == "/"


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_neither_do_the_second_factor_the_way_out_nor_the_theme(client, people, elsewhere):
    secret = accounts.give_totp(people["open"])
    sign_in(client, "open@verrow.example", PASSWORD, then=elsewhere)
    from tests.portal.web.people.conftest import code_for

    second = client.post(f"{reverse('mfa_authenticate')}?next={elsewhere}", {"code": code_for(secret), "next": elsewhere})
    assert second["Location"] == "/"
    again = client.post(reverse("mfa_reauthenticate"), {"code": code_for(secret), "next": elsewhere})
    assert again["Location"] == "/"
    assert client.post("/theme/", {"theme": "dark", "next": elsewhere})["Location"] == "/"
    assert client.post(reverse("account_logout"), {"next": elsewhere})["Location"] == reverse("account_login")


def test_a_session_planted_before_the_sign_in_is_not_the_one_after(client, people):
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = client.session.session_key

    sign_in(client, "open@verrow.example", PASSWORD)

    assert client.session.session_key != planted
    assert not client.session.exists(planted)
