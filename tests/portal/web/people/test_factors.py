from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.urls import reverse

from portal import clock
from portal.people import accounts, appointments, factor_rule, invitations, letters, organisations, roll, second_factors
from portal.people.errors import FactorNotAllowed, LastFactor, NoFactor, OwnAccount
from portal.people.models import BrowserSession, Invitation
from portal.record.models import AuditEntry
from tests.factories.portal import freshen, make_user
from tests.portal.web.people.conftest import PASSWORD, code_for, who

Type = Authenticator.Type
LED_TO = "/account/factors/"
APP = "/account/factors/app/"
RULE, LINK = "/account/factors/everybody/", "/account/factors/link/"


@pytest.fixture
def cio(person):
    """A leader with a password and no second factor."""
    user = person("CIO", has_factor=False)
    accounts.set_password(user, PASSWORD, actor=None)
    return user


@pytest.mark.parametrize("office", ["CIO", "CISO", "CSO", "ARBITER", "ADMIN"])
@pytest.mark.parametrize("address", ["/", "/account/", "/risks/register/", "/admin/", "/people/", "/accounts/password/reset/"])
def test_who_needs_a_factor_is_led_to_it_from_everywhere(browser, person, office, address):
    assert browser(person(office, has_factor=False)).get(address)["Location"] == LED_TO


@pytest.mark.parametrize("office", ["PREPARER", "BOARD", "ANALYST", "OWNER", "HEAD", "ENGINEER", "COLLEAGUE", "AUDITOR"])
def test_nobody_else_is(browser, person, office):
    assert browser(person(office)).get("/account/").status_code == 200


def test_a_substitute_who_stands_in_needs_one_too(browser, person):
    cio, deputy = person("CIO"), person("ANALYST")
    appointments.appoint("CIO", cio, substitute=deputy, actor=None)
    client = browser(deputy)
    assert client.get("/account/").status_code == 200

    appointments.vacate("CIO", actor=None)

    assert client.get("/account/")["Location"] == LED_TO


def test_programs_and_fragments_of_theirs_are_refused(browser, cio):
    client = browser(cio)

    problem = client.get("/api/v1/risks/")
    fragment = client.get("/risks/register/", headers={"HX-Request": "true"})

    assert (problem.status_code, problem.json()["code"]) == (403, "factor-needed")
    assert (fragment.content, fragment["HX-Redirect"]) == (b"", LED_TO)


def test_without_an_invitation_there_is_nothing_to_do_but_ask_for_one(browser, cio):
    client = browser(cio)

    page = client.get(LED_TO).content.decode()

    assert "A first factor is added by a link that an administrator sends" in page
    assert APP not in page
    assert client.post(APP, {"code": "123456"})["Location"] == LED_TO
    assert client.get("/account/factors/passkey/")["Location"] == LED_TO
    assert client.post(reverse("account_logout")).status_code == 302


def test_the_invitation_of_an_administrator_lets_them_add_one(browser, cio, person):
    invitation = invitations.offer_factor(cio, actor=person("ADMIN"))
    client = browser(cio)
    client.get(reverse("people:invitation", args=[invitations.token_of(invitation)]))
    secret = client.get(APP).context["secret"]

    assert client.post(APP, {"code": "000000"}).status_code == 422
    client.post(APP, {"code": code_for(secret)})

    assert client.get("/account/").status_code == 200
    assert {one.type for one in second_factors.of(cio)} == {Type.TOTP, Type.RECOVERY_CODES}
    assert AuditEntry.objects.get(verb="user.factor_added").params == {"kind": "totp"}
    assert Invitation.objects.get().standing == Invitation.State.USED
    letters.send_waiting()
    assert [sent.subject for sent in mail.outbox] == ["A second factor was added"]


def test_an_invitation_is_of_the_session_that_opened_it(browser, cio, person):
    invitations.offer_factor(cio, actor=person("ADMIN"))

    assert browser(cio).get(APP)["Location"] == LED_TO


