from datetime import timedelta

import pytest
from django.urls import reverse

from portal import clock
from risks import indicator_book, indicators, recompute
from risks.models import Indicator, Reading
from tests.factories.risks import make_indicator, make_levels, make_reading, make_risk


@pytest.fixture
def owner(company, person):
    return person("OWNER", unit=company.northfield)


@pytest.fixture
def watched(company, owner):
    return make_indicator(unit=company.northfield, owner=owner)


def of(name, *args):
    return reverse(f"risks:{name}", args=args)


def words(answer):
    return answer.content.decode()


def test_somebody_watches_something_new_changes_it_and_retires_it(company, owner, signed_in):
    client = signed_in(owner)
    said = {
        "name": "Phishing reports",
        "unit_of_measure": "%",
        "direction": "LOWER",
        "warning_at": 60,
        "breach_at": 70,
        "every_days": 30,
        "unit": company.northfield.pk,
        "owner": owner.pk,
    }
    assert "Nothing is watched yet" in words(client.get(of("indicators")))
    refused = client.post(of("indicator-new"), said)
    assert (refused.status_code, "put the breach beyond the warning" in words(refused)) == (422, True)
    assert client.post(of("indicator-new"), said | {"breach_at": 50}).status_code == 302

    made = Indicator.objects.get()
    changed = said | {"breach_at": 40, "version": made.version}
    assert client.post(of("indicator-change", made.pk), changed).status_code == 302
    late = client.post(of("indicator-change", made.pk), changed | {"breach_at": 30})
    assert (late.status_code, "40" in words(late)) == (409, True) or late.status_code == 412
    assert client.post(of("indicator-retirement", made.pk), {"reason": ""}).status_code == 422
    assert client.post(of("indicator-retirement", made.pk), {"reason": "Nobody reads it."}).status_code == 302

    assert "Retired because" in words(client.get(of("indicator", made.pk)))
    assert "Nothing is watched yet" in words(client.get(of("indicators")))


def test_a_reading_that_breaches_moves_the_score_and_stands_on_both_pages(company, watched, owner, signed_in):
    risk = make_risk(unit=company.northfield, it_owner=owner, accountable="IT")
    make_levels(risk, 3)
    client = signed_in(owner)
    assert client.post(of("indicator-risks", watched.pk), {"risk": "R-9999"}).status_code == 422
    assert client.post(of("indicator-risks", watched.pk), {"risk": risk.number}).status_code == 302
    make_reading(watched, 20, days_ago=30)
    at = (clock.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")

    assert client.post(of("indicator-reading", watched.pk), {"value": "x", "observed_at": at}).status_code == 422
    assert (
        client.post(of("indicator-reading", watched.pk), {"value": "75.5", "observed_at": at, "note": "Two gateways"}).status_code
        == 302
    )
    while recompute.refresh_batch():
        pass

    page = words(client.get(of("risk", risk.pk)))
    assert "Indicators outside of their bounds" in page and "75.5" in page and "<polyline" in page
    assert words(client.get(f"{of('indicators')}?view=breach&q=patch")).count(watched.number) == 1
    assert "No indicator fits this" in words(client.get(f"{of('indicators')}?q=unheard"))
    shown = words(client.get(of("indicator", watched.pk)))
    assert "Left its bounds" in shown and "Two gateways" in shown
    assert client.post(of("indicator-risk-removal", watched.pk, risk.pk)).status_code == 302


def test_a_wrong_reading_is_taken_back_for_a_reason_by_whoever_may_write_it(watched, owner, person, signed_in):
    reading = make_reading(watched, 99)
    client = signed_in(owner)

    assert client.post(of("reading-withdrawal", reading.pk), {"reason": ""}).status_code == 422
    assert client.post(of("reading-withdrawal", reading.pk), {"reason": "A digit too many."}).status_code == 302

    assert Reading.objects.standing().count() == 0
    assert "A digit too many." in words(client.get(of("indicator", watched.pk)))
    reader = signed_in(person("AUDITOR"))
    assert reader.get(of("indicator", watched.pk)).status_code == 200
    assert reader.post(of("indicator-reading", watched.pk), {}).status_code == 403
    assert signed_in(person("COLLEAGUE")).get(of("indicators")).status_code == 403


def test_who_may_not_open_risks_counts_three_of_them_as_hidden(company, watched, owner, signed_in, monkeypatch):
    secret = [make_risk(unit=company.northfield, title="Nightglass", is_confidential=True) for _each in range(3)]
    client, said = signed_in(owner), []
    monkeypatch.setattr(indicator_book, "MOST_RISKS", 1)
    indicators.link(watched, make_risk(unit=company.northfield, title="Second that everybody sees"), actor=None)

    for one in secret:
        indicators.link(watched, one, actor=None)
        page = words(client.get(of("indicator", watched.pk)))
        said.append(("Nightglass" in page, "you may not open" in page))

    assert said == [(False, False), (False, False), (False, True)]  # one or two would be given away
    assert "+ 3 you may not open" in page
