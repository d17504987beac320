"""Every address asks for a permission, and no door reads rows past `visible_to`."""

import ast

import pytest
from django.contrib.auth.models import AnonymousUser

from portal.people import duties, roles
from portal.people.access import OPEN_TO_ALL
from portal.people.urls import CLOSED
from portal.sign_on.scim import urls as scim
from tests.house.routes import entrances
from tests.house.source import ROOT, modules, named, tree

# Where nobody is signed in yet, or where a machine asks; each has tests of its own.
UNGUARDED = {
    "healthz",
    "readyz",
    "metrics",
    "setup:begin",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "account_reset_password",
    "account_reset_password_done",
    "people:invitation",
    "people:new-password",
    "attention:calendar-file",
    "openid_connect_login",
    "openid_connect_callback",
    *(f"socialaccount_{name}" for name in ("signup", "connections", "login_cancelled", "login_error")),
    *(f"scim:{each.name}" for each in scim.urlpatterns),
    "account_confirm_email",
    "account_reset_password_from_key",
    "api:api/v1/",
    "api:api/v1/<anything:rest>",
    *CLOSED,
}
KNOWN = {permission for permissions in roles.PERMISSIONS.values() for permission in permissions} | {OPEN_TO_ALL}

# Reads that show nothing of a row: whole units and names are known to everybody who has a role (portal/people/models).
READS_PAST = {
    "assets/api/assets.py",
    "portal/web/api/writing.py",
    "risks/views/changing.py",
    "risks/views/register.py",
}


def test_every_address_asks_for_a_permission_that_somebody_holds():
    found = entrances()

    assert len(found) > 60
    assert {each.name for each in found if not each.permission} - UNGUARDED == set()
    assert {each.name: each.permission for each in found if each.permission and each.permission not in KNOWN} == {}


def test_the_list_of_exceptions_is_no_longer_than_needed():
    assert UNGUARDED - {each.name for each in entrances() if not each.permission} == set()


def test_every_permission_of_the_api_to_write_is_held_by_somebody():
    wanted = {getattr(each.view_class, "write_permission", "") for each in entrances()} - {"", None}

    assert wanted - KNOWN == set()


def test_every_permission_that_somebody_holds_has_a_word_for_people():
    assert {one for may in roles.PERMISSIONS.values() for one in may} == set(duties.WORDS)


@pytest.mark.parametrize("entrance", [each for each in entrances() if each.permission and not each.is_api], ids=lambda e: e.name)
def test_a_page_sends_strangers_to_sign_in(rf, entrance):
    for method in ("get", "post"):
        request = getattr(rf, method)("/somewhere/")
        request.user, request.htmx = AnonymousUser(), None

        response = entrance.callback(request)

        assert response.status_code in (302, 405)
        assert response.status_code == 405 or response["Location"].startswith("/accounts/login/?next=")


def is_door(path):
    return {"views", "api"} & set(path.relative_to(ROOT).parts) or path.name in ("views.py", "api.py")


def reads_past_visibility(source):
    """Lines with a bare manager whose chain of calls never asks who is looking."""
    parents = {child: node for node in ast.walk(source) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(source):
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager"):
            chain, above = set(), parents.get(node)
            while isinstance(above, (ast.Attribute, ast.Call)):
                chain |= {above.attr} if isinstance(above, ast.Attribute) else set()
                below, above = above, parents.get(above)
                if isinstance(above, ast.Call) and below is not above.func:
                    break
            if not chain & {"visible_to", "hidden_from", "none"}:
                yield node.lineno


def test_no_door_reads_rows_past_visibility():
    found = {
        f"{named(path)}:{line}"
        for path in modules()
        if is_door(path) and named(path) not in READS_PAST
        for line in reads_past_visibility(tree(path))
    }

    assert found == set()


def test_this_finds_bare_managers():
    source = ast.parse(
        "a = Risk.objects.all()\n"
        "b = Risk.objects.open().visible_to(user)\n"
        "c = get_object_or_404(Risk.objects.filter(pk=1), x=Other.objects.visible_to(user))\n"
        "d = Risk.objects.none()\n"
    )

    assert list(reads_past_visibility(source)) == [1, 3]