def test_a_session_that_waited_without_a_factor_is_not_let_in_by_one_added_elsewhere(browser, cio, person):
    """A thief with the password signs in and waits until the owner adds the factor."""
    invitation = invitations.offer_factor(cio, actor=person("ADMIN"))
    thief, owner = browser(cio), browser(cio)
    owner.get(reverse("people:invitation", args=[invitations.token_of(invitation)]))
    owner.post(APP, {"code": code_for(owner.get(APP).context["secret"])})

    assert who(thief) is None
    assert who(owner) == cio.pk


def test_from_a_day_on_everybody_needs_a_factor_and_is_led_to_it_before(browser, person, company, with_app):
    leader, analyst = person("CISO"), person("ANALYST")
    office, begins = browser(leader, secret=with_app(leader)), organisations.today() + timedelta(days=7)
    assert office.post(RULE, {"begins": begins - timedelta(days=8)}).status_code == 422
    assert browser(analyst).post(RULE, {"begins": begins}).status_code == 403
    assert browser(analyst).post(LINK).status_code == 409  # nobody asks everybody yet

    office.post(RULE, {"begins": begins})

    organisations.forget()
    assert f"Everybody needs a second factor from {begins.day} " in office.get(LED_TO).content.decode()
    assert AuditEntry.objects.get(verb=factor_rule.CHANGED).params == {"from": begins.isoformat()}
    client = browser(analyst)
    assert client.get("/risks/register/?q=fire")["Location"] == LED_TO
    page = client.get(LED_TO).content.decode()
    assert "Send me the link" in page and 'href="/risks/register/?q=fire"' in page and RULE not in page
    assert client.get("/risks/register/").status_code == 200  # once a session
    assert browser(analyst).get("/api/v1/risks/").status_code == 200
    assert (client.post(LINK).status_code, client.post(LINK).status_code) == (302, 409)
    client.get(reverse("people:invitation", args=[invitations.token_of(Invitation.objects.get(user=analyst))]))
    client.post(APP, {"code": code_for(client.get(APP).context["secret"])})
    assert second_factors.recovery_codes_of(analyst)

    late, program = person("ANALYST"), person("INTEGRATION", is_service=True)
    with clock.stopped(clock.now() + timedelta(days=7)):
        assert browser(late).get("/account/")["Location"] == LED_TO
        assert browser(late).get("/api/v1/risks/").json()["code"] == "factor-needed"
        assert "Everybody here needs a second factor" in browser(late).get(LED_TO).content.decode()
        assert browser(analyst).get("/account/").status_code == 200
        assert (second_factors.lacking(late), second_factors.lacking(program)) == (True, False)
        assert {one.pk for one in roll.of(leader).filter(roll.lacking_factor())} == {late.pk}
        factor_rule.ask_everybody(None, actor=leader)
        organisations.forget()
        assert browser(late).get("/account/").status_code == 200


def test_another_factor_is_added_after_using_one(browser, cio, with_app):
    secret = with_app(cio)
    client = browser(cio, secret=secret)
    assert client.get("/account/factors/passkey/").status_code == 200

    freshen(client, cio, seconds_ago=15 * 60 + 1)

    assert client.get("/account/factors/passkey/")["Location"].startswith("/accounts/2fa/reauthenticate/?next=")
    assert client.post(APP, {"code": "123456"})["Location"].startswith("/accounts/2fa/reauthenticate/?next=")


def test_a_password_confirms_nothing_where_there_is_a_factor(browser, cio, with_app):
    client = browser(cio, secret=with_app(cio))
    freshen(client, cio, seconds_ago=3600)

    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert client.get(APP).status_code == 302


def test_the_last_factor_stays_where_the_role_asks_for_one(browser, cio, with_app):
    client = browser(cio, secret=with_app(cio))
    (app,) = second_factors.of(cio)

    response = client.post(f"/account/factors/{app.pk}/removal/")

    assert response.status_code == 409
    assert "this is your only one" in response.content.decode()
    with pytest.raises(LastFactor):
        second_factors.remove(app, actor=cio)


def test_one_of_two_is_removed_and_told(browser, cio, with_app):
    client = browser(cio, secret=with_app(cio))
    key = Authenticator.objects.create(user=cio, type=Type.WEBAUTHN, data={"name": "laptop"})

    client.post(f"/account/factors/{key.pk}/removal/")

    assert not Authenticator.objects.filter(pk=key.pk).exists()
    assert AuditEntry.objects.get(verb="user.factor_removed").params == {"kind": "webauthn"}
    letters.send_waiting()
    assert mail.outbox[0].subject == "A second factor was removed"


