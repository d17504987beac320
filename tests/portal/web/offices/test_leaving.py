from portal.people import accounts, appointments, leaving
from portal.people.models import Departure
from tests.factories.assets import make_asset
from tests.factories.portal import make_user
from tests.factories.risks import make_risk


def address(person):
    return f"/people/leaving/{person.pk}/"


def test_one_form_hands_everything_over(person, come_in, company):
    ada, priya, sade = person("ADMIN"), person("OWNER", name="Priya Nair"), person("OWNER", name="Sade Oyelaran")
    asset = make_asset("Press line", unit=company.northfield, owner=priya)
    client = come_in(ada)
    page = client.get(address(priya))

    sent = client.post(address(priya), {"state": leaving.state_of(priya), "assets": sade.name, "seen": "on"})

    asset.refresh_from_db()
    priya.refresh_from_db()
    assert page.status_code == 200
    assert "Assets they own: 1" in page.content.decode()
    assert page.content.decode().count("<option>Sade Oyelaran</option>") == 1
    assert (asset.owner, priya.is_active) == (sade, False)
    told = client.get(sent["Location"]).content.decode()
    assert "Priya Nair left, and the account is closed" in told and "Sade Oyelaran" in told


def test_a_single_thing_goes_to_somebody_else_where_one_may_see_it(person, come_in, company):
    marta, priya = person("CIO"), person("OWNER")
    sade, tomas = make_user("Sade"), make_user("Tomas")
    accounts.report_to(priya, marta, actor=None)
    first, second = (make_asset(name, unit=company.northfield, owner=priya) for name in ("Press", "Oven"))

    come_in(marta).post(
        address(priya),
        {"state": leaving.state_of(priya), "assets": sade.name, f"assets.{second.pk}": tomas.email, "seen": "on"},
    )

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.owner, second.owner) == (sade, tomas)


def test_a_confidential_risk_is_counted_not_named(person, come_in, company):
    person("CIO", name="Marta Weiss")
    priya = person("OWNER")
    make_risk(unit=company.northfield, title="Nightglass", it_owner=priya, accountable="IT", is_confidential=True)

    body = come_in(person("ADMIN")).get(address(priya)).content.decode()

    assert "Nightglass" not in body
    assert "1 confidential one that you may not open goes to Marta Weiss" in body
    assert "+ 1 you may not open" in body


def test_a_group_without_a_successor_is_told_at_its_field(person, come_in, company):
    ada, priya = person("ADMIN"), person("OWNER")
    make_asset("Press line", unit=company.northfield, owner=priya)

    answer = come_in(ada).post(address(priya), {"state": leaving.state_of(priya), "seen": "on"})

    assert answer.status_code == 422
    assert "Choose who takes these over." in answer.content.decode()
    assert not Departure.objects.exists()


def test_a_successor_who_is_nobody_here_is_told_at_the_row(person, come_in, company):
    marta, priya = person("CIO"), person("OWNER", name="Priya Nair")
    sade = person("OWNER", name="Sade Oyelaran")
    accounts.report_to(priya, marta, actor=None)
    asset = make_asset("Press line", unit=company.northfield, owner=priya)
    said = {"state": leaving.state_of(priya), "assets": sade.name, "seen": "on"}

    answer = come_in(marta).post(address(priya), said | {f"assets.{asset.pk}": "Priya Nair"})

    asset.refresh_from_db()
    assert (answer.status_code, asset.owner) == (422, priya)
    assert "<details open>" in answer.content.decode()
    assert "Nobody who may be named here is called Priya Nair." in answer.content.decode()


def test_without_the_confirmation_nothing_happens(person, come_in, company):
    ada, priya = person("ADMIN"), person("OWNER")

    answer = come_in(ada).post(address(priya), {"state": leaving.state_of(priya)})

    assert answer.status_code == 422
    assert not Departure.objects.exists()


def test_a_seat_holder_is_told_to_go_by_two_people(person, come_in):
    priya = make_user("Priya")
    appointments.appoint("CSO", priya, actor=None)

    body = come_in(person("ADMIN")).get(address(priya)).content.decode()

    assert "Two people change that first" in body
    assert "Hand all of it over" not in body


def test_who_is_not_in_ones_line_is_not_there(person, come_in):
    boss, mine, other = person("HEAD"), make_user("Mine"), make_user("Other")
    accounts.report_to(mine, boss, actor=None)
    client = come_in(boss)

    assert client.get(address(mine)).status_code == 200
    assert client.get(address(other)).status_code == 404
    assert "Mine" in client.get("/people/leaving/").content.decode()


def test_a_departure_is_read_by_those_it_concerns(person, come_in, company):
    ada, priya, sade = person("ADMIN"), person("OWNER"), person("OWNER")
    make_asset("Press line", unit=company.northfield, owner=priya)
    come_in(ada).post(address(priya), {"state": leaving.state_of(priya), "assets": sade.name, "seen": "on"})
    there = Departure.objects.get().get_absolute_url()

    assert come_in(sade).get(there).status_code == 200
    assert come_in(person("AUDITOR")).get(there).status_code == 200
    assert come_in(person("COLLEAGUE")).get(there).status_code == 404
