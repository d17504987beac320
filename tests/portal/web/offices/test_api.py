"""Seats and delegations by the API: read by token, changed only in a session with a fresh second factor."""

import pytest

from portal.people import appointments, organisations, tokens
from portal.people.models import AppointmentProposal, Delegation, Departure
from tests.factories.portal import make_user


@pytest.fixture
def bearer(person):
    scopes = ["appointments:read", "appointment-proposals:write", "delegations:write"]
    _token, secret = tokens.issue(person("INTEGRATION"), "Directory", scopes, actor=None)
    return {"Authorization": f"Bearer {secret}"}


def today():
    return organisations.today().isoformat()


def test_appointments_say_who_fills_the_seat(client, bearer):
    marta, sade = make_user("Marta"), make_user("Sade")
    appointments.appoint("CIO", marta, actor=None)
    appointments.appoint("CISO", marta, actor=None, substitute=sade)

    rows = client.get("/api/v1/appointments/?ended=false&ordering=since", headers=bearer).json()["results"]

    assert [(row["seat"], row["holder"], row["filled_by"], row["as_substitute"]) for row in rows] == [
        ("CIO", marta.pk, marta.pk, False),
        ("CISO", marta.pk, sade.pk, True),
    ]


def test_a_token_changes_nothing(client, bearer, person):
    body = {"delegator": person("OWNER").pk, "delegate": person("ANALYST").pk, "from_on": today(), "to_on": today()}

    answer = client.post("/api/v1/delegations/", body, content_type="application/json", headers=bearer)

    assert answer.status_code == 403
    assert not Delegation.objects.exists()


def test_a_leader_session_is_told_that_a_factor_is_needed(person, come_in):
    marta = person("CIO")
    body = {"delegate": person("ANALYST").pk, "from_on": today(), "to_on": today()}

    stale = come_in(marta, fresh=False).post("/api/v1/delegations/", body, content_type="application/json")
    made = come_in(marta).post("/api/v1/delegations/", body, content_type="application/json")

    assert (stale.status_code, stale.json()["code"]) == (403, "second-factor-required")
    assert (made.status_code, made.json()["delegator"]) == (201, marta.pk)


def test_a_change_of_a_seat_by_two_sessions(person, come_in):
    ada, berit, idris = person("ADMIN"), person("ADMIN"), make_user("Idris")
    body = {"seat": "CIO", "holder": idris.pk, "from_on": today()}

    made = come_in(ada).post("/api/v1/appointment-proposals/", body, content_type="application/json")
    own = come_in(ada).post(f"{made['Location']}confirmation/")
    confirmed = come_in(berit).post(f"{made['Location']}confirmation/")

    assert (own.status_code, own.json()["code"]) == (409, "own-proposal")
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "IN_EFFECT")
    assert appointments.seat_holder("CIO").person == idris


def test_refusals_need_a_reason(person, come_in):
    ada, berit = person("ADMIN"), person("ADMIN")
    proposal = AppointmentProposal.objects.create(
        seat="CIO", holder=make_user("Idris"), from_on=organisations.today(), proposed_by=ada
    )
    there = f"/api/v1/appointment-proposals/{proposal.pk}/refusal/"

    without = come_in(berit).post(there, {}, content_type="application/json")
    refused = come_in(berit).post(there, {"reason": "Not now"}, content_type="application/json")

    assert (without.status_code, set(without.json()["fields"])) == (422, {"reason"})
    assert refused.json()["state"] == "REFUSED"


def test_a_delegation_ends(person, come_in):
    priya, sade = person("OWNER"), person("ANALYST")
    row = Delegation.objects.create(delegator=priya, delegate=sade, from_on=organisations.today(), to_on=organisations.today())

    ended = come_in(priya).post(f"/api/v1/delegations/{row.pk}/ending/")

    assert ended.json()["ended_by"] == priya.pk


def test_departures_and_roles_are_read_as_the_pages_show_them(person, come_in):
    auditor, gone, sade = person("AUDITOR"), make_user("Gone"), person("OWNER")
    Departure.objects.create(person=gone, handed_over_by=auditor, passed={"assets": {str(sade.pk): 2}}, successors=[sade.pk])

    left = come_in(auditor).get("/api/v1/departures/").json()["results"]
    held = come_in(auditor).get("/api/v1/role-assignments/?role=OWNER&ended=false").json()["results"]
    own = come_in(sade).get("/api/v1/role-assignments/").json()["results"]

    assert [(row["person"], row["passed"]) for row in left] == [(gone.pk, {"assets": {str(sade.pk): 2}})]
    assert [row["user"] for row in held] == [sade.pk]
    assert [row["user"] for row in own] == [sade.pk]
