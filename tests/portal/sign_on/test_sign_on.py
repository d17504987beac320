"""Coming in by an identity provider that runs for real, on this machine."""

from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import PermissionDenied

from portal.errors import Invalid
from portal.people import accounts, role_assignments
from portal.people.models import RoleAssignment, User
from portal.record.models import AuditEntry
from portal.sign_on import providers, role_rules
from portal.sign_on.errors import NeverUsed, ProviderEnded, RuleThere
from portal.sign_on.models import GivenRole, IdentityProvider
from tests.factories.portal import make_user
from tests.portal.sign_on.issuer import Issuer


@pytest.fixture(scope="module")
def issuer():
    with oidc_provider_mock.run_server_in_thread(require_client_registration=True) as server:
        yield Issuer(server.server_port)


@pytest.fixture
def admin(person):
    return person("ADMIN")


@pytest.fixture
def verrow(issuer, admin):
    """Running."""
    one = providers.add(
        key="verrow", name="Verrow", issuer=issuer.address, client_id=issuer.client_id, secret=issuer.secret, actor=admin
    )
    return providers.start(one, actor=admin)


def begun(client, key="verrow"):
    answer = client.post(f"/accounts/oidc/{key}/login/", {"next": "/risks/register/"})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def came_in(client, issuer, subject):
    return client.get(issuer.answer(begun(client), subject))


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def roles_of(user):
    return {(row.role, row.unit.name) for row in user.role_assignments.filter(ended_at=None).select_related("unit")}


def test_who_is_known_by_address_comes_in_and_is_known_by_the_subject_afterwards(client, issuer, verrow, person):
    analyst = person("ANALYST")
    issuer.knows("s-1", email=analyst.email.upper(), email_verified=True, name="Else", groups=[])
    where = begun(client)
    asked = parse_qs(urlsplit(where).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]

    back = issuer.answer(where, "s-1")
    answer = client.get(back)

    assert (answer.status_code, answer["Location"]) == (302, "/risks/register/")
    assert client.session["_auth_user_id"] == str(analyst.pk)
    account = SocialAccount.objects.get()
    assert (account.provider, account.uid, account.extra_data) == ("verrow", "s-1", {})
    assert IdentityProvider.objects.get().last_used_at is not None
    client.logout()
    assert client.get(back).status_code == 400  # an answer counts once
    issuer.knows("s-1", email="moved@elsewhere.example", email_verified=True)
    came_in(client, issuer, "s-1")
    assert client.session["_auth_user_id"] == str(analyst.pk)
    assert SocialAccount.objects.get().extra_data == {}


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"email": "nobody@verrow.example", "email_verified": True}, "Nobody here has this address"),
        ({"email": "known@verrow.example"}, "does not vouch for your address"),
        ({"email": "known@verrow.example", "email_verified": False}, "does not vouch for your address"),
        ({"name": "Known"}, "does not say who you are by e-mail"),
        ({"email": "machine@verrow.example", "email_verified": True}, "Nobody here has this address"),
        ({"email": "closed@verrow.example", "email_verified": True}, "This account is closed"),
    ],
)
def test_who_may_not_come_in_is_told_why_and_by_which_number_it_is_found(client, issuer, verrow, admin, claims, words):
    make_user(email="known@verrow.example")
    make_user(email="machine@verrow.example", is_service=True)
    accounts.close(make_user(email="closed@verrow.example"), actor=admin)
    issuer.knows("s-2", **claims)

    answer = came_in(client, issuer, "s-2")

    said = answer.content.decode()
    assert answer.status_code == 403
    assert words in said
    assert answer["X-Request-Id"] in said
    assert not signed_in(client)
    assert not SocialAccount.objects.exists()


def test_an_address_counts_unproven_where_the_provider_vouches_for_all(client, issuer, verrow, admin, person):
    analyst = person("ANALYST")
    providers.change(verrow, proves_addresses=True, actor=admin)
    issuer.knows("s-3", email=analyst.email)

    came_in(client, issuer, "s-3")

    assert client.session["_auth_user_id"] == str(analyst.pk)


