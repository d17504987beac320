from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from portal import clock
from portal.people import aides, appointments, organisations, proposals
from portal.people.models import AppointmentProposal, RoleAssignment
from tests.factories.portal import freshen, make_user
from tests.house.world import BACKEND

NEW = "/people/seats/proposals/new/"


@pytest.fixture
def ada(person):
    return person("ADMIN", name="Ada")


@pytest.fixture
def berit(person):
    return person("ADMIN", name="Berit")


def written(holder, **more):
    return {"seat": "CIO", "holder": holder.pk, "from_on": organisations.today().isoformat(), "reason": "Marta leaves", **more}


def waiting(ada, holder=None):
    return proposals.propose("CIO", holder or make_user("Idris"), actor=ada, from_on=organisations.today())


def test_the_page_says_who_sits_where_and_since_when(person, come_in, company):
    marta, sade = make_user("Marta Weiss"), make_user("Sade Oyelaran")
    appointments.appoint("CIO", marta, actor=None, substitute=sade)
    appointments.vacate("CIO", actor=None)

    body = come_in(person("COLLEAGUE")).get("/people/seats/").content.decode()

    assert "Sade Oyelaran" in body and "as substitute: the seat is vacant" in body
    assert "Who sat there before" in body and "Marta Weiss" in body
    assert "Propose a change" not in body


def test_two_administrators_change_a_seat(person, come_in, ada, berit):
    person("CIO")
    idris = make_user("Idris")
    asked = come_in(ada).post(NEW, written(idris))
    proposal = AppointmentProposal.objects.get()

    confirmed = come_in(berit).post(f"{asked['Location']}confirmation/", {"version": proposal.version})

    assert asked.status_code == confirmed.status_code == 302
    assert appointments.seat_holder("CIO").person == idris


def test_who_may_settle_sees_the_buttons_and_who_proposed_sees_who_may(come_in, ada, berit):
    proposal = waiting(ada)

    mine = come_in(ada).get(proposal.get_absolute_url()).content.decode()
    theirs = come_in(berit).get(proposal.get_absolute_url()).content.decode()

    assert "Confirm this change" in theirs and "Confirm this change" not in mine
    assert "These may confirm or refuse it: Berit." in mine and "Take it back" in mine


def test_a_lone_administrator_is_told_what_to_do(come_in, ada):
    body = come_in(ada).get(waiting(ada).get_absolute_url()).content.decode()

    assert "Nobody else may confirm it yet" in body


def test_a_refusal_of_the_rules_stands_at_its_field_and_keeps_what_was_written(come_in, ada):
    answer = come_in(ada).post(NEW, written(make_user("Idris"), from_on="2001-01-01"))

    assert answer.status_code == 422
    assert "Choose today or a day within a year from now." in answer.content.decode()
    assert "Marta leaves" in answer.content.decode()


def test_own_proposals_are_refused_in_one_sentence(come_in, ada):
    proposal = waiting(ada)

    answer = come_in(ada).post(reverse("offices:proposal-confirmation", args=[proposal.pk]), {"version": proposal.version})

    assert answer.status_code == 409
    assert "another administrator or the arbiter confirms it" in answer.content.decode()


def test_a_confirmation_names_what_was_seen(come_in, ada, berit):
    proposal = waiting(ada)

    answer = come_in(berit).post(reverse("offices:proposal-confirmation", args=[proposal.pk]))

    assert answer.status_code == 412
    assert appointments.seat_holder("CIO") is None


def test_an_old_factor_is_asked_for_and_what_was_written_comes_back(person, come_in, ada):
    idris = make_user("Idris")
    client = come_in(ada, fresh=False)

    asked = client.post(NEW, written(idris))
    there = urlsplit(asked["Location"])
    freshen(client, ada)
    back = client.get(parse_qs(there.query)["next"][0]).content.decode()
    once_more = client.get(NEW).content.decode()

    assert (asked.status_code, there.path) == (302, "/accounts/2fa/reauthenticate/")
    assert not AppointmentProposal.objects.exists()
    assert "Marta leaves" in back and f'value="{idris.pk}" selected' in back
    assert "Marta leaves" not in once_more


def test_htmx_goes_to_the_factor_as_a_whole_page(come_in, ada):
    answer = come_in(ada, fresh=False).post(NEW, {}, headers={"HX-Request": "true"})

    assert answer["HX-Redirect"].startswith("/accounts/2fa/reauthenticate/")


def test_without_any_factor_one_is_told_to_get_one(person):
    client = Client()
    client.force_login(person("OWNER"), backend=BACKEND)

    answer = client.get("/people/delegations/new/")

    assert answer.status_code == 403
    assert "second factor" in answer.content.decode()


def test_a_refusal_and_a_withdrawal_by_form(come_in, ada, berit):
    first = waiting(ada)
    come_in(berit).post(reverse("offices:proposal-refusal", args=[first.pk]), {"version": first.version, "reason": "Not now"})
    second = waiting(ada)
    without = come_in(ada).post(reverse("offices:proposal-withdrawal", args=[second.pk]), {"version": second.version})
    come_in(ada).post(reverse("offices:proposal-withdrawal", args=[second.pk]), {"version": second.version, "reason": "Oops"})

    first.refresh_from_db()
    second.refresh_from_db()
    assert without.status_code == 422
    assert (first.state, second.state) == ("REFUSED", "WITHDRAWN")


@pytest.mark.parametrize(("role", "status"), [("COLLEAGUE", 404), ("ANALYST", 404), ("AUDITOR", 200), ("CISO", 200)])
def test_who_reads_a_proposal(person, come_in, ada, role, status):
    assert come_in(person(role)).get(waiting(ada).get_absolute_url()).status_code == status


def test_a_leader_names_a_preparer_by_form_and_ends_it(person, come_in):
    marta, noor = person("CIO"), person("COLLEAGUE", name="Noor")
    client = come_in(marta)

    client.post("/people/seats/aides/", {"seat": "CIO", "person": noor.pk, "role": "PREPARER"})
    named = aides.current().get()
    shown = client.get("/people/seats/").content.decode()
    client.post(reverse("offices:aide-dismissal", args=[named.pk]))

    assert (named.user, named.for_seat) == (noor, "CIO")
    assert "Noor" in shown
    assert RoleAssignment.objects.get(pk=named.pk).ended_at is not None


def test_a_delegate_is_named_shown_and_ended(person, come_in, company):
    priya, sade = person("OWNER", name="Priya Nair"), person("ANALYST", name="Sade Oyelaran")
    today = organisations.today().isoformat()
    client = come_in(priya)

    named = client.post("/people/delegations/new/", {"delegator": priya.pk, "delegate": sade.pk, "from_on": today, "to_on": today})
    shown = client.get("/people/delegations/").content.decode()
    row = priya.delegations.get()
    client.post(reverse("offices:delegation-ending", args=[row.pk]))

    row.refresh_from_db()
    assert named.status_code == 302
    assert "Sade Oyelaran" in shown
    assert row.ended_at is not None and row.ended_at <= clock.now()


def test_nobody_names_for_somebody_else_by_form(person, come_in):
    priya, sade, tomas = person("OWNER"), person("ANALYST"), person("ENGINEER")
    today = organisations.today().isoformat()

    answer = come_in(priya).post(
        "/people/delegations/new/", {"delegator": tomas.pk, "delegate": sade.pk, "from_on": today, "to_on": today}
    )

    assert answer.status_code == 422
    assert not tomas.delegations.exists()
