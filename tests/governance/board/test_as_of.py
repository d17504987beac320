"""As of a moment: what was known then, whatever happened since, under the rights of today."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.board import positions_kept, tasks
from governance.board.errors import OfNoUnit
from governance.board.models import KeptPosition
from portal import clock
from portal.archive.errors import NothingKeptYet, NotOverYet
from portal.people import organisations
from portal.people.models import RoleAssignment
from portal.record import sealing
from risks import recompute, stale
from risks.models import Levels, Risk
from tests.factories.portal import make_person
from tests.factories.risks import make_levels, make_risk

pytestmark = pytest.mark.django_db


def rescore(*risks):
    stale.mark_risks([risk.pk for risk in risks], "risk.logged")
    while recompute.refresh_batch():
        pass
    sealing.seal_all()


def logged(company, **said):
    risk = make_risk(**{"unit": company.northfield} | said)
    make_levels(risk)
    return risk


def told(client, moment):
    found = client.get("/api/v1/dashboard/", {"as_of": moment.isoformat()})
    assert found.status_code == 200, found.json()
    return found.content


@pytest.fixture
def kept(company):
    """Two open risks and a confidential one, kept this moment; then a day goes by."""
    risks = [logged(company), logged(company, unit=company.eastmere), logged(company, is_confidential=True, title="Nightglass")]
    rescore(*risks)
    positions_kept.keep()
    return KeptPosition.objects.get()


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.sampled_from(["level", "close", "log", "move", "rename"]), min_size=1, max_size=4))
def test_an_answer_stays_the_same_for_ever(as_person, company, kept, edits):
    """After random edits and a late commit, byte by byte, also where the worker keeps later days."""
    with transaction.atomic():
        reader = make_person("AUDITOR", company=company)
        client, moment = as_person(reader), clock.now()
        before = told(client, moment)
        for place, edit in enumerate(edits):
            risk = Risk.objects.order_by("pk")[place % 3]
            if edit == "level":
                Levels.objects.filter(risk=risk).update(likelihood_level=1)
            elif edit == "close":
                Risk.objects.filter(pk=risk.pk).update(state="CLOSED", closed_at=moment)
            elif edit == "log":
                risk = logged(company, logged_at=kept.kept_at - timedelta(hours=1))  # known late
            elif edit == "move":
                Risk.objects.filter(pk=risk.pk).update(unit=company.eastmere)
            else:
                type(company.root).objects.filter(pk=company.root.pk).update(name="Verrow Group")
            rescore(risk)
        with clock.stopped(moment + timedelta(days=1)):
            tasks.keep_position()
            assert KeptPosition.objects.count() == 2
            assert told(client, moment) == before
        transaction.set_rollback(True)


def test_the_page_and_the_api_give_the_same_figures_as_today_did(as_person, company, kept):
    reader = make_person("CIO", company=company)
    client = as_person(reader)
    now = {one["key"]: one["value"] for one in client.get("/api/v1/dashboard/").json()["figures"]}

    then = json.loads(told(client, clock.now()))

    figures = {one["key"]: one["value"] for one in then["figures"]}
    assert figures == {key: now[key] for key in figures} and figures["open"] == 3
    assert then["seal"]["seal_hash"] == sealing.head()[1] and then["scope"] == "Verrow Manufacturing"
    page = client.get("/", {"as_of": organisations.today().isoformat()}).text
    assert "How it stood on" in page and "Open risks" in page and "Look back" in client.get("/").text
    assert client.get("/", {"as_of": "soon"}).status_code == 422
    asked = {"as_of": clock.now().isoformat(), "unit": company.eastmere.pk}
    part = client.get("/api/v1/dashboard/", asked).json()
    values = {one["key"]: one["value"] for one in part["figures"]}
    assert (part["scope"], part["units"], values["open"]) == ("Eastmere", [company.eastmere.pk], 1)
    today = organisations.today().isoformat()
    page = client.get("/", {"as_of": today, "against": today, "unit": company.eastmere.pk}).text
    assert f"as_of={today}&amp;against={today}&amp;unit={company.eastmere.pk}" in page and ">Eastmere</a>" in page
    assert client.get("/", {"as_of": today, "unit": 10**9}).status_code == 404
    assert client.get("/", {"as_of": "2020-01-01"}).status_code == 409
    assert client.get("/api/v1/dashboard/", {"as_of": "2026-06-01"}).status_code == 422


def test_the_rights_of_today_open_the_facts_of_then(company, kept):
    head = make_person("HEAD", company=company, unit=company.northfield)
    found = positions_kept.at(head, clock.now())
    assert (found.label, found.of("open").value, found.withheld) == ("Northfield", 2, True)
    assert sum(found.of(f"cell.{x}.{y}").value for x in range(1, 6) for y in range(1, 6)) == 1  # the hidden one alone is no group
    assert positions_kept.at(make_person("CISO", company=company), clock.now()).withheld is False

    RoleAssignment.objects.filter(user=head).update(unit=company.eastmere)
    head = type(head).objects.get(pk=head.pk)
    assert positions_kept.at(head, clock.now()).of("open").value == 1
    with pytest.raises(OfNoUnit):
        positions_kept.at(make_person("COLLEAGUE", company=company), clock.now())
    with pytest.raises(NotOverYet):
        positions_kept.at(head, clock.now() + timedelta(minutes=1))
    with pytest.raises(NothingKeptYet):
        positions_kept.at(head, kept.kept_at - timedelta(seconds=1))
    assert positions_kept.keep() is None  # once a day
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("UPDATE board_keptposition SET content = '{}'")
