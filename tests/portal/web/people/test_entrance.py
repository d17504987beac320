import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.urls import reverse

from portal.people import accounts, invitations, letters, resets, second_factors
from portal.people.models import BrowserSession, Invitation, Letter, User
from portal.record.models import AuditEntry
from tests.portal.web.people.conftest import PASSWORD, code_for, who

ARRIVAL = {"name": "Dana Whitlock", "language": "en", "time_zone": "", "password": PASSWORD, "again": PASSWORD}
NEW = "quite-another-pass-phrase"


@pytest.fixture
def admin(person):
    return person("ADMIN")


@pytest.fixture
def dana(company):
    return accounts.make("dana@verrow.example", "Dana", unit=company.root, password=PASSWORD, actor=None)


def path_of(invitation):
    invitation.refresh_from_db()
    return reverse("people:invitation", args=[invitations.token_of(invitation)])


def reset_path(user):
    return resets.link_of(User.objects.get(pk=user.pk)).removeprefix(settings.PORTAL_ADDRESS)


def invite(admin, *roles):
    return invitations.invite("bo@verrow.example", "Bo", roles=roles, actor=admin)


def test_opening_the_link_changes_nothing(client, admin):
    path = path_of(invite(admin))

    for _ in range(2):
        assert "Bo" in client.get(path).content.decode()
    assert Invitation.objects.get().standing == Invitation.State.OPEN


def test_a_person_comes_in_by_the_link_and_is_led_to_a_second_factor(browser, admin):
    invitation = invite(admin, "ADMIN")
    client = browser()

    response = client.post(path_of(invitation), ARRIVAL)

    assert (response.status_code, response["Location"]) == (302, reverse("people:factors"))
    assert who(client) == invitation.user_id
    assert client.get("/people/")["Location"] == reverse("people:factors")
    page = client.get(reverse("people:factor-app"))
    added = client.post(reverse("people:factor-app"), {"code": code_for(page.context["secret"])})
    assert added["Location"] == reverse("people:recovery-codes")
    codes = client.get(reverse("people:recovery-codes"))
    assert len(codes.context["codes"]) == 10
    assert client.get(reverse("people:recovery-codes"))["Location"] == reverse("people:factors")
    assert client.get("/people/").status_code == 200
    invitation.refresh_from_db()
    assert invitation.standing == Invitation.State.USED


def test_who_needs_no_factor_may_go_on_without(browser, admin):
    client = browser()

    client.post(path_of(invite(admin, "ANALYST")), ARRIVAL)

    assert "Not now" in client.get(reverse("people:factors")).content.decode()
    assert client.get("/").status_code == 200


def test_who_left_before_adding_the_factor_comes_back_by_the_same_link_and_their_password(browser, admin):
    path = path_of(invite(admin, "ADMIN"))
    browser().post(path, ARRIVAL)
    client = browser()

    assert client.get(path)["Location"].startswith("/accounts/login/?next=%2Finvitation%2F")
    assert client.post(path, ARRIVAL | {"password": NEW, "again": NEW}).status_code == 302
    client.post(reverse("account_login"), {"login": "bo@verrow.example", "password": PASSWORD, "next": path})
    assert client.get(path)["Location"] == reverse("people:factors")
    assert client.get(reverse("people:factor-app")).status_code == 200


def test_a_weak_password_is_told_beside_its_field(client, admin):
    response = client.post(path_of(invite(admin)), ARRIVAL | {"password": "short", "again": "short"})

    assert response.status_code == 422
    assert response.context["form"].errors["password"]
    assert who(client) is None


def test_passwords_that_differ_are_refused(client, admin):
    response = client.post(path_of(invite(admin)), ARRIVAL | {"again": "another-long-pass-phrase"})

    assert response.context["form"].errors["again"] == ["The two differ. Type the password twice."]


def test_a_link_that_is_over_says_so_to_everybody_alike(client, admin):
    invitation = invite(admin)
    path = path_of(invitation)
    invitations.revoke(invitation.user, actor=admin)

    revoked, forged = client.get(path), client.get("/invitation/nonsense/")

    assert revoked.status_code == forged.status_code == 409
    assert revoked.content == forged.content
    assert client.post(path, ARRIVAL).status_code == 409


def test_somebody_elses_link_is_not_taken_by_who_is_signed_in(browser, admin, dana):
    client = browser(dana)

    response = client.get(path_of(invite(admin)))

    assert response.status_code == 409
    assert "You are signed in as Dana" in response.content.decode()
    assert client.post(path_of(Invitation.objects.get()), ARRIVAL).status_code == 409


def test_a_new_session_begins_with_the_sign_in_of_an_invited_person(client, admin):
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = client.session.session_key

    client.post(path_of(invite(admin)), ARRIVAL)

    assert client.session.session_key != before


# A forgotten password ---------------------------------------------------------------------------------------------------


def ask(client, email, **facts):
    return client.post(reverse("account_reset_password"), {"email": email}, **facts)


