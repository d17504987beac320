"""The pages of attention: with htmx, without JavaScript, without permission, with a constant number of queries."""

from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.attention import reminders, reviews
from portal.attention.models import Reminder, Review
from portal.people import organisations
from tests.portal.attention.conftest import KIND, make_subject

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def owner(person):
    return person("OWNER")


@pytest.fixture
def due(owner, subject):
    """`due()` or `due(days=-3, owner=…)`: a review so many days from today."""

    def make(days=0, owner=owner, people=(), **fields):
        day = organisations.today() + timedelta(days=days)
        return reviews.schedule(subject(**fields), KIND, day, people, owner=owner)

    return make


@pytest.fixture
def as_person(client):
    def sign_in(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


def card(review):
    return reverse("attention:review", args=[review.pk])


def answer_of(review, outcome, **fields):
    return {"outcome": outcome, "version": review.version, "note": "", **fields}


def post(client, review, outcome, htmx=False, **fields):
    url = reverse("attention:review-answer", args=[review.pk])
    return client.post(url, answer_of(review, outcome, **fields), **(HTMX if htmx else {}))


# The card --------------------------------------------------------------------------------------------------------------


def test_the_card_shows_what_changed_above_the_three_answers(as_person, owner, due):
    review = due(title="Furnace stops")
    connection.cursor().execute("UPDATE risks_risk SET title = 'Furnace 2 stops' WHERE id = %s", [review.subject_id])

    page = as_person(owner).get(card(review)).content.decode()

    assert "<del>Furnace stops</del>" in page
    assert "<ins>Furnace 2 stops</ins>" in page
    assert page.index("<ins>") < page.index("Nothing changed") < page.index("Changed…") < page.index("Close this")


def test_without_javascript_an_answer_redirects_to_the_card(as_person, owner, due):
    review = due()

    response = post(as_person(owner), review, "UNCHANGED")

    review.refresh_from_db()
    assert (response.status_code, response.url) == (302, card(review))
    assert review.outcome == "UNCHANGED"


def test_with_htmx_an_answer_swaps_the_card(as_person, owner, due):
    response = post(as_person(owner), due(), "UNCHANGED", htmx=True)

    page = response.content.decode()
    assert response.status_code == 200
    assert page.strip().startswith("<article")
    assert "answered" in page


def test_missing_words_are_asked_for_beside_the_field(as_person, owner, due):
    review = due()

    response = post(as_person(owner), review, "CHANGED")

    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    review.refresh_from_db()
    assert review.is_open


def test_the_third_review_offers_no_nothing_changed(as_person, owner, due, subject):
    thing = subject()
    for _ in range(2):
        reviews.answer(reviews.schedule(thing, KIND, date(2026, 1, 1), [], owner=owner), "UNCHANGED", actor=owner, version=1)
    third = reviews.schedule(thing, KIND, date(2026, 1, 1), [], owner=owner)
    client = as_person(owner)

    page = client.get(card(third)).content.decode()
    refused = post(client, third, "UNCHANGED")

    assert "this time it is rated anew" in page
    assert '<button class="button">Nothing changed</button>' not in page
    assert refused.status_code == 409
    assert "twice running" in refused.content.decode()


def test_an_old_version_is_told_and_changes_nothing(as_person, owner, due):
    review = due()

    response = post(as_person(owner), review, "UNCHANGED", version=review.version + 1)

    assert response.status_code == 412
    review.refresh_from_db()
    assert review.is_open


def test_somebody_else_reads_who_answers_and_is_refused(as_person, owner, person, due):
    review = due()
    client = as_person(person("ANALYST"))

    page = client.get(card(review)).content.decode()
    response = post(client, review, "UNCHANGED", htmx=True)

    assert f"{owner.name} answers this review." in page
    assert response.status_code == 409
    assert response["HX-Retarget"] == "#messages"


def test_who_may_not_answer_reviews_is_kept_out(as_person, person, due):
    assert post(as_person(person("BOARD")), due(), "UNCHANGED").status_code == 403


def test_a_stranger_signs_in_first_and_comes_back(client, due):
    review = due()

    response = client.get(card(review))

    assert response.url == f"/accounts/login/?next={quote(card(review), safe='')}"


def test_a_review_of_something_confidential_does_not_exist_for_others(as_person, person, owner, due):
    review = due(is_confidential=True, it_owner=owner, accountable="IT", title="Takeover of Eastmere")
    client = as_person(person("ANALYST"))

    answers = [
        client.get(card(review)),
        post(client, review, "UNCHANGED"),
        client.get(reverse("attention:reviews"), {"view": "all"}),
    ]

    assert [response.status_code for response in answers] == [404, 404, 200]
    assert not any("Takeover" in response.content.decode() for response in answers)
    assert "+ 1 you may not open" in answers[2].content.decode()


# The list --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "titles"),
    [
        ("mine", ["Late", "Today", "Next week", "Next year"]),
        ("overdue", ["Late", "Late of somebody"]),
        ("due_soon", ["Today", "Next week"]),
        ("all", ["Late", "Late of somebody", "Today", "Next week", "Next year"]),
        ("answered", ["Done"]),
    ],
)
def test_each_view_lists_what_its_number_counts(as_person, owner, person, due, view, titles):
    due(days=-3, title="Late")
    due(days=-2, title="Late of somebody", owner=person("ANALYST"))
    due(title="Today")
    due(days=7, title="Next week")
    due(days=300, title="Next year")
    reviews.answer(due(days=1, title="Done"), "UNCHANGED", actor=owner, version=1)

    context = as_person(owner).get(reverse("attention:reviews"), {"view": view}).context

    assert [row.subject.title for row in context["rows"]] == titles
    assert context["counts"].get(view, 1) == len(titles)