def test_a_provider_stands_in_for_no_second_factor(client, issuer, verrow, person):
    cio = person("CIO")
    issuer.knows("s-11", email=cio.email, email_verified=True, acr="high", amr=["mfa"])

    answer = came_in(client, issuer, "s-11")

    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert not signed_in(client)


def test_a_second_subject_of_one_address_is_nobody(client, issuer, verrow, person):
    analyst = person("ANALYST")
    for subject in ("s-4", "s-5"):
        issuer.knows(subject, email=analyst.email, email_verified=True)
    came_in(client, issuer, "s-4")
    client.logout()

    answer = came_in(client, issuer, "s-5")

    assert answer.status_code == 403
    assert "came in as somebody else before" in answer.content.decode()


def test_roles_follow_from_groups_and_what_was_given_by_hand_stays(client, issuer, verrow, admin, company):
    user = make_user(email="lena@verrow.example")
    role_assignments.give(user, "COLLEAGUE", company.root, actor=admin)
    role_assignments.give(user, "HEAD", company.finance, actor=admin)
    for group, role, unit in (
        ("Risk-Office", "ANALYST", company.northfield),
        ("heads", "HEAD", company.finance),
        ("plant", "ENGINEER", company.eastmere),
    ):
        role_rules.add(group=group, role=role, unit=unit, actor=admin)
    issuer.knows("s-6", email=user.email, email_verified=True, groups=["risk-office", "heads", "other"])

    came_in(client, issuer, "s-6")

    by_hand = {("COLLEAGUE", company.root.name), ("HEAD", "Finance")}
    assert roles_of(user) == by_hand | {("ANALYST", "Northfield")}
    assert GivenRole.objects.get().assignment.role == "ANALYST"
    client.logout()
    issuer.knows("s-6", email=user.email, email_verified=True, groups="plant")
    came_in(client, issuer, "s-6")
    assert roles_of(user) == by_hand | {("ENGINEER", "Eastmere")}
    verbs = set(AuditEntry.objects.filter(kind="user", subject_id=user.pk).values_list("verb", flat=True))
    assert {"user.role_given", "user.role_ended", "user.provider_linked"} <= verbs


def test_no_group_makes_an_administrator_and_none_unseats_a_leader(client, issuer, verrow, admin, person, company):
    for role in ("ADMIN", "INTEGRATION", "PREPARER", "COUNSEL"):
        with pytest.raises(Invalid):
            role_rules.add(group="g", role=role, unit=company.root, actor=admin)
    cio = person("CIO")
    role_rules.add(group="auditors", role="AUDITOR", unit=company.root, actor=admin)
    with pytest.raises(RuleThere):
        role_rules.add(group="auditors", role="AUDITOR", unit=company.root, actor=admin)

    role_rules.follow(cio, ["auditors"], GivenRole.Source.PROVIDER)

    assert roles_of(cio) == set()
    rule = role_rules.end(role_rules.add(group="audit", role="BOARD", unit=company.root, actor=admin), actor=admin)
    assert rule.archived_at
    assert role_rules.wanted(["audit"]) == []


def test_who_is_unknown_gets_an_account_where_that_is_wished(client, issuer, verrow, admin, company):
    with pytest.raises(Invalid) as refusal:
        providers.change(verrow, makes_accounts=True, actor=admin)
    assert set(refusal.value.fields) == {"unit"}
    providers.change(verrow, makes_accounts=True, unit=company.finance, actor=admin)
    role_rules.add(group="all", role="COLLEAGUE", unit=company.root, actor=admin)
    issuer.knows("s-7", email="new@verrow.example", email_verified=True, name="Nia New", groups=["all"])

    came_in(client, issuer, "s-7")

    made = User.objects.get(email="new@verrow.example")
    assert (made.name, made.unit, made.has_usable_password()) == ("Nia New", company.finance, False)
    assert roles_of(made) == {("COLLEAGUE", company.root.name)}
    assert signed_in(client)


