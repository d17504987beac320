"""Redactions and legal holds by the API: by people alone, with a fresh second factor, and two of them where words go."""

import pytest
from django.test import Client

from portal.archive.models import LegalHold, Redaction
from portal.people import accounts, tokens
from tests.factories.portal import freshen
from tests.factories.risks import make_risk
from tests.house.world import BACKEND

JSON = "application/json"


@pytest.fixture
def come_in():
    def opened(user, *, fresh=True):
        client = Client()
        accounts.give_totp(user)
        client.force_login(user, backend=BACKEND)
        freshen(client, user, seconds_ago=0 if fresh else 3600)
        return client

    return opened


@pytest.fixture
def risk(company):
    return make_risk(unit=company.northfield, cause="Priya left the door open")


def wish(risk, **more):
    return {"subject_kind": "risk", "subject": risk.pk, "redacted_fields": ["cause"], "reason": "Names a person"} | more


def test_words_go_when_a_second_person_agrees(person, come_in, risk):
    cio, ciso = come_in(person("CIO")), come_in(person("CISO"))

    made = cio.post("/api/v1/redactions/", wish(risk), content_type=JSON)
    own = cio.post(f"{made['Location']}agreement/")
    done = ciso.post(f"{made['Location']}agreement/")

    risk.refresh_from_db()
    assert (made.status_code, made.json()["state"], own.status_code) == (201, "PROPOSED", 409)
    assert (done.status_code, done.json()["state"]) == (200, "DONE")
    assert "Priya" not in risk.cause


def test_who_proposed_it_takes_it_back(person, come_in, risk):
    cio = come_in(person("CIO"))
    made = cio.post("/api/v1/redactions/", wish(risk), content_type=JSON)

    assert cio.post(f"{made['Location']}refusal/").json()["state"] == "REFUSED"

    risk.refresh_from_db()
    assert risk.cause == "Priya left the door open"


@pytest.mark.parametrize(
    ("more", "field"),
    [({"redacted_fields": ["category"]}, "redacted_fields"), ({"subject": "R-9999"}, "subject"), ({"reason": " "}, "reason")],
)
def test_what_is_wrong_is_told_by_field(person, come_in, risk, more, field):
    answer = come_in(person("CIO")).post("/api/v1/redactions/", wish(risk, **more), content_type=JSON)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert not Redaction.objects.exists()


def test_neither_an_old_factor_nor_a_token_takes_words_away(person, come_in, risk):
    stale = come_in(person("CIO"), fresh=False).post("/api/v1/redactions/", wish(risk), content_type=JSON)
    _token, secret = tokens.issue(person("INTEGRATION"), "Push", ["redactions:write"], actor=None)
    token = Client().post("/api/v1/redactions/", wish(risk), content_type=JSON, headers={"Authorization": f"Bearer {secret}"})

    assert (stale.status_code, stale.json()["code"]) == (403, "second-factor-required")
    assert token.status_code == 403
    assert not Redaction.objects.exists()


def test_a_hold_is_placed_on_single_things_and_lifted_for_a_reason(person, come_in, risk):
    counsel = come_in(person("COUNSEL"))
    body = {"matter": "Northfield claim", "reason": "In court", "about": [{"kind": "risk", "subject": risk.pk}]}

    made = counsel.post("/api/v1/legal-holds/", body, content_type=JSON)
    kept = come_in(person("CIO")).post("/api/v1/redactions/", wish(risk), content_type=JSON)
    silent = counsel.post(f"{made['Location']}lifting/", {"reason": ""}, content_type=JSON)
    lifted = counsel.post(f"{made['Location']}lifting/", {"reason": "Settled"}, content_type=JSON)

    assert (made.status_code, LegalHold.objects.get().subjects) == (201, [["risk", risk.pk]])
    assert (kept.status_code, silent.status_code) == (409, 422)
    assert lifted.json()["lifting_reason"] == "Settled"


def test_a_board_member_places_no_hold(person, come_in):
    assert come_in(person("BOARD")).post("/api/v1/legal-holds/", {}, content_type=JSON).status_code == 403