def test_who_needs_none_removes_their_last_with_its_recovery_codes(person):
    dana = person("ANALYST")
    accounts.give_totp(dana)

    second_factors.remove(second_factors.of(dana)[0], actor=dana)

    assert second_factors.of(dana) == []


def test_recovery_codes_are_no_factor_to_remove_nor_to_have_alone(person):
    dana = person("ANALYST")
    with pytest.raises(NoFactor):
        second_factors.renew_recovery_codes(dana, actor=dana)
    accounts.give_totp(dana)

    with pytest.raises(FactorNotAllowed):
        second_factors.remove(second_factors.of(dana)[-1], actor=dana)


def test_a_recovery_code_lets_in_once_and_new_ones_void_the_old(browser, cio, with_app):
    secret = with_app(cio)
    old = second_factors.renew_recovery_codes(cio, actor=cio)
    client = browser()
    for inside in (True, False):
        client.post(reverse("account_logout"))
        client.post(reverse("account_login"), {"login": cio.email, "password": PASSWORD})
        client.post(reverse("mfa_authenticate"), {"code": old[0]})
        assert (who(client) == cio.pk) is inside

    renewed = browser(cio, secret=secret).post("/account/factors/recovery-codes/").context["codes"]

    assert set(renewed).isdisjoint(old)


def test_nobody_touches_somebody_elses_factor(browser, person, with_app):
    dana = person("ANALYST")
    secret = with_app(dana)
    other = Authenticator.objects.create(user=make_user(), type=Type.TOTP, data={"secret": ""})

    assert browser(dana, secret=secret).post(f"/account/factors/{other.pk}/removal/").status_code == 404


# One factor lost: the way out ------------------------------------------------------------------------------------------


def test_a_lost_factor_is_reset_by_an_administrator_told_by_mail_and_enrolled_anew(
    browser, cio, person, with_app, django_capture_on_commit_callbacks
):
    admin = person("ADMIN")
    with_app(cio)
    owner, desk = browser(cio), browser(admin)
    page = f"/people/{cio.pk}/factors/reset/"
    assert desk.post(page)["Location"].startswith("/accounts/2fa/reauthenticate/")
    freshen(desk, admin)

    with django_capture_on_commit_callbacks(execute=True):
        desk.post(page)

    assert second_factors.of(cio) == []
    assert who(owner) is None
    assert AuditEntry.objects.get(verb="user.factor_reset").actor == admin
    assert "took the second factor of your account away" in mail.outbox[0].body
    link = next(line for line in mail.outbox[0].body.splitlines() if "/invitation/" in line).removeprefix("http://localhost")
    back = browser()
    back.post(back.get(link)["Location"], {"login": cio.email, "password": PASSWORD})
    assert back.get("/risks/register/")["Location"] == LED_TO
    back.get(link)
    back.post(APP, {"code": code_for(back.get(APP).context["secret"])})
    assert back.get("/account/").status_code == 200


def test_nobody_resets_their_own(browser, person):
    admin = person("ADMIN")
    client = browser(admin)
    freshen(client, admin)

    assert client.post(f"/people/{admin.pk}/factors/reset/").status_code == 409
    with pytest.raises(OwnAccount):
        second_factors.reset(admin, actor=admin)
    assert second_factors.of(admin) != []


# Sessions ---------------------------------------------------------------------------------------------------------------


def test_a_sign_in_says_where_from_and_since_when(browser, person):
    dana = person("ANALYST")
    client = browser()
    accounts.set_password(dana, PASSWORD, actor=None)

    client.post(reverse("account_login"), {"login": dana.email, "password": PASSWORD}, REMOTE_ADDR="198.51.100.7")

    (session,) = BrowserSession.objects.filter(user=dana)
    assert (session.device, session.address) == ("Firefox on Windows", "198.51.100.7")
    assert "Firefox on Windows" in client.get("/account/").content.decode()


