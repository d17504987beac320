"""The directory's door, asked by a tester of the standard and as directories ask it."""

from threading import Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from portal.attention.models import Reminder
from portal.people import accounts, leaving, tokens
from portal.people.models import User
from portal.sign_on import directory, role_rules
from portal.sign_on.errors import KnownToTheDirectory
from portal.sign_on.models import DirectoryGroup, DirectoryPerson, GivenRole
from tests.database import somebody_waits
from tests.factories.assets import make_asset
from tests.factories.portal import make_company, make_person

USER, GROUP = (f"urn:ietf:params:scim:schemas:core:2.0:{kind}" for kind in ("User", "Group"))
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@pytest.fixture
def admin(person):
    return person("ADMIN")


@pytest.fixture
def account(person):
    return person("INTEGRATION")


@pytest.fixture
def door(client, account, admin):
    """`door("post", "/Users", {…})`, by a token of both scopes."""
    return door_by(client, account, admin, ["directory:read", "directory:write"])


@pytest.fixture
def wsgi():
    """The portal as a server calls it, within this test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def door_by(client, account, admin, scopes):
    _token, secret = tokens.issue(account, "directory", scopes, actor=admin)

    def ask(method, path, told=None):
        options = {"data": told, "content_type": "application/scim+json"} if told is not None else {}
        return getattr(client, method)(f"/scim/v2{path}", headers={"authorization": f"Bearer {secret}"}, **options)

    ask.secret = secret
    return ask


def lena(**more):
    return {
        "schemas": [USER],
        "userName": "lena@verrow.example",
        "displayName": "Lena Ost",
        "externalId": "e-1",
        "active": True,
    } | more


def roles_of(pk):
    user = DirectoryPerson.objects.get(pk=pk).user
    return {(row.role, row.unit.name) for row in user.role_assignments.filter(ended_at=None)}


def test_a_tester_of_the_standard_finds_nothing_wrong(door, wsgi):
    found = check_server(
        WSGISCIMClient(
            get_wsgi_application(), base_url="http://testserver/scim/v2", headers={"Authorization": f"Bearer {door.secret}"}
        )
    )

    wrong = [
        f"{one.title} {one.resource_type}: {one.reason}" for one in found if one.status not in (Status.SUCCESS, Status.SKIPPED)
    ]
    assert not wrong, "\n".join(wrong)
    assert sum(one.status == Status.SUCCESS for one in found) > 60


def test_a_person_is_taken_in_renamed_shut_out_let_in_and_dropped(door):
    made = door("post", "/Users", lena(nickName="not asked for", phoneNumbers=[{"value": "1"}]))
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    user = DirectoryPerson.objects.get(pk=key).user
    assert (user.email, user.name, user.is_active, user.has_usable_password()) == ("lena@verrow.example", "Lena Ost", True, False)
    assert "1" not in str(DirectoryPerson.objects.get().said.get("phoneNumbers", ""))
    assert made["Location"] == made.json()["meta"]["location"]
    assert door("post", "/Users", lena(userName="LENA@verrow.example")).json()["scimType"] == "uniqueness"
    assert door("get", '/Users?filter=userName eq "Lena@Verrow.example"').json()["totalResults"] == 1
    assert door("get", '/Users?filter=externalId eq "e-2"').json()["totalResults"] == 0
    assert door("get", '/Users?filter=displayName co "ost" and active eq true').json()["totalResults"] == 1

    replace = [{"op": "replace", "path": "active", "value": False}, {"op": "replace", "path": "displayName", "value": "Lena West"}]
    shut = door("patch", f"/Users/{key}", {"schemas": [PATCH], "Operations": replace})
    assert (shut.status_code, shut.json()["active"]) == (200, False)
    user.refresh_from_db()
    assert (user.is_active, user.name) == (False, "Lena West")
    door("put", f"/Users/{key}", lena(userName="l.west@verrow.example", emails=[{"value": "west@verrow.example", "primary": True}]))
    user.refresh_from_db()
    assert (user.is_active, user.email, user.emailaddress_set.get().email) == (True, "west@verrow.example", "west@verrow.example")

    assert door("delete", f"/Users/{key}").status_code == 204
    user.refresh_from_db()
    assert (user.is_active, DirectoryPerson.objects.count()) == (False, 0)
    assert door("get", f"/Users/{key}").status_code == 404
    again = door("post", "/Users", lena(userName="west@verrow.example")).json()["id"]
    assert DirectoryPerson.objects.get(pk=again).user == user  # known again, and open again
    assert User.objects.get(pk=user.pk).is_active


def test_groups_give_roles_and_take_them(door, admin, company):
    role_rules.add(group="risk office", role="ANALYST", unit=company.northfield, actor=admin)
    one, two = (door("post", "/Users", lena(userName=f"{name}@verrow.example")).json()["id"] for name in ("a", "b"))

    made = door("post", "/Groups", {"schemas": [GROUP], "displayName": "Risk Office", "members": [{"value": one}]})
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    assert (roles_of(one), roles_of(two)) == ({("ANALYST", "Northfield")}, set())
    add = {"schemas": [PATCH], "Operations": [{"op": "add", "path": "members", "value": [{"value": two}]}]}
    assert door("patch", f"/Groups/{key}", add).status_code == 200
    assert roles_of(two) == {("ANALYST", "Northfield")}
    remove = {"schemas": [PATCH], "Operations": [{"op": "remove", "path": f'members[value eq "{one}"]'}]}
    door("patch", f"/Groups/{key}", remove)
    assert (roles_of(one), roles_of(two)) == (set(), {("ANALYST", "Northfield")})
    assert door("get", f"/Users/{two}").json()["groups"][0]["display"] == "Risk Office"
    door("put", f"/Groups/{key}", {"schemas": [GROUP], "displayName": "Others", "members": [{"value": two}]})
    assert roles_of(two) == set()
    door("put", f"/Groups/{key}", {"schemas": [GROUP], "displayName": "Risk office", "members": [{"value": two}]})
    assert roles_of(two) == {("ANALYST", "Northfield")}
    unknown = {"schemas": [GROUP], "displayName": "X", "members": [{"value": "987654"}]}
    assert door("post", "/Groups", unknown).status_code == 400
    assert door("delete", f"/Groups/{key}").status_code == 204
    assert (roles_of(two), GivenRole.objects.count(), DirectoryGroup.objects.count()) == (set(), 0, 0)


def test_what_both_say_ends_when_both_are_silent(company, admin, account):
    lena_there = directory.take_in(lena(), actor=account)
    user = lena_there.user
    role_rules.add(group="g", role="ANALYST", unit=company.northfield, actor=admin)
    group = directory.make_group("g", [lena_there.pk], actor=account)
    role_rules.follow(user, ["g"], GivenRole.Source.PROVIDER)

    directory.drop_group(group, actor=account)
    assert roles_of(lena_there.pk) == {("ANALYST", "Northfield")}
    role_rules.follow(user, [], GivenRole.Source.PROVIDER)
    assert roles_of(lena_there.pk) == set()


def test_whoever_governs_is_not_shut_out_by_a_token(door, person, admin):
    cio = person("CIO")
    for user in (cio, admin):
        key = door("post", "/Users", lena(userName=user.email, displayName=user.name)).json()["id"]
        assert DirectoryPerson.objects.get(pk=key).user == user
        for changed in ({"active": False}, {"userName": f"x{key}@verrow.example"}):
            refused = door("put", f"/Users/{key}", lena(userName=user.email) | changed)
            assert refused.status_code == 403, refused.content
        assert door("delete", f"/Users/{key}").status_code == 403
        user.refresh_from_db()
        assert user.is_active


def test_without_an_address_there_is_no_account_until_one_is_said(door, admin, company):
    role_rules.add(group="g", role="ANALYST", unit=company.northfield, actor=admin)
    before = User.objects.count()
    key = door("post", "/Users", lena(userName="lost")).json()["id"]
    door("post", "/Groups", {"schemas": [GROUP], "displayName": "g", "members": [{"value": key}]})
    assert (User.objects.count(), DirectoryPerson.objects.get().user) == (before, None)

    door("put", f"/Users/{key}", lena(userName="lost", emails=[{"value": "found@verrow.example"}]))

    assert DirectoryPerson.objects.get().user.email == "found@verrow.example"
    assert roles_of(key) == {("ANALYST", "Northfield")}
    door("put", f"/Users/{key}", lena(userName="lost"))
    assert DirectoryPerson.objects.get().user.email == "found@verrow.example"


def test_only_a_token_of_the_scope_opens_it(client, account, admin, person, door):
    reader = door_by(client, account, admin, ["directory:read"])
    other = door_by(client, account, admin, ["risks:read", "risks:write"])

    assert client.get("/scim/v2/Users").status_code == 401
    client.force_login(admin)
    assert client.get("/scim/v2/Users").status_code == 401  # no session opens it
    client.logout()
    assert (reader("get", "/Users").status_code, reader("post", "/Users", lena()).status_code) == (200, 403)
    assert reader("post", "/Users/.search", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}).status_code == 200
    assert other("get", "/Users").status_code == 403
    with pytest.raises(PermissionDenied):
        directory.take_in(lena(), actor=person("ANALYST"))


@pytest.mark.parametrize(
    ("path", "told", "status"),
    [
        ("/Users", lena(displayName="a\u202eb"), 400),
        ("/Users", {"schemas": [USER]}, 400),
        ("/Users", [], 400),
        ("/Groups", {"schemas": [GROUP], "displayName": "g" * 201}, 400),
        ("/Groups", {"schemas": [GROUP], "displayName": "g", "members": [{"value": "x"}]}, 400),
    ],
)
def test_what_cannot_be_taken_is_refused_in_the_words_of_the_standard(door, path, told, status):
    before = User.objects.count()

    refused = door("post", path, told)

    assert (refused.status_code, refused["Content-Type"]) == (status, "application/scim+json")
    assert refused.json()["detail"]
    assert User.objects.count() == before


def test_a_page_of_people_costs_the_same_for_two_as_for_twenty(door, account):
    counts = []
    door("get", "/Users")  # the token's first use is noted
    for number in range(20):
        directory.take_in(lena(userName=f"p{number}@verrow.example"), actor=account)
        if number in (1, 19):
            with CaptureQueriesContext(connection) as asked:
                assert door("get", "/Users").json()["totalResults"] == number + 1
            counts.append(len(asked))
    assert counts[0] == counts[1]


def test_what_an_administrator_closed_the_directory_does_not_open(door, admin, person):
    key = door("post", "/Users", lena()).json()["id"]
    user = DirectoryPerson.objects.get(pk=key).user
    accounts.close(user, actor=admin)

    assert door("put", f"/Users/{key}", lena(displayName="Lena West")).status_code == 200
    user.refresh_from_db()
    assert (user.is_active, user.name) == (False, "Lena West")
    for active in (False, True):  # closed by the directory as well, and opened by it
        door("put", f"/Users/{key}", lena(active=active))
    user.refresh_from_db()
    assert user.is_active

    former = person("ADMIN", name="Former Admin")
    accounts.close(former, actor=admin)
    assert door("post", "/Users", lena(userName=former.email)).status_code == 403
    former.refresh_from_db()
    assert not former.is_active


def test_neither_a_group_nor_the_directory_takes_the_last_administrator_away(door, admin, person, company):
    role = admin.role_assignments.get()
    GivenRole.objects.create(assignment=role, source=GivenRole.Source.PROVIDER)  # as a rule of before gave it

    role_rules.follow(admin, [], GivenRole.Source.PROVIDER)
    role.refresh_from_db()
    assert (role.ended_at, GivenRole.objects.count()) == (None, 1)

    said = lena(userName=admin.email)
    key = DirectoryPerson.objects.create(user=admin, said=said).pk
    for method, told in (("put", said | {"active": False}), ("delete", None), ("put", lena(userName="other@verrow.example"))):
        assert door(method, f"/Users/{key}", told).status_code == 403
    before = (admin.email, True)
    admin.refresh_from_db()
    assert (admin.email, admin.is_active) == before

    person("ADMIN")
    role_rules.follow(admin, [], GivenRole.Source.PROVIDER)
    role.refresh_from_db()
    assert (role.ended_at is None, GivenRole.objects.count()) == (False, 0)


def test_what_whom_the_directory_shuts_out_leaves_behind_waits_for_an_administrator(door, admin, company):
    key = door("post", "/Users", lena()).json()["id"]
    user = DirectoryPerson.objects.get(pk=key).user
    make_asset("Press line", unit=company.northfield, owner=user)

    assert door("put", f"/Users/{key}", lena(active=False)).status_code == 200

    told = Reminder.objects.get(kind="user.left_behind.news")
    user.refresh_from_db()
    assert (user.is_active, told.recipient, told.params) == (False, admin, {"count": 1})
    assert leaving.people_for(admin).filter(pk=user.pk).exists()


def test_a_name_is_there_once_whoever_says_it(account):
    directory.take_in(lena(), actor=account)
    other = directory.take_in(lena(userName="ida@verrow.example"), actor=account)

    with pytest.raises(KnownToTheDirectory):
        directory.take_in(lena(userName="LENA@verrow.example"), actor=account)
    with pytest.raises(KnownToTheDirectory):
        directory.say(other, lena(userName="Lena@Verrow.example"), actor=account)


def test_a_body_that_is_too_long_is_refused_as_such(door):
    refused = door("post", "/Users", lena(displayName="x" * 1024 * 1024))

    assert (refused.status_code, refused["Content-Type"]) == (413, "application/scim+json")
    assert "1048576 bytes" in refused.json()["detail"]


def test_of_two_changes_of_a_group_at_once_both_are_kept(own_db):
    company = make_company()
    account, admin = make_person("INTEGRATION", company=company), make_person("ADMIN", company=company)
    door = door_by(Client(), account, admin, ["directory:read", "directory:write"])
    one, two = (directory.take_in(lena(userName=f"{name}@verrow.example"), actor=account) for name in ("a", "b"))
    group = directory.make_group("g", [], actor=account)
    add = {"schemas": [PATCH], "Operations": [{"op": "add", "path": "members", "value": [{"value": str(two.pk)}]}]}
    answers = []

    def change():
        try:
            answers.append(door("patch", f"/Groups/{group.pk}", add).status_code)
        finally:
            connection.close()

    beside = Thread(target=change)
    with transaction.atomic():
        directory.say_group(group, "g", [one.pk], actor=account)
        beside.start()
        while beside.is_alive() and not somebody_waits():
            pass
    beside.join(20)

    assert answers == [200]
    assert set(group.members.all()) == {one, two}