def test_the_answer_is_the_same_whoever_is_asked_for(client, dana, django_assert_num_queries):
    answers = []
    for email in (dana.email, "nobody@verrow.example"):
        with django_assert_num_queries(3):  # the letter's row between a savepoint and its release: nobody is looked up
            answers.append(ask(client, email))

    first, second = answers
    assert (
        (first.status_code, first["Location"])
        == (second.status_code, second["Location"])
        == (302, "/accounts/password/reset/done/")
    )
    assert first.content == second.content


def test_only_an_account_that_has_a_password_gets_a_mail(client, dana, admin):
    invite(admin)
    closed = accounts.make("gone@verrow.example", "Gone", password=PASSWORD, actor=None)
    accounts.close(closed, actor=admin)
    Letter.objects.all().delete()
    for email in (dana.email.upper(), "nobody@verrow.example", "bo@verrow.example", "gone@verrow.example"):
        ask(client, email)

    letters.send_waiting()

    assert [sent.to for sent in mail.outbox] == [[dana.email]]
    assert set(Letter.objects.values_list("address", flat=True)) == {""}  # no address is kept of those who were asked for


def test_one_account_is_asked_for_three_times_in_a_quarter_of_an_hour(client, dana):
    for place in range(5):
        assert ask(client, dana.email, REMOTE_ADDR=f"198.51.100.{place}").status_code == 302

    assert Letter.objects.count() == 3


def test_one_address_asks_ten_times_in_a_quarter_of_an_hour(client, db):
    statuses = [ask(client, f"p{n}@verrow.example").status_code for n in range(11)]

    assert statuses == [302] * 10 + [429]


def test_a_new_password_ends_every_session_and_signs_nobody_in(browser, dana):
    other, client = browser(dana), browser()

    response = client.post(reset_path(dana), {"password": NEW, "again": NEW})

    assert response["Location"] == reverse("account_login")
    assert who(client) is None
    assert who(other) is None
    assert not BrowserSession.objects.filter(user=dana, ended_at=None).exists()
    assert User.objects.get(pk=dana.pk).check_password(NEW)
    assert AuditEntry.objects.filter(verb="user.password_reset", subject_id=dana.pk).count() == 1
    letters.send_waiting()
    assert mail.outbox[0].subject == "Your password was changed"


def test_a_reset_does_not_pass_the_second_factor(browser, dana, with_app):
    secret = with_app(dana)
    client = browser()
    client.post(reset_path(dana), {"password": NEW, "again": NEW})

    client.post(reverse("account_login"), {"login": dana.email, "password": NEW})

    assert who(client) is None
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert who(client) == dana.pk


def test_a_reset_lets_nobody_add_a_factor(browser, person):
    cio = person("CIO", has_factor=False)
    accounts.set_password(cio, PASSWORD, actor=None)
    client = browser()
    client.post(reset_path(cio), {"password": NEW, "again": NEW})
    client.post(reverse("account_login"), {"login": cio.email, "password": NEW})

    assert who(client) == cio.pk
    assert client.get(reverse("people:factor-app"))["Location"] == reverse("people:factors")
    assert client.post(reverse("people:factor-app"), {"code": "123456"})["Location"] == reverse("people:factors")
    assert not Authenticator.objects.exists()


def test_the_link_of_a_reset_works_once(client, dana):
    path = reset_path(dana)
    client.post(path, {"password": NEW, "again": NEW})

    assert client.post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 409
    assert User.objects.get(pk=dana.pk).check_password(NEW)


@pytest.mark.parametrize("key", ["1-abc", "zzzzzzzzzzzzzzz-abc", "-", "x", "!!-!!"])
def test_a_forged_key_resets_nothing(client, dana, key):
    assert client.get(reverse("people:new-password", args=[key])).status_code == 409


def test_the_link_of_a_reset_ends_after_an_hour(client, dana, settings):
    path = reset_path(dana)
    settings.PASSWORD_RESET_TIMEOUT = -1

    assert client.get(path).status_code == 409


def test_a_reset_opens_the_lock_of_wrong_passwords(client, dana):
    for _ in range(5):
        client.post(reverse("account_login"), {"login": dana.email, "password": "wrong-wrong-wrong"})
    assert client.post(reverse("account_login"), {"login": dana.email, "password": PASSWORD}).status_code == 429

    client.post(reset_path(dana), {"password": NEW, "again": NEW})

    assert client.post(reverse("account_login"), {"login": dana.email, "password": NEW}).status_code == 302


def test_a_weak_new_password_is_told_beside_its_field(client, dana):
    response = client.post(reset_path(dana), {"password": "password1234", "again": "password1234"})

    assert response.status_code == 422
    assert response.context["form"].errors["password"]
    assert User.objects.get(pk=dana.pk).check_password(PASSWORD)


def test_an_invited_person_gets_no_reset(admin):
    bo = invite(admin).user

    assert not resets.may(bo)
    assert not second_factors.needed(bo)
