"""The portal as somebody sees it who means harm: every form without its token, every question with a trick in it."""

import io

import pytest
from django.test import Client
from django.urls import reverse

from portal.people import accounts, second_factors
from portal.people.models import RoleAssignment, User
from portal.record import files
from tests.factories.risks import make_risk
from tests.house import world
from tests.house.route_table import OWN
from tests.house.routes import entrances
from tests.house.test_routes import GUARDED, ask, line_of, questions

BACKEND = world.BACKEND
PASSWORD = "a-long-enough-pass-phrase"
TRICKS = ("' OR 1=1 --", '"><script>alert(7)</script>', "id; DROP TABLE risks_risk", "\x00", "../../etc/passwd", "{{7*7}}")
PARAMETERS = ("q", "sort", "cursor", "page", "band", "unit", "kind", "state", "outcome", "person", "next")
API_PARAMETERS = ("ordering", "search", "cursor", "page_size", "updated_since", "fields", "unit")


def test_no_page_does_without_the_token_against_forgery():
    assert [each.name for each in entrances() if not each.is_api and getattr(each.callback, "csrf_exempt", False)] == []


@pytest.mark.parametrize("role", ["ADMIN", "CIO"])
def test_every_page_refuses_a_form_from_elsewhere(company, role):
    things = world.build(company)
    door = world.door_of(role, company)
    door.client.handler.enforce_csrf_checks = True
    asked = [each for each in questions(things) if each.method == "post" and each.place in ("", OWN) and not each.entrance.is_api]

    taken = {each.entrance.name: status for each in asked if (status := ask(door, each)[0]) != 403}

    assert len(asked) > 60
    assert taken == {}


def test_a_session_of_a_browser_uses_no_address_of_the_api_without_the_token(company):
    admin = world.door_of("ADMIN", company).client
    admin.handler.enforce_csrf_checks = True

    assert admin.post("/api/v1/users/", "{}", content_type="application/json").status_code == 403


@pytest.mark.parametrize("trick", TRICKS)
def test_no_question_breaks_a_page_or_comes_back_alive(company, trick):
    door = world.door_of("CIO", company)
    pages = [each for each in GUARDED if not each.is_api and not line_of(each).kind and not line_of(each).more]
    wrong = []
    for page in pages:
        response = door.client.get(reverse(page.name.removeprefix("api:")), dict.fromkeys(PARAMETERS, trick))
        body = response.getvalue().decode(errors="replace")
        alive = ("<" in trick and trick in body) or ("{{" in trick and ">49<" in body)
        if response.status_code >= 500 or alive:
            wrong.append((page.name, response.status_code))

    assert len(pages) > 30
    assert wrong == []


@pytest.mark.parametrize("parameter", API_PARAMETERS)
def test_no_question_breaks_the_api(company, parameter, no_throttle):
    door = world.door_of("CIO", company)
    reads = [each for each in GUARDED if each.is_api and "get" in (getattr(each.callback, "actions", None) or {})]
    lists = [each for each in reads if "(?P" not in each.route and "<" not in each.route]
    wrong = []
    for each in lists:
        for trick in TRICKS:
            status = door.client.get(reverse(each.name.removeprefix("api:")), {parameter: trick}).status_code
            if status not in (200, 403, 404, 422):
                wrong.append((each.name, trick, status))

    assert len(lists) > 10
    assert wrong == []


@pytest.mark.parametrize("address", ["/api/v1/risks/1%0A/", "/api/v1/users/7/tokens/%0A", "/api/v1/nothing%0A%0A/here/"])
def test_a_line_break_in_an_address_is_answered_like_any_other(client, db, address):
    answer = client.get(address)

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_form_of_ones_account_gives_no_rights(company, person):
    dana = person("ANALYST")
    client = Client()
    client.force_login(dana, backend=BACKEND)
    before = User.objects.filter(pk=dana.pk).values("email", "is_service", "is_active", "password", "unit").get()
    told = {"name": "Dana", "language": "en", "time_zone": "", "email": "evil@verrow.example", "is_service": "1", "roles": "ADMIN"}

    assert client.post("/account/", told | {"unit": "1", "password": "x", "is_superuser": "1"}).status_code == 302

    assert User.objects.filter(pk=dana.pk).values(*before).get() == before
    assert list(RoleAssignment.objects.filter(user=dana).values_list("role", flat=True)) == ["ANALYST"]


