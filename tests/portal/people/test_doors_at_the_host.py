from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command

from portal.people import accounts, invitations, letters, second_factors
from portal.people.models import Invitation, Letter, RoleAssignment, User
from portal.record.models import AuditEntry
from tests.factories.portal import make_user
from tests.portal.web.people.conftest import PASSWORD, who


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().split()[-1].removeprefix(settings.PORTAL_ADDRESS)


def test_the_only_administrator_who_is_gone_is_followed_by_another(person, client):
    """The documented way out: one admin, their account closed; the host lets the analyst in, who has lost their phone besides."""
    gone, dana = person("ADMIN", is_active=False), person("ANALYST")
    auditor, cio = person("AUDITOR"), person("CIO")
    accounts.set_password(dana, PASSWORD, actor=None)
    Authenticator.objects.create(user=dana, type=Authenticator.Type.TOTP, data={"secret": ""})

    path = run("open_the_door", dana.email.upper())

    assert RoleAssignment.objects.filter(user=dana, role="ADMIN", ended_at=None).exists()
    assert not Authenticator.objects.filter(user=dana).exists()
    assert AuditEntry.objects.get(verb="user.door_opened").subject_id == dana.pk
    letters.send_waiting()
    assert sorted(sent.to[0] for sent in mail.outbox) == sorted([auditor.email, cio.email])
    assert dana.email in mail.outbox[0].body
    assert gone.email not in [sent.to[0] for sent in mail.outbox]

    client.post(client.get(path)["Location"], {"login": dana.email, "password": PASSWORD})
    assert who(client) == dana.pk
    client.get(path)
    assert client.get("/account/factors/app/").status_code == 200


def test_where_nobody_has_the_address_a_name_makes_an_account(company, client):
    with pytest.raises(CommandError, match="Nobody has an account"):
        run("open_the_door", "new@verrow.example")

    path = run("open_the_door", "new@verrow.example", "--name", "Nia")

    assert User.objects.get(email="new@verrow.example").role_assignments.get().role == "ADMIN"
    assert "Nia" in client.get(path).content.decode()


def test_a_closed_account_is_opened_by_it(person):
    gone = person("ADMIN", is_active=False)

    run("open_the_door", gone.email)

    gone.refresh_from_db()
    assert gone.is_active


def test_a_leader_never_becomes_an_administrator_even_so(person):
    cio = person("CIO")

    with pytest.raises(CommandError, match="end the appointment first"):
        run("open_the_door", cio.email)

    assert Authenticator.objects.filter(user=cio).exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("command", ["open_the_door", "invitation_link"])
def test_a_wrong_address_is_told_in_a_sentence(company, command):
    with pytest.raises(CommandError):
        run(command, "no address", *(["--name", "x"] if command == "open_the_door" else []))

    assert not User.objects.exists()


def test_a_service_account_is_no_administrator(company):
    with pytest.raises(CommandError, match="service account"):
        run("open_the_door", make_user(is_service=True).email)


def test_without_mail_the_host_hands_the_link_over(person, client):
    invitation = invitations.invite("bo@verrow.example", "Bo", actor=person("ADMIN"))
    old = invitations.token_of(invitation)

    path = run("invitation_link", "bo@verrow.example")

    assert client.get(path).status_code == 200
    assert client.get(f"/invitation/{old}/").status_code == 409
    assert AuditEntry.objects.filter(verb="user.invitation_printed").count() == 1
    assert letters.send_waiting() == (0, 0)


def test_the_link_of_a_lost_factor_is_handed_over_too(person):
    dana = person("ANALYST")
    accounts.set_password(dana, PASSWORD, actor=None)
    second_factors.reset(dana, actor=person("ADMIN"))

    assert run("invitation_link", dana.email).startswith("/invitation/")
    assert Invitation.objects.open().get(user=dana).purpose == Invitation.Purpose.FACTOR
    assert not Letter.objects.filter(recipient=dana, dropped_at=None).exists()
