import pytest

from portal.people.models import RoleAssignment, Unit
from tests.factories.portal import make_user
from tests.factories.risks import make_risk


def ask(client, user, risk):
    return client.get("/people/why/", {"person": user.pk, "kind": "risk", "reference": str(risk.pk)})


def test_an_auditor_is_told_why(person, come_in, company):
    head, risk = person("HEAD", name="Hana", unit=company.northfield), make_risk(unit=company.northfield, title="Press stops")

    body = ask(come_in(person("AUDITOR")), head, risk).content.decode()

    assert f"Hana sees {risk}" in body
    assert "As Department head of Northfield they see what belongs there." in body


def test_an_administrator_is_told_without_a_title(person, come_in, company):
    priya = make_user("Priya")
    hidden = make_risk(unit=company.northfield, title="Nightglass", it_owner=priya, accountable="IT", is_confidential=True)
    RoleAssignment.objects.create(user=priya, role="OWNER", unit=company.eastmere)
    client = come_in(person("ADMIN"))

    sees, not_so = (ask(client, user, hidden).content.decode() for user in (priya, person("ANALYST", name="Ana")))

    assert "Nightglass" not in sees + not_so
    assert f"Priya sees the risk {hidden.pk}, which you may not open" in sees
    assert "They own it as IT owner." in sees
    assert "Ana cannot see the risk" in not_so and "It is confidential" in not_so


def test_what_is_not_there_is_told_at_the_field(person, come_in):
    answer = come_in(person("ADMIN")).get("/people/why/", {"person": person("OWNER").pk, "kind": "risk", "reference": "R-9999"})

    assert answer.status_code == 422
    assert "There is nothing of this kind by that number or id." in answer.content.decode()


@pytest.mark.parametrize(("role", "status"), [("ADMIN", 200), ("AUDITOR", 200), ("CIO", 403), ("COLLEAGUE", 403)])
def test_who_asks(person, come_in, role, status):
    assert come_in(person(role)).get("/people/why/").status_code == status


def test_what_a_role_may_do_is_said_in_words(person, come_in):
    body = come_in(person("COLLEAGUE")).get("/people/roles/").content.decode()

    assert "log risks" in body and "propose and confirm changes of seats" in body
    assert "risks.log_risk" not in body


def test_an_administrator_gives_and_ends_a_role(person, come_in, company):
    client, noor = come_in(person("ADMIN")), make_user("Noor")

    client.post("/people/roles/giving/", {"user": noor.pk, "role": "ANALYST", "unit": company.northfield.pk})
    given = noor.role_assignments.get()
    client.post(f"/people/roles/given/{given.pk}/ending/")

    given.refresh_from_db()
    assert (given.role, given.unit) == ("ANALYST", company.northfield)
    assert given.ended_at is not None


def test_roles_are_given_and_ended_with_a_fresh_factor_alone(person, come_in, company):
    client, noor = come_in(person("ADMIN"), fresh=False), person("ANALYST")
    given = noor.role_assignments.get()

    for address in ("/people/roles/giving/", f"/people/roles/given/{given.pk}/ending/"):
        answer = client.post(address, {"user": noor.pk, "role": "AUDITOR", "unit": company.northfield.pk})
        assert (answer.status_code, "/reauthenticate/?next=%2Fpeople%2Froles%2Fgiven%2F" in answer["Location"]) == (302, True)

    assert noor.role_assignments.get().ended_at is None


def test_an_auditor_looks_and_gives_nothing(person, come_in, company):
    client, noor = come_in(person("AUDITOR")), make_user("Noor")

    looked = client.get("/people/roles/given/")
    answer = client.post("/people/roles/giving/", {"user": noor.pk, "role": "ANALYST", "unit": company.northfield.pk})

    assert (looked.status_code, answer.status_code) == (200, 403)
    assert "Give this role" not in looked.content.decode()
    assert not noor.role_assignments.exists()


def test_ones_own_role_is_refused_in_a_sentence(person, come_in, company):
    ada = person("ADMIN")

    answer = come_in(ada).post("/people/roles/giving/", {"user": ada.pk, "role": "AUDITOR", "unit": company.root.pk})

    assert answer.status_code == 409
    assert "ask another administrator" in answer.content.decode()


def test_an_administrator_founds_and_changes_a_unit(person, come_in, company):
    client, head = come_in(person("ADMIN")), make_user("Head")

    client.post("/people/units/new/", {"name": "Line 2", "kind": "DEPARTMENT", "parent": company.northfield.pk})
    line = Unit.objects.get(name="Line 2")
    client.post(
        f"/people/units/{line.pk}/",
        {"name": "Line Two", "head": head.pk, "parent": company.eastmere.pk, "version": line.version},
    )

    line.refresh_from_db()
    assert (line.name, line.head, line.parent) == ("Line Two", head, company.eastmere)
    assert "Line Two" in client.get("/people/units/").content.decode()


def test_a_stale_form_of_a_unit_changes_nothing(person, come_in, company):
    answer = come_in(person("ADMIN")).post(
        f"/people/units/{company.northfield.pk}/", {"name": "North", "parent": company.root.pk, "version": 99}
    )

    assert answer.status_code == 412
    assert Unit.objects.filter(name="Northfield").exists()
