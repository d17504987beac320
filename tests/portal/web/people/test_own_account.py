"""One's own account and sessions by the API; invitations as administrators read and send them."""

import pytest
from django.test import Client

from portal.people import invitations, tokens
from portal.people.models import BrowserSession, Invitation, User
from portal.record.models import AuditEntry
from tests.factories.portal import freshen
from tests.house.world import BACKEND

JSON = "application/json"
LIST = "email,name,unit,roles\nnoor@verrow.example,Noor,Northfield,ANALYST\nolu@verrow.example,Olu,Eastmere,\n"


@pytest.fixture
def come_in():
    def opened(user):
        client = Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux) Firefox/140.0")
        client.force_login(user, backend=BACKEND)
        freshen(client, user)
        return client

    return opened


def test_people_read_and_change_what_they_say_of_themselves(person, come_in):
    dana = person("ANALYST", name="Dana")
    client = come_in(dana)

    before = client.get("/api/v1/users/me/").json()
    after = client.patch("/api/v1/users/me/", {"time_zone": "Asia/Kolkata"}, content_type=JSON).json()

    assert (before["name"], before["roles"], before["needs_factor"]) == (
        "Dana",
        [{"role": "ANALYST", "unit": dana.unit_id}],
        False,
    )
    assert (after["name"], after["time_zone"]) == ("Dana", "Asia/Kolkata")
    assert AuditEntry.objects.get(verb="user.changed").params == {"fields": ["time_zone"]}


def test_a_zone_that_is_none_is_refused_by_field(person, come_in):
    answer = come_in(person("ANALYST")).patch("/api/v1/users/me/", {"time_zone": "Mars/Olympus"}, content_type=JSON)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["time_zone"])


def test_sessions_are_ones_own_and_end_one_by_one(person, come_in):
    dana = person("ANALYST")
    here, there = come_in(dana), come_in(dana)
    come_in(person("OWNER"))

    rows = here.get("/api/v1/sessions/").json()["results"]
    other = next(row for row in rows if not row["is_this"])
    ended = here.post(f"/api/v1/sessions/{other['id']}/ending/")

    assert [row["is_this"] for row in rows] == [True, False]
    assert {row["device"] for row in rows} <= {"Firefox on Linux", ""}
    assert (ended.status_code, ended.json()["ended_at"] is not None) == (200, True)
    assert there.get("/api/v1/users/me/").status_code in (401, 403)
    assert len(here.get("/api/v1/sessions/").json()["results"]) == 1


def test_nobody_ends_the_session_of_another(person, come_in):
    mine, theirs = come_in(person("ADMIN")), person("ANALYST")
    come_in(theirs)
    row = BrowserSession.objects.get(user=theirs)

    assert mine.post(f"/api/v1/sessions/{row.pk}/ending/").status_code == 404

    row.refresh_from_db()
    assert row.ended_at is None


def test_an_account_tells_the_days_of_its_invitation(person, company, come_in):
    admin = person("ADMIN")
    first = invitations.invite("noor@verrow.example", "Noor", actor=admin)

    told = come_in(admin).get(f"/api/v1/users/{first.user_id}/").json()["account"]["invitation"]

    assert (told["purpose"], told["state"], told["invited_by"], told["accepted_at"]) == ("ACCOUNT", "OPEN", admin.pk, None)
    assert told["expires_at"] > told["sent_at"]


def test_a_list_invites_all_or_none(person, company, come_in):
    client = come_in(person("ADMIN"))

    tried = client.post("/api/v1/users/invitation-list/?dry_run=1", {"text": LIST}, content_type=JSON)
    wrong = client.post("/api/v1/users/invitation-list/", {"text": LIST + "nobody,Ola,Atlantis,\n"}, content_type=JSON)
    assert not Invitation.objects.exists()
    made = client.post("/api/v1/users/invitation-list/", {"text": LIST}, content_type=JSON)
    again = client.post("/api/v1/users/invitation-list/", {"text": LIST}, content_type=JSON)

    assert (tried.status_code, len(tried.json()["invited"])) == (201, 2)
    assert (wrong.status_code, sorted(wrong.json()["fields"])) == (422, ["line 4, email", "line 4, unit"])
    assert User.objects.filter(pk__in=made.json()["invited"]).count() == 2
    assert (again.status_code, list(again.json()["fields"])) == (422, ["text"])


def test_only_administrators_invite_a_list(person, come_in):
    assert come_in(person("CIO")).post("/api/v1/users/invitation-list/", {"text": LIST}, content_type=JSON).status_code == 403


def test_a_token_reads_its_own_account(person):
    service = person("INTEGRATION")
    _token, secret = tokens.issue(service, "Directory", ["users:read"], actor=None)
    headers = {"Authorization": f"Bearer {secret}"}

    told = Client().get("/api/v1/users/me/", headers=headers)

    assert (told.status_code, told.json()["id"]) == (200, service.pk)
    assert Client().patch("/api/v1/users/me/", {"name": "Else"}, content_type=JSON, headers=headers).status_code == 403
