"""The resources `reviews` and `inbox`: what they show, to whom, and the answer to a review."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from rest_framework.test import APIClient

from portal.attention import reminders, reviews
from portal.attention.models import Reminder
from portal.people import organisations
from tests.portal.attention.conftest import KIND

REVIEWS, INBOX = "/api/v1/reviews/", "/api/v1/inbox/"


@pytest.fixture
def api():
    def asking(user, *scopes):
        client = APIClient()
        client.force_authenticate(user, SimpleNamespace(pk=1, scopes=list(scopes)) if scopes else None)
        return client

    return asking


@pytest.fixture
def owner(person):
    return person("OWNER")


@pytest.fixture
def due(owner, subject):
    def make(days=0, owner=owner, people=(), **fields):
        day = organisations.today() + timedelta(days=days)
        return reviews.schedule(subject(**fields), KIND, day, people, owner=owner)

    return make


def ids(response):
    assert response.status_code == 200, response.json()
    return [row["id"] for row in response.json()["results"]]


def test_a_review_shows_what_is_due_and_who_answers(api, owner, person, due):
    named = person("ANALYST")
    review = due(people=[named])

    row = api(owner).get(f"{REVIEWS}{review.pk}/").json()

    assert (row["subject_kind"], row["subject"], row["owner"], row["people"]) == ("tested", review.subject_id, owner.pk, [named.pk])
    assert (row["state"], row["due_on"], row["version"]) == ("OPEN", review.due_on.isoformat(), 1)


def test_reviews_are_filtered_and_ordered(api, owner, person, due):
    late, today, later = due(days=-4), due(), due(days=30, owner=person("ANALYST"))
    client = api(owner)

    assert ids(client.get(REVIEWS, {"ordering": "-due_on"})) == [later.pk, today.pk, late.pk]
    assert ids(client.get(REVIEWS, {"overdue": "true"})) == [late.pk]
    assert ids(client.get(REVIEWS, {"overdue": "false"})) == [today.pk, later.pk]
    assert ids(client.get(REVIEWS, {"owner": later.owner_id})) == [later.pk]
    assert ids(client.get(REVIEWS, {"due_to": today.due_on.isoformat()})) == [late.pk, today.pk]


def test_a_review_of_something_confidential_is_missing(api, person, owner, due):
    review = due(is_confidential=True, it_owner=owner, accountable="IT")
    client = api(person("ANALYST"))

    assert client.get(f"{REVIEWS}{review.pk}/").status_code == 404
    assert client.post(f"{REVIEWS}{review.pk}/answer/", {"outcome": "UNCHANGED"}, format="json").status_code == 404
    assert ids(client.get(REVIEWS)) == []


def test_the_owner_answers(api, owner, due):
    review = due()

    response = api(owner).post(f"{REVIEWS}{review.pk}/answer/", {"outcome": "CHANGED", "note": "Patched."}, format="json")

    assert response.status_code == 200
    assert (response.json()["state"], response.json()["outcome"], response.json()["closed_by"]) == ("DONE", "CHANGED", owner.pk)
    assert response["ETag"] == '"2"'


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"outcome": "MAYBE"}, 422, "invalid"),
        ({}, 422, "invalid"),
        ({"outcome": "CHANGED"}, 422, "invalid"),
    ],
)
def test_a_wrong_answer_is_a_problem_and_changes_nothing(api, owner, due, body, status, code):
    review = due()

    response = api(owner).post(f"{REVIEWS}{review.pk}/answer/", body, format="json")

    review.refresh_from_db()
    assert (response.status_code, response.json()["code"], response["Content-Type"]) == (status, code, "application/problem+json")
    assert review.is_open


def test_somebody_else_is_refused(api, person, due):
    review = due()

    response = api(person("ANALYST")).post(f"{REVIEWS}{review.pk}/answer/", {"outcome": "UNCHANGED"}, format="json")

    assert (response.status_code, response.json()["code"]) == (409, "not-yours")


def test_an_answer_to_an_older_version_is_stale(api, owner, due):
    review = due()

    response = api(owner).post(
        f"{REVIEWS}{review.pk}/answer/", {"outcome": "UNCHANGED"}, format="json", headers={"If-Match": '"7"'}
    )

    assert response.status_code == 412


def test_a_dry_run_answers_nothing(api, owner, due):
    review = due()

    response = api(owner).post(f"{REVIEWS}{review.pk}/answer/?dry_run=1", {"outcome": "UNCHANGED"}, format="json")

    review.refresh_from_db()
    assert (response.status_code, response.json()["state"]) == (200, "DONE")
    assert review.is_open


def test_a_token_needs_the_scope(api, owner, due):
    due()

    assert api(owner, "risks:read").get(REVIEWS).status_code == 403
    assert len(ids(api(owner, "reviews:read").get(REVIEWS))) == 1


def test_the_inbox_is_the_callers_own(api, owner, person, due):
    due()
    reminders.remind()

    [row] = api(owner).get(INBOX).json()["results"]

    assert (row["stage"], row["subject_kind"], row["read_at"]) == ("due", "tested", None)
    assert ids(api(person("CIO")).get(INBOX)) == []


def test_a_reminder_is_marked_read_and_filtered(api, owner, due):
    due()
    due(days=2)
    reminders.remind()
    client, first = api(owner), Reminder.objects.order_by("id").first()

    marked = client.post(f"{INBOX}{first.pk}/reading/", {}, format="json")

    assert marked.json()["read_at"] is not None
    assert len(ids(client.get(INBOX, {"unread": "true"}))) == 1
    assert len(ids(client.get(INBOX, {"settled": "false"}))) == 2
    assert ids(client.get(INBOX, {"settled": "true"})) == []