def test_a_list_of_many_costs_as_many_queries_as_one_of_few(as_person, owner, due):
    client = as_person(owner)
    for _ in range(3):
        due()
    pages = [reverse("attention:reviews") + "?view=all", reverse("attention:inbox")]
    reminders.remind()
    few = [queries_of(client, page) for page in pages]
    for _ in range(40):
        due()
    reminders.remind()

    assert [queries_of(client, page) for page in pages] == few
    assert max(few) <= 12


def queries_of(client, url):
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def test_the_card_keeps_to_its_number_of_queries(as_person, owner, due):
    client, review = as_person(owner), due()
    reviews.schedule(review_subject(review), KIND, organisations.today() + timedelta(days=3), [], owner=owner)

    assert queries_of(client, card(review)) <= 18


def review_subject(review):
    from risks.models import Risk

    return Risk.objects.get(pk=review.subject_id)


# The inbox -------------------------------------------------------------------------------------------------------------


def test_the_inbox_lists_the_most_urgent_first_and_each_once(as_person, owner, due):
    due(days=5, title="Soon")
    due(days=-5, title="Late")
    due(title="Today")
    reminders.remind()
    reminders.remind()

    context = as_person(owner).get(reverse("attention:inbox")).context

    assert [row.label.split(" ", 1)[1] for row in context["rows"]] == ["Late", "Today", "Soon"]


def test_the_rail_says_how_many_wait(as_person, owner, due):
    due()
    due(days=3)
    reminders.remind()

    shell = as_person(owner).get(reverse("attention:inbox")).context["shell"]

    assert {link.key: link.count for link in shell.personal}["inbox"] == 2


def test_an_answered_review_moves_to_settled(as_person, owner, due):
    review = due(title="Furnace stops")
    reminders.remind()
    client = as_person(owner)
    post(client, review, "UNCHANGED")

    waiting, settled = (client.get(reverse("attention:inbox"), {"show": show}).context["rows"] for show in ("", "settled"))

    assert (len(waiting), len(settled)) == (0, 1)


def test_following_a_reminder_reads_it_and_leads_to_the_card(as_person, owner, due):
    review = due()
    reminders.remind()
    reminder = Reminder.objects.get()

    response = as_person(owner).get(reverse("attention:reminder", args=[reminder.pk]))

    reminder.refresh_from_db()
    assert response.url == card(review)
    assert reminder.read_at is not None


@pytest.mark.parametrize("htmx", [False, True])
def test_a_reminder_is_marked_read_and_unread(as_person, owner, due, htmx):
    due()
    reminders.remind()
    reminder, client = Reminder.objects.get(), as_person(owner)
    url = reverse("attention:reminder-reading", args=[reminder.pk])

    marks = []
    for fields in ({}, {"back": "1"}):
        assert client.post(url, fields, **(HTMX if htmx else {})).status_code == (200 if htmx else 302)
        reminder.refresh_from_db()
        marks.append(reminder.read_at is not None)

    assert marks == [True, False]


def test_all_are_marked_read_at_once(as_person, owner, due):
    due()
    due()
    reminders.remind()

    as_person(owner).post(reverse("attention:inbox-reading"))

    assert Reminder.objects.filter(read_at=None).count() == 0


def test_the_reminder_of_somebody_else_does_not_exist(as_person, owner, person, due):
    due()
    reminders.remind()
    reminder, client = Reminder.objects.get(), as_person(person("CIO"))

    answers = [
        client.get(reverse("attention:reminder", args=[reminder.pk])),
        client.post(reverse("attention:reminder-reading", args=[reminder.pk])),
    ]

    assert [response.status_code for response in answers] == [404, 404]


def test_a_reminder_of_what_one_may_no_longer_see_is_gone(as_person, person, company):
    analyst = person("ANALYST")
    thing = make_subject(company.northfield, title="Takeover of Eastmere")
    reviews.schedule(thing, KIND, organisations.today(), [], owner=analyst)
    reminders.remind()
    type(thing).objects.filter(pk=thing.pk).update(is_confidential=True)

    response = as_person(analyst).get(reverse("attention:inbox"))

    assert "Takeover" not in response.content.decode()
    assert response.context["waiting"] == 0


def test_an_empty_inbox_says_so(as_person, owner):
    assert "Nothing needs you." in as_person(owner).get(reverse("attention:inbox")).content.decode()


def test_a_link_of_the_mail_survives_sign_in(client, owner, due):
    review = due()
    reminders.remind()
    owner.set_password("a long enough pass phrase")
    owner.save(update_fields=["password"])
    link = reverse("attention:reminder", args=[Reminder.objects.get().pk])

    door = client.get(link)
    entered = client.post(door.url, {"login": owner.email, "password": "a long enough pass phrase", "next": link}, follow=True)

    assert entered.redirect_chain[-1][0] == card(review)
    assert Review.objects.get().is_open