def test_passwords_close_but_for_administrators_and_only_once_somebody_came_in(client, issuer, verrow, admin, person):
    analyst = person("ANALYST")
    for one in (admin, analyst):
        accounts.set_password(one, "a long enough pass phrase 7", actor=None)
    with pytest.raises(NeverUsed):
        providers.change(verrow, is_required=True, actor=admin)
    issuer.knows("s-8", email=analyst.email, email_verified=True)
    came_in(client, issuer, "s-8")
    client.logout()
    providers.change(verrow, is_required=True, actor=admin)

    def by_password(user):
        return client.post("/accounts/login/", {"login": user.email, "password": "a long enough pass phrase 7"})

    refused = by_password(analyst)
    assert refused.status_code == 403
    assert "Passwords are for administrators here" in refused.content.decode()
    assert not signed_in(client)
    wrong = client.post("/accounts/login/", {"login": analyst.email, "password": "wrong"})
    assert wrong.status_code == 200  # nothing is learnt without the password
    assert by_password(admin).status_code == 302
    client.logout()
    providers.stop(verrow, actor=admin)
    assert by_password(analyst).status_code == 302


def test_a_provider_that_fails_says_so_and_the_password_still_lets_in(client, issuer, verrow, admin, person, monkeypatch):
    analyst = person("ANALYST")
    accounts.set_password(analyst, "a long enough pass phrase 7", actor=None)
    issuer.knows("s-9", email=analyst.email, email_verified=True)
    providers.change(verrow, actor=admin, secret="another one")
    refused = came_in(client, issuer, "s-9")
    assert (refused.status_code, "does not know Concord" in refused.content.decode()) == (502, True)
    providers.change(verrow, actor=admin, secret=issuer.secret)

    where = begun(client)
    state = parse_qs(urlsplit(where).query)["state"][0]
    cancelled = client.get("/accounts/oidc/verrow/login/callback/", {"error": "access_denied", "state": state})
    assert "came back without signing in" in cancelled.content.decode()
    stale = client.get("/accounts/oidc/verrow/login/callback/", {"code": "x", "state": "made-up"})
    assert (stale.status_code, "begun elsewhere" in stale.content.decode()) == (400, True)

    providers.change(verrow, actor=admin, issuer="http://localhost:9")
    gone = client.post("/accounts/oidc/verrow/login/")
    assert (gone.status_code, "does not answer" in gone.content.decode()) == (502, True)
    providers.change(verrow, actor=admin, issuer=f"{issuer.address}/.")
    other = client.post("/accounts/oidc/verrow/login/")
    assert (other.status_code, "not the one that was named" in other.content.decode()) == (502, True)
    assert client.get("/accounts/oidc/nobody/login/callback/").status_code == 404
    page = client.get("/accounts/login/")
    assert "Sign in with Verrow" in page.content.decode()
    assert client.post("/accounts/login/", {"login": analyst.email, "password": "a long enough pass phrase 7"}).status_code == 302


def test_only_the_sign_in_page_lets_a_form_lead_to_the_provider(client, issuer, verrow, admin):
    def forms(path):
        policy = dict(part.strip().partition(" ")[::2] for part in client.get(path)["Content-Security-Policy"].split(";"))
        return policy["form-action"].split()

    assert forms("/accounts/login/") == ["'self'", issuer.address]
    assert forms("/accounts/password/reset/") == ["'self'"]
    providers.stop(verrow, actor=admin)
    assert forms("/accounts/login/") == ["'self'"]
    assert "Nobody signs in by this provider at present" in client.post("/accounts/oidc/verrow/login/").content.decode()


def test_the_check_names_each_step_and_stops_at_the_first_that_tells_nothing(issuer, verrow, admin):
    good = providers.check(verrow, actor=admin)
    assert [(name, well) for name, well, _said in good.check_result] == [
        (name, True) for name in ("description", "issuer", "endpoints", "pkce", "keys")
    ]
    assert good.origins == [issuer.address]

    providers.change(verrow, actor=admin, issuer=f"{issuer.address}/elsewhere")
    assert providers.check(verrow, actor=admin).check_result[0][:2] == ["description", False]
    providers.change(verrow, actor=admin, issuer=issuer.address.replace("localhost", "127.0.0.1"))
    assert [well for _name, well, _said in providers.check(verrow, actor=admin).check_result][:2] == [True, True]


