from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from portal.archive import holds, redactions
from portal.archive.models import Disposal, LegalHold, Redaction
from portal.people import accounts
from portal.record import audit
from portal.record.models import DayHead
from tests.factories.portal import freshen
from tests.factories.risks import make_risk
from tests.house.world import BACKEND
from tests.portal.archive.test_retention import attempt

pytestmark = pytest.mark.django_db


def signed_in(user, *, fresh=True):
    client = Client()
    accounts.give_totp(user)
    client.force_login(user, backend=BACKEND)
    freshen(client, user, seconds_ago=0 if fresh else 3600)
    return client


def body(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.fixture
def risk(company):
    return make_risk(unit=company.northfield, title="Line control stops", grounds="Ola Brandt clicked on it")


def test_the_table_previews_and_an_administrator_disposes(person):
    auditor, admin = signed_in(person("AUDITOR")), signed_in(person("ADMIN"))
    attempt(91)

    assert "1 row goes tonight" in body(auditor, "/archive/retention/")
    assert auditor.post("/archive/retention/disposal/").status_code == 403
    assert Disposal.objects.count() == 0

    assert admin.post("/archive/retention/disposal/").status_code == 302
    page = body(admin, "/archive/retention/")
    assert "Nothing goes tonight" in page
    assert "Sign-in log: 1" in page


def test_a_hold_is_placed_shown_and_lifted(person, risk):
    leader = signed_in(person("CIO"))
    asked = {"matter": "Claim of Brandt", "reason": "A letter", "kinds": ["inbox"], "about": f"risk {risk.pk}, risk {risk.pk}"}

    assert leader.post("/archive/holds/new/", asked).status_code == 302

    hold = LegalHold.objects.get()
    assert (hold.kinds, hold.subjects) == (["inbox"], [["risk", risk.pk]])
    page = body(leader, "/archive/holds/")
    assert "Claim of Brandt" in page
    assert "Read inbox" in page
    assert "Line control stops" in page
    assert "Line control stops" not in body(signed_in(person("ADMIN")), "/archive/holds/")

    assert leader.post(f"/archive/holds/{hold.pk}/lifting/", {"reason": "Settled"}).status_code == 302
    assert "No legal hold is open" in body(leader, "/archive/holds/")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"about": "horse 3"}, "There is no horse 3 that you may open."),
        ({"covers_from": "2026-02-01", "covers_to": "2026-01-01"}, "The span ends before it begins."),
        ({"matter": ""}, "This field is required."),
    ],
)
def test_a_hold_that_says_too_little_comes_back(person, wrong, sentence):
    answer = signed_in(person("CIO")).post("/archive/holds/new/", {"matter": "Claim", "reason": "A letter"} | wrong)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not LegalHold.objects.exists()


def test_words_are_redacted_by_two_people_on_pages(person, risk):
    cio, ciso = signed_in(person("CIO")), signed_in(person("CISO"))
    entry = audit.record(None, "risk.noted", risk, text="Ola Brandt said so")
    address = f"/archive/redactions/risk/{risk.pk}/"
    assert "Ola Brandt said so" in body(cio, address)

    asked = {"fields_": ["grounds"], "entries": [entry.pk], "with_present": "on", "reason": "A name that need not be there"}
    assert cio.post(address, asked).status_code == 302
    made = Redaction.objects.get()
    assert "Somebody else decides." in body(cio, "/archive/redactions/")
    assert cio.post(f"/archive/redactions/{made.pk}/decision/", {"answer": "agree"}).status_code == 409

    assert "1 redaction waits for a second person" in body(ciso, "/archive/redactions/")
    assert ciso.post(f"/archive/redactions/{made.pk}/decision/", {"answer": "agree"}).status_code == 302

    made.refresh_from_db()
    assert (made.state, made.versions, made.texts) == ("DONE", 1, 1)
    assert "Ola Brandt" not in body(cio, reverse("risks:risk", args=[risk.pk]))
    assert "a risk you may not open" in body(signed_in(person("ADMIN")), "/archive/redactions/")