def test_the_api_takes_no_field_that_is_not_offered(company, person):
    dana = person("ANALYST")
    risk = make_risk(unit=company.root)
    client = Client()
    client.force_login(dana, backend=BACKEND)
    address = f"/api/v1/risks/{risk.pk}/"
    etag = client.get(address)["ETag"]
    calculated = {"current_score": "99", "state": "CLOSED", "logged_by": dana.pk, "number": "R-9999", "id": 9999}

    answer = client.patch(address, calculated, content_type="application/json", headers={"if-match": etag})
    unknown = client.patch(address, {"is_superuser": True}, content_type="application/json", headers={"if-match": answer["ETag"]})

    assert {name: answer.json()[name] for name in calculated} == {
        "current_score": None,
        "state": "OPEN",
        "logged_by": risk.logged_by_id,
        "number": risk.number,
        "id": risk.pk,
    }
    assert unknown.status_code == 422


def test_what_is_hidden_and_what_is_not_there_are_refused_alike_by_reference(company, person):
    """By number, by kind and id, and by id in a body: the answers do not differ, so nobody counts what is hidden."""
    dana = person("ANALYST", unit=company.northfield)
    risk = make_risk(unit=company.northfield, is_confidential=True, title="Nightglass fails")
    client = Client()
    client.force_login(dana, backend=BACKEND)
    number, nothing = risk.pk, risk.pk + 9000
    addresses = ("/risks/{}/", "/api/v1/risks/{}/", "/api/v1/risks/R-{:04d}/", "/archive/history/risk/{}/", "/risks/{}/score/")

    for address in addresses:
        hidden, absent = client.get(address.format(number)), client.get(address.format(nothing))
        assert (hidden.status_code, absent.status_code) == (404, 404), address
        assert len(hidden.content) == len(absent.content), address
        assert b"Nightglass" not in hidden.content


def test_a_hold_names_nothing_its_author_may_not_open(company):
    risk = make_risk(unit=company.northfield, is_confidential=True, title="Nightglass fails")
    client = world.door_of("ADMIN", company).client
    said = []
    for pk in (risk.pk, risk.pk + 9000):
        answer = client.post("/archive/holds/new/", {"matter": "Claim", "reason": "A letter", "about": f"risk {pk}"})
        said.append((answer.status_code, f"There is no risk {pk} that you may open" in answer.content.decode()))

    assert said == [(422, True), (422, True)]


def test_one_address_does_not_try_one_password_on_everybody(client, db, settings):
    tried = [
        client.post(reverse("account_login"), {"login": f"somebody{number}@verrow.example", "password": "Spring-2026-Spring"})
        for number in range(32)
    ]

    assert [answer.status_code for answer in tried].count(429) == 2
    assert tried[-1].status_code == 429


def test_a_factor_is_not_guessed_in_a_session_that_is_left_open(company):
    dana = accounts.make("dana@verrow.example", "Dana", password=PASSWORD, unit=company.root, actor=None)
    accounts.give_totp(dana)
    client = Client()
    client.force_login(dana, backend=BACKEND)

    answers = [client.post(reverse("mfa_reauthenticate"), {"code": f"{number:06d}"}) for number in range(12)]

    assert b"Too many failed" in answers[-1].content or answers[-1].status_code == 429
    assert not any(answer.status_code == 302 for answer in answers)


def test_a_recovery_code_counts_once_and_guesses_of_it_are_counted(company):
    dana = accounts.make("dana@verrow.example", "Dana", password=PASSWORD, unit=company.root, actor=None)
    accounts.give_totp(dana)
    code = second_factors.recovery_codes_of(dana)[0]

    def come_in(code):
        client = Client()
        client.post(reverse("account_login"), {"login": dana.email, "password": PASSWORD})
        return client.post(reverse("mfa_authenticate"), {"code": code})

    assert come_in(code).status_code == 302
    assert come_in(code).status_code == 200
    guesses = [come_in(f"{number:08d}") for number in range(11)]
    assert b"Too many failed" in guesses[-1].content or guesses[-1].status_code == 429
    assert come_in(second_factors.recovery_codes_of(dana)[0]).status_code != 302


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ('a"; filename="b.html', 'a"; filename="b.html'),
        ("report\r\nSet-Cookie: x=1.csv", "reportSet-Cookie: x=1.csv"),
        ("evil\u202egnp.html", "evilgnp.html"),
        ("<svg onload=alert(1)>.svg", "<svg onload=alert(1)>.svg"),
    ],
)
def test_the_name_of_a_file_leads_nowhere_and_breaks_no_header(company, person, name, kept):
    dana = person("ANALYST")
    risk = make_risk(unit=company.root)
    stored = files.store(io.BytesIO(b"<script>alert(1)</script>"), name, "text/html", actor=dana, limit=1000)
    files.hang_on(stored, "risk", risk.pk)
    client = Client()
    client.force_login(dana, backend=BACKEND)

    answer = client.get(f"/archive/files/{stored.pk}/")

    assert stored.name == kept
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert "\n" not in answer["Content-Disposition"]
    assert "Set-Cookie" not in answer.headers
    assert answer["X-Content-Type-Options"] == "nosniff"