def test_a_session_ended_by_its_person_is_out_at_its_next_request(browser, person, django_capture_on_commit_callbacks):
    dana = person("ANALYST")
    here, there = browser(dana), browser(dana)
    there.get("/account/")
    other = BrowserSession.objects.get(session_key=there.session.session_key)

    with django_capture_on_commit_callbacks(execute=True):
        here.post(f"/account/sessions/{other.pk}/end/")

    assert there.get("/account/")["Location"].startswith("/accounts/login/")
    assert here.get("/account/").status_code == 200
    assert AuditEntry.objects.get(verb="user.session_ended").subject_id == dana.pk


def test_an_administrator_ends_every_session(browser, person, django_capture_on_commit_callbacks):
    dana, admin = person("ANALYST"), person("ADMIN")
    one, two, desk = browser(dana), browser(dana), browser(admin)

    with django_capture_on_commit_callbacks(execute=True):
        desk.post(f"/people/{dana.pk}/sessions/end/")

    assert (who(one), who(two), who(desk)) == (None, None, admin.pk)


def test_an_ended_session_that_outlived_its_end_in_the_cache_lasts_a_minute_at_most(browser, person):
    dana = person("ANALYST")
    client = browser(dana)
    BrowserSession.objects.update(ended_at=clock.now())  # as if the process had died before it emptied the cache

    assert client.get("/account/").status_code == 302
    assert who(client) is None


def test_last_seen_is_kept_by_the_minute(browser, person, django_assert_max_num_queries):
    client = browser(person("ANALYST"))
    client.get("/account/")
    seen = BrowserSession.objects.get().last_seen_at

    with clock.stopped(clock.now() + timedelta(seconds=30)):
        client.get("/account/")

    assert BrowserSession.objects.get().last_seen_at == seen


def test_signing_out_ends_the_line_in_the_list(browser, person):
    client = browser(person("ANALYST"))

    client.post(reverse("account_logout"))

    assert BrowserSession.objects.get().ended_at is not None


def test_a_closed_account_is_signed_out_everywhere(browser, person):
    dana = person("ANALYST")
    client = browser(dana)

    accounts.close(dana, actor=person("ADMIN"))

    assert who(client) is None
    assert BrowserSession.objects.filter(user=dana, ended_at=None).count() == 0


def test_nobody_ends_somebody_elses_session(browser, person):
    other = BrowserSession.objects.create(user=make_user(), session_key="other")

    assert browser(person("ANALYST")).post(f"/account/sessions/{other.pk}/end/").status_code == 404


# The password and what one says of oneself --------------------------------------------------------------------------------

NEW = {"current": PASSWORD, "password": "quite-another-pass-phrase", "again": "quite-another-pass-phrase"}


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(browser, person, django_capture_on_commit_callbacks):
    dana = person("ANALYST")
    accounts.set_password(dana, PASSWORD, actor=None)
    here, there = browser(dana), browser(dana)
    before = here.session.session_key

    with django_capture_on_commit_callbacks(execute=True):
        assert here.post("/account/password/", NEW)["Location"] == "/account/"

    assert (who(here), who(there)) == (dana.pk, None)
    assert here.session.session_key != before
    assert BrowserSession.objects.get(ended_at=None).session_key == here.session.session_key


def test_a_wrong_current_password_changes_nothing_and_is_not_guessed_for_ever(browser, person):
    dana = person("ANALYST")
    accounts.set_password(dana, PASSWORD, actor=None)
    client = browser(dana)

    statuses = [client.post("/account/password/", NEW | {"current": "wrong"}).status_code for _ in range(6)]

    assert statuses == [422] * 5 + [429]
    assert client.post("/account/password/", NEW).status_code == 429
    dana.refresh_from_db()
    assert dana.check_password(PASSWORD)


def test_name_language_and_zone_are_ones_own_to_say(browser, person):
    dana = person("ANALYST")
    client = browser(dana)

    client.post("/account/", {"name": "Dana W.", "language": "en", "time_zone": "America/Sao_Paulo", "is_service": "1"})
    dana.refresh_from_db()
    assert (dana.name, dana.time_zone, dana.is_service) == ("Dana W.", "America/Sao_Paulo", False)
    assert AuditEntry.objects.get(verb="user.changed").params == {"fields": ["name", "time_zone"]}

    assert client.post("/account/", {"name": " ", "language": "tlh", "time_zone": "Mars/Olympus"}).status_code == 422
