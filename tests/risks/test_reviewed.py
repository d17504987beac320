"""A risk and its review: what the card shows, what an answer does to both."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal.attention import changes, reviews
from portal.attention.models import Review
from portal.people import organisations
from portal.record.models import AuditEntry
from risks import levels, register
from risks.models import Risk


@pytest.fixture
def owner(person):
    return person("OWNER")


@pytest.fixture
def risk(owner, company):
    return register.log(
        actor=owner,
        title="Ransomware reaches line control",
        category="OT",
        unit=company.northfield,
        likelihood_level=3,
        impact={"operational": 4},
        it_owner=owner,
        accountable="IT",
    )


def review_of(risk):
    return Review.objects.open().get(subject_kind="risk", subject_id=risk.pk)


def told(risk, user):
    _since, found = changes.since_last(review_of(risk), risk, user)
    return [(change.label, change.before, change.after) for change in found]


def test_a_logged_risk_has_a_review_of_its_accountable_owner(risk, owner):
    review = review_of(risk)

    assert review.owner == owner
    assert review.due_on == organisations.today() + timedelta(days=90)


def test_nothing_changed_plans_the_next_look(risk, owner):
    review = review_of(risk)

    reviews.answer(review, "UNCHANGED", actor=owner, version=review.version)

    risk.refresh_from_db()
    assert risk.reviewed_on == organisations.today()
    assert review_of(risk).pk != review.pk
    assert review_of(risk).unchanged_in_a_row == 1
    assert AuditEntry.objects.filter(verb="risk.reviewed", subject_id=risk.pk).count() == 1


def test_closing_in_the_review_closes_the_risk(risk, person, company):
    analyst = person("ANALYST")
    Risk.objects.filter(pk=risk.pk).update(it_owner=analyst)
    reviews.schedule(risk, "risk.review", organisations.today(), [], owner=analyst)
    review = review_of(risk)

    reviews.answer(review, "CLOSED", actor=analyst, version=None, note="The line was dismantled.")

    risk.refresh_from_db()
    assert (risk.state, risk.closing_reason) == ("CLOSED", "The line was dismantled.")
    assert not Review.objects.open().filter(subject_id=risk.pk).exists()


def test_a_risk_just_logged_has_no_change_to_tell(risk, owner):
    assert told(risk, owner) == []


def test_the_page_of_the_risk_shows_its_review(risk, owner, client):
    client.force_login(owner, backend="allauth.account.auth_backends.AuthenticationBackend")

    page = client.get(reverse("risks:risk", args=[risk.pk])).content.decode()

    assert reverse("attention:review", args=[review_of(risk).pk]) in page
    assert "You look at it again by" in page


def test_the_card_of_a_risk_keeps_to_its_number_of_queries(risk, owner, client, django_assert_max_num_queries):
    client.force_login(owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    url = reverse("attention:review", args=[review_of(risk).pk])
    client.get(url)

    with django_assert_max_num_queries(18):
        assert client.get(url).status_code == 200


@pytest.fixture
def committed(own_db):
    """A risk whose changes are transactions of their own."""
    from tests.factories import portal as make

    company = make.make_company()
    owner = make.make_person("OWNER", company=company)
    fields = {"title": "Ransomware reaches line control", "category": "OT", "unit": company.northfield}
    risk = register.log(actor=owner, likelihood_level=3, impact={"operational": 4}, it_owner=owner, accountable="IT", **fields)
    return owner, risk


def test_since_the_last_review_only_the_difference_is_told(committed):
    owner, risk = committed
    reviews.answer(review_of(risk), "UNCHANGED", actor=owner, version=None)
    risk.refresh_from_db()
    register.change(risk, actor=owner, version=risk.version, title="Ransomware reaches press control")
    risk.refresh_from_db()
    register.change(risk, actor=owner, version=risk.version, title="Malware reaches press control")
    levels.set_levels(risk, "CURRENT", actor=owner, likelihood_level=4, levels={"operational": 4}, reason="Two incidents.")

    found = told(Risk.objects.get(pk=risk.pk), owner)

    assert ("What could happen", "Ransomware reaches line control", "Malware reaches press control") in found
    assert [(before, after) for label, before, after in found if label.endswith("Likelihood")] == [("3", "4")]
