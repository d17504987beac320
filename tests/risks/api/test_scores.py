from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from rest_framework.test import APIClient

from portal import clock
from portal.record import audit
from risks import formulas, recompute, stale
from tests.factories.assets import make_asset
from tests.factories.risks import make_levels, make_risk

pytestmark = pytest.mark.django_db
LIST, CHANGE = "/api/v1/scores/", "/api/v1/scores/change/"


@pytest.fixture
def api():
    """`api(user)` asks in a session, `api(user, "scores:read")` by a token."""

    def asking(user, *scopes):
        client = APIClient()
        client.force_authenticate(user, SimpleNamespace(pk=1, scopes=list(scopes)) if scopes else None)
        return client

    return asking


def score(risk, moment=datetime(2026, 11, 3, 12, tzinfo=UTC), **levels):
    with clock.stopped(moment):
        if levels:
            make_levels(risk, **levels)
        stale.mark_risks([risk.pk], "risk.rated")
        while recompute.refresh_batch():
            pass


@pytest.fixture
def risk(company):
    station = make_asset("EWS-04", unit=company.northfield, reachability="REMOTE")
    risk = make_risk(unit=company.northfield, assets=[station], number="R-9017")
    score(risk, likelihood=4, operational=4)
    return risk


def test_a_score_is_told_with_terms_that_add_up(api, person, risk):
    answer = api(person("ANALYST")).get(LIST, {"risk": risk.pk, "state": "CURRENT"})

    assert answer.status_code == 200
    (told,) = answer.json()["results"]
    assert {key: told[key] for key in ("risk", "state", "value", "band", "reason", "formula_version", "cause", "computed_at")} == {
        "risk": risk.pk,
        "state": "CURRENT",
        "value": "53.5",
        "band": "MEDIUM",
        "reason": None,
        "formula_version": formulas.LATEST.version,
        "cause": "risk.rated",
        "computed_at": "2026-11-03T12:00:00Z",
    }
    assert [(term["name"], term["label"], term["points"], term["source"]["kind"]) for term in told["terms"]] == [
        ("rating", "Likelihood 4 × impact 4, operational", "48.0", "risk"),
        ("reachability", "Remote exposure", "5.5", "asset"),
    ]


def test_without_enough_data_there_is_a_reason_instead_of_a_value(api, person, risk):
    (told,) = api(person("ANALYST")).get(LIST, {"risk": risk.number, "state": "RESIDUAL"}).json()["results"]

    assert (told["value"], told["band"], told["reason"], told["terms"]) == (None, None, "not enough data", [])


def test_a_token_reads_the_same_number(api, person, risk):
    integration = person("INTEGRATION")

    told = api(integration, "scores:read").get(LIST, {"risk": risk.pk, "state": "CURRENT"}).json()["results"]

    assert [one["value"] for one in told] == ["53.5"]
    assert api(integration, "assets:read").get(LIST).status_code == 403


def test_only_what_holds_now_is_listed_unless_history_is_asked_for(api, person, risk):
    score(risk, datetime(2026, 11, 9, tzinfo=UTC), likelihood=5, operational=4)
    client = api(person("ANALYST"))

    now = client.get(LIST, {"risk": risk.pk}).json()["results"]
    ever = client.get(LIST, {"risk": risk.pk, "state": "CURRENT", "history": "true"}).json()["results"]

    assert sorted(one["state"] for one in now) == ["CURRENT", "INHERENT", "RESIDUAL"]
    assert [(one["value"], one["previous_value"]) for one in ever] == [("65.5", "53.5"), ("53.5", None)]
    assert client.get(f"{LIST}{ever[1]['id']}/").json()["value"] == "53.5"


def test_what_one_may_not_open_does_not_exist(api, person, company, risk):
    stranger = api(person("ANALYST", unit=company.eastmere))
    (told,) = api(person("CISO")).get(LIST, {"risk": risk.pk, "state": "CURRENT"}).json()["results"]

    assert stranger.get(LIST).json()["results"] == []
    assert stranger.get(f"{LIST}{told['id']}/").status_code == 404
    assert stranger.get(CHANGE, {"risk": risk.pk, "from": "2026-11-01"}).status_code == 404
    assert api(person("ADMIN")).get(LIST).status_code == 403


def test_a_source_one_may_not_open_is_left_out(api, person, company):
    elsewhere = make_asset("PLC-E1", unit=company.eastmere, reachability="INTERNET")
    risk = make_risk(unit=company.northfield, assets=[elsewhere])
    score(risk, likelihood=4, operational=4)

    (told,) = api(person("ANALYST", unit=company.northfield)).get(LIST, {"state": "CURRENT"}).json()["results"]

    assert [(term["name"], term["source"]) for term in told["terms"]] == [
        ("rating", {"kind": "risk", "id": risk.pk}),
        ("reachability", None),
    ]


def test_a_change_is_told_step_by_step(api, person, risk):
    cio = person("CIO")
    with clock.stopped(datetime(2026, 11, 9, tzinfo=UTC)):
        audit.record(cio, "risk.rated", risk)
    score(risk, datetime(2026, 11, 9, 1, tzinfo=UTC), likelihood=3, operational=4)

    answer = api(cio).get(CHANGE, {"risk": risk.number, "from": "2026-11-03", "to": "2026-11-30"})

    assert answer.status_code == 200
    told = answer.json()
    assert (told["risk"], told["state"], told["before"]["value"], told["after"]["value"], told["points"]) == (
        risk.pk,
        "CURRENT",
        "53.5",
        "41.5",
        "-12.0",
    )
    assert told["events"] == [
        {
            "score": told["after"]["id"],
            "at": "2026-11-09T01:00:00Z",
            "cause": "risk.rated",
            "formula": None,
            "actor": cio.pk,
            "actor_name": cio.name,
            "points": "-12.0",
            "terms": [
                {
                    "name": "rating",
                    "label": "Likelihood 4 → 3, operational impact 4",
                    "kind": "changed",
                    "points": "-12.0",
                    "source": {"kind": "risk", "id": risk.pk},
                }
            ],
        }
    ]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "risk"),
        ({"from": ""}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-11-03T12:00:00"}, "from"),
        ({"from": "2026-13-03"}, "from"),
        ({"from": "9999-12-31"}, "from"),
        ({"from": "2026-11-01", "to": "soon"}, "to"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "to"),
        ({"from": "2026-11-01", "state": "GROSS"}, "state"),
        ({"from": "2026-11-01", "until": "2026-11-02"}, "until"),
    ],
)
def test_a_question_that_makes_no_sense_is_told_by_field(api, person, risk, asked, field):
    answer = api(person("ANALYST")).get(CHANGE, asked if "risk" in asked or not asked else {"risk": risk.pk, **asked})

    assert answer.status_code == 422
    assert field in str(answer.json())


def test_the_queries_of_a_list_do_not_grow(api, person, company, django_assert_max_num_queries):
    for _ in range(8):
        risk = make_risk(unit=company.northfield, assets=[make_asset(unit=company.northfield, reachability="REMOTE")])
        score(risk, likelihood=4, operational=4)
    client = api(person("ANALYST"))

    with django_assert_max_num_queries(8):
        assert len(client.get(LIST).json()["results"]) == 24
