"""Django's admin looks at everything of people and mends accounts alone."""

import pytest
from django.contrib import admin
from django.urls import reverse

from portal.people import accounts, tokens
from portal.people.models import Appointment, RoleAssignment, ServiceToken, Unit, User
from portal.record.models import AuditEntry

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SHOWN = {Appointment, RoleAssignment, ServiceToken, Unit, User}


@pytest.fixture
def inside(client, person):
    def coming(role):
        client.force_login(person(role), backend=BACKEND)
        return client

    return coming


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def shown_to(request):
    return {model for model, each in admin.site._registry.items() if each.has_view_permission(request)}


@pytest.fixture
def asked_by(rf, person):
    def asking(role):
        request = rf.get("/admin/")
        request.user = person(role)
        return request

    return asking


def test_an_administrator_sees_the_rows_of_people_and_nothing_of_the_field(asked_by):
    assert shown_to(asked_by("ADMIN")) == SHOWN


@pytest.mark.parametrize("role", ["CIO", "ANALYST", "AUDITOR", "COLLEAGUE"])
def test_nobody_else_sees_anything(asked_by, inside, role):
    assert shown_to(asked_by(role)) == set()
    client = inside("PREPARER")
    assert client.get("/admin/")["Location"].startswith("/admin/login/")


def test_only_accounts_can_be_changed_and_nothing_added_or_removed(asked_by):
    request = asked_by("ADMIN")
    registry = admin.site._registry.items()

    assert {model for model, each in registry if each.has_change_permission(request)} == {User}
    assert {model for model, each in registry if each.has_add_permission(request)} == set()
    assert {model for model, each in registry if each.has_delete_permission(request)} == set()


def test_every_page_opens_and_none_takes_a_change(inside, person, company):
    scanner = person("INTEGRATION")
    tokens.issue(scanner, "Scanner", ["assets:read"], actor=None)
    person("CIO")
    client = inside("ADMIN")
    for model in SHOWN:
        row = model.objects.order_by("pk").first()
        assert client.get(address(model, "changelist")).status_code == 200
        assert client.get(address(model, "change", row.pk)).status_code == 200
        assert client.get(address(model, "add")).status_code == 403
        assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        if model is not User:
            assert client.post(address(model, "change", row.pk), {}).status_code == 403


def test_a_token_never_shows_its_digest(inside, person):
    token, _secret = tokens.issue(person("INTEGRATION"), "Scanner", ["assets:read"], actor=None)

    assert token.digest not in inside("ADMIN").get(address(ServiceToken, "change", token.pk)).content.decode()


def test_a_change_of_an_account_is_audited_and_stops_at_its_fields(inside, company):
    dana = accounts.make("dana@verrow.example", "Dana", unit=company.root, actor=None)
    client = inside("ADMIN")

    answer = client.post(
        address(User, "change", dana.pk),
        {
            "name": "Dana W.",
            "unit": company.northfield.pk,
            "time_zone": "",
            "language": "en",
            "is_active": "",
            "email": "x@y.example",
        },
    )

    dana.refresh_from_db()
    assert answer.status_code == 302
    assert (dana.name, dana.unit, dana.email, dana.is_active) == ("Dana W.", company.northfield, "dana@verrow.example", True)
    assert AuditEntry.objects.get(verb="user.changed").params == {"fields": ["name", "unit"]}


def test_an_account_is_closed_through_its_verb(inside, company):
    dana = accounts.make("dana@verrow.example", "Dana", unit=company.root, actor=None)

    inside("ADMIN").post(address(User, "changelist"), {"action": "close", "_selected_action": [dana.pk]})

    dana.refresh_from_db()
    assert not dana.is_active
    assert AuditEntry.objects.filter(verb="user.closed").count() == 1


def test_the_admin_has_no_door_of_its_own(client, company):
    accounts.make("ada@verrow.example", "Ada", unit=company.root, password="a-long-enough-pass-phrase", actor=None)

    answer = client.post("/admin/login/?next=/admin/", {"username": "ada@verrow.example", "password": "a-long-enough-pass-phrase"})

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/admin/")
    assert "_auth_user_id" not in client.session
    assert client.get("/admin/password_change/").status_code == 404
