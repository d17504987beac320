from datetime import timedelta

import pytest
from django.urls import reverse

from portal.people import organisations
from risks import appetite, recompute
from risks.models import Appetite, Breach
from risks.stale import mark_risks
from tests.factories.risks import make_levels, make_risk

CHANGE = "/risks/appetite/change/"


@pytest.fixture
def risk(company, person):
    appetite.agree({"": (30, 40)}, actor=None)
    risk = make_risk(unit=company.northfield, it_owner=person("OWNER", unit=company.northfield), accountable="IT")
    make_levels(risk, 4)
    mark_risks([risk.pk], "risk.levels_set")
    recompute.refresh_batch()
    return risk


def said(**more):
    kinds = ("", *(name for name, _word in Appetite._meta.get_field("category").choices))
    return {f"version_{kind}": 0 for kind in kinds} | {"version_": 1, "appetite_": 30, "tolerance_": 40} | more


def test_a_leader_looks_first_and_then_agrees_for_a_plant(risk, company, person, signed_in):
    client = signed_in(person("CIO"))
    place = f"{CHANGE}?unit={company.northfield.pk}"
    answers = said(version_=0, appetite_=20, tolerance_=60, appetite_amount_="1000", tolerance_amount_="5000.50")

    page = client.post(place, answers | {"preview": "1"}).content.decode()
    assert "Together, as it would be" in page
    assert Appetite.objects.count() == 1
    assert client.post(place, answers).status_code == 302
    shown = client.get("/risks/appetite/").content.decode()

    assert "Northfield" in shown and "€5\xa0k" in shown
    row = Appetite.objects.get(unit=company.northfield)
    bad = {"version_": 1, "bad_year_amount_": "2000000", "bad_year_chance_": "2.5"}
    half = client.post(place, answers | bad | {"bad_year_chance_": ""})
    bare = client.post(place, said(version_=1, appetite_="", tolerance_="") | bad)
    assert (half.status_code, bare.status_code) == (422, 422)
    assert "Say how likely, at most" in half.text and "a row holds whole" in bare.text
    assert client.post(place, answers | bad).status_code == 302
    assert "over €2.0\xa0M in at most 2.5\xa0% of years" in client.get("/risks/appetite/").text
    assert 'value="2.5"' in client.get(place).text
    assert (row.tolerance_points, str(row.tolerance_amount)) == (60, "5000.50")


def test_what_does_not_fit_stays_on_the_form(risk, company, person, signed_in):
    client = signed_in(person("CIO"))

    refused = client.post(CHANGE, said(tolerance_=20))
    half = client.post(f"{CHANGE}?unit={company.northfield.pk}", said(version_=0, appetite_="", tolerance_=50))
    late = client.post(CHANGE, said(version_=7))

    assert refused.status_code == half.status_code == late.status_code == 422
    assert "at or above appetite" in refused.content.decode()
    assert "belong together" in half.content.decode()
    assert "meanwhile" in late.content.decode()
    assert client.get(f"{CHANGE}?unit={company.root.pk}").status_code == client.get(f"{CHANGE}?unit=x").status_code == 404
    assert signed_in(person("ANALYST")).get(CHANGE).status_code == 403


def test_the_page_of_a_risk_above_tolerance_says_what_to_do_until_it_is_decided(risk, signed_in):
    client = signed_in(risk.it_owner)
    place = reverse("risks:risk", args=[risk.pk])
    assert "It asks its owners for a decision" in client.get(place).content.decode()
    assert "Above tolerance" in client.get("/").content.decode()

    answers = {"version": 1, "course": "RATE", "reason": "The level is old.", "until": organisations.today() + timedelta(days=40)}
    course = reverse("risks:breach-course", args=[risk.pk])
    assert client.post(course, answers).status_code == 422
    answers["until"] = organisations.today() + timedelta(days=5)
    assert client.post(course, answers).status_code == 302

    page = client.get(place).content.decode()
    assert "Rate it anew first" in page and "It asks its owners" not in page
    assert client.post(course, answers).status_code == 422  # somebody decided meanwhile
    assert Breach.objects.get().version == 2
    Breach.objects.update(ended_at=organisations.morning(organisations.today()) + timedelta(days=9))
    assert client.get(course).status_code == 404