def test_what_takes_words_away_or_stops_that_asks_for_a_second_factor_of_this_quarter_of_an_hour(person, risk):
    cio, ciso = person("CIO"), person("CISO")
    hold = holds.place("Claim", actor=cio, reason="A letter", kinds=["inbox"])
    made = redactions.propose("risk", risk.pk, actor=ciso, fields=["grounds"], reason="A name")
    attempt(91)
    stale, admin = signed_in(cio, fresh=False), signed_in(person("ADMIN"), fresh=False)
    asked = {"matter": "Second", "reason": "A letter", "kinds": "inbox"}
    doors = [
        (stale, f"/archive/redactions/risk/{risk.pk}/", {"fields_": ["grounds"], "reason": "A name"}, None),
        (stale, f"/archive/redactions/{made.pk}/decision/", {"answer": "agree"}, "/archive/redactions/"),
        (stale, "/archive/holds/new/", asked, None),
        (stale, f"/archive/holds/{hold.pk}/lifting/", {"reason": "Settled"}, "/archive/holds/"),
        (admin, "/archive/retention/disposal/", {}, "/archive/retention/"),
    ]
    for client, address, said, back in doors:
        answer = client.post(address, said)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, reverse("mfa_reauthenticate")), address
        assert answer["Location"].endswith(urlencode({"next": back or address})), address

    made.refresh_from_db(), hold.refresh_from_db()
    assert (made.state, hold.lifted_at, Disposal.objects.count()) == ("PROPOSED", None, 0)
    assert (Redaction.objects.count(), LegalHold.objects.count()) == (1, 1)
    session = stale.session
    session["kept_form"] = {"address": "/archive/holds/new/", "form": urlencode(asked)}
    session.save()
    freshen(stale, cio)
    assert 'value="Second"' in body(stale, "/archive/holds/new/")


def test_a_proposal_without_words_comes_back(person, risk):
    answer = signed_in(person("CIO")).post(f"/archive/redactions/risk/{risk.pk}/", {"reason": "A name"})

    assert answer.status_code == 422
    assert "Choose at least one field or text." in answer.content.decode()


def test_heads_are_listed_and_a_hash_is_looked_for(person):
    DayHead.objects.create(day="2026-11-24", seq=3, hash="a" * 64)
    auditor = signed_in(person("AUDITOR"))

    page = body(auditor, "/archive/heads/")

    assert "24 Nov" in page
    assert "a" * 64 in page
    assert "No seal has this hash" in body(auditor, f"/archive/heads/?hash={'b' * 64}")
    assert signed_in(person("ANALYST")).get("/archive/heads/").status_code == 403


def test_the_api_says_what_the_pages_say(person, risk):
    cio = person("CIO")
    client = signed_in(cio)
    attempt(91)
    holds.place("Claim", actor=cio, reason="A letter", kinds=["sign-ins"])
    redactions.propose("risk", risk.pk, actor=cio, fields=["title"], reason="A name")
    DayHead.objects.create(day="2026-11-24", seq=3, hash="a" * 64)

    lines = {line["key"]: line for line in client.get("/api/v1/retention/").json()["lines"]}
    assert (lines["sign-ins"]["going"], lines["sign-ins"]["held"]) == (0, 1)
    (hold,) = client.get("/api/v1/legal-holds/?lifted=false").json()["results"]
    assert (hold["matter"], hold["placed_by"], hold["lifted_at"]) == ("Claim", cio.pk, None)
    (redaction,) = client.get("/api/v1/redactions/?state=PROPOSED").json()["results"]
    assert (redaction["redacted_fields"], redaction["proposed_by"]) == (["title"], cio.pk)
    (head,) = client.get("/api/v1/heads/?day=2026-11-24").json()["results"]
    assert (head["seq"], head["mailed"]) == (3, 0)
    assert client.get("/api/v1/disposals/").json()["results"] == []