def test_an_administrator_tries_it_and_nothing_follows(client, issuer, verrow, admin, company):
    client.force_login(admin)
    role_rules.add(group="risk", role="ANALYST", unit=company.northfield, actor=admin)
    providers.stop(verrow, actor=admin)
    issuer.knows("s-10", email=admin.email, email_verified=True, groups=["risk"])

    where = client.post("/accounts/oidc/verrow/trying/")
    back = client.get(issuer.answer(where["Location"], "s-10"))
    shown = client.get(back["Location"]).content.decode()

    assert "What it said of you just now" in shown
    assert "Analyst · Northfield" in shown
    assert admin.name in shown
    assert not SocialAccount.objects.exists()
    assert not GivenRole.objects.exists()
    assert client.session["_auth_user_id"] == str(admin.pk)
    assert "What it said of you" not in client.get(f"/people/sign-on/{verrow.pk}/").content.decode()
    providers.change(verrow, issuer="http://localhost:9", actor=admin)
    deaf = client.post("/accounts/oidc/verrow/trying/", follow=True)
    assert "The provider does not answer (ConnectionError)" in deaf.content.decode()


def test_the_page_adds_and_changes_one_and_never_shows_its_secret(client, issuer, admin):
    client.force_login(admin)
    told = {
        "key": "verrow",
        "name": "Verrow",
        "issuer": issuer.address,
        "client_id": "c",
        "secret": "hidden-7",
        "groups_claim": "groups",
    }
    assert client.post("/people/sign-on/", told | {"issuer": "http://example.com"}).status_code == 422
    made = client.post("/people/sign-on/", told)
    one = IdentityProvider.objects.get()
    assert (made.status_code, made["Location"]) == (302, f"/people/sign-on/{one.pk}/")
    assert "hidden-7" not in one.secret + client.get(made["Location"]).content.decode()
    kept = one.secret

    client.post(made["Location"], told | {"name": "Verrow staff", "secret": ""})

    one.refresh_from_db()
    assert (one.name, one.secret) == ("Verrow staff", kept)
    assert client.post("/people/sign-on/", told).status_code == 422  # the key is taken
    client.post(f"/people/sign-on/{one.pk}/ending/")
    with pytest.raises(ProviderEnded):
        providers.start(one, actor=admin)
    assert IdentityProvider.objects.get().secret == ""


def test_only_an_administrator_may(verrow, person, company):
    analyst = person("ANALYST")
    for verb in (providers.start, providers.stop, providers.end, providers.check):
        with pytest.raises(PermissionDenied):
            verb(verrow, actor=analyst)
    with pytest.raises(PermissionDenied):
        providers.change(verrow, name="x", actor=analyst)
    with pytest.raises(PermissionDenied):
        role_rules.add(group="g", role="ANALYST", unit=company.root, actor=analyst)
    assert RoleAssignment.objects.filter(role="ANALYST").count() == 1
    assert requests.get(f"{verrow.issuer}/.well-known/openid-configuration", timeout=5).ok


def test_the_api_takes_a_secret_and_never_gives_it(client, issuer, admin, company):
    client.force_login(admin)
    told = {"key": "verrow", "name": "Verrow", "issuer": issuer.address, "client_id": "c", "secret": "hidden-7"}
    made = client.post("/api/v1/identity-providers/", told, "application/json")
    assert made.status_code == 201, made.content
    assert "secret" not in made.json()
    path = f"/api/v1/identity-providers/{made.json()['id']}/"
    changed = client.post(f"{path}change/", {"makes_accounts": True, "unit": company.finance.pk}, "application/json")
    assert (changed.status_code, changed.json()["unit"]) == (200, company.finance.pk)
    assert [step["went_well"] for step in client.post(f"{path}checking/").json()["check_result"]] == [True] * 5
    rule = client.post("/api/v1/role-rules/", {"group": "g", "role": "HEAD", "unit": company.finance.pk}, "application/json")
    assert rule.status_code == 201
    assert client.post(f"/api/v1/role-rules/{rule.json()['id']}/ending/").json()["archived_at"]
