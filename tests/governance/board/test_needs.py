from datetime import date, timedelta

import pytest

from governance.board import needs
from portal.attention.models import Review
from tests.factories.risks import make_risk

LATE = date(2026, 1, 5)


@pytest.fixture
def late_review(company):
    def make(owner, due_on, **fields):
        risk = make_risk(unit=company.northfield, **fields)
        return Review.objects.create(subject_kind="risk", subject_id=risk.pk, kind="risk.review", owner=owner, due_on=due_on)

    return make


def test_reviews_of_what_one_may_not_open_leave_room_for_the_others(person, company, late_review):
    head = person("HEAD", unit=company.northfield)
    company.northfield.head = head
    company.northfield.save(update_fields=["head"])
    owner = person("OWNER", unit=company.northfield, reports_to=head)
    for days in range(needs.MOST_CARDS):
        late_review(owner, LATE + timedelta(days=days), is_confidential=True)
    seen = late_review(owner, LATE + timedelta(days=30), title="The press stops")

    waiting = needs.waiting_for(head)

    assert [(card.url, card.due_on) for card in waiting] == [(f"/reviews/{seen.pk}/", seen.due_on)]
    assert waiting[0].title.endswith("The press stops")


def test_what_one_answers_for_unseen_leaves_room_for_the_others(person, company, late_review):
    owner = person("OWNER", unit=company.northfield)
    for days in range(needs.MOST_CARDS):
        late_review(owner, LATE + timedelta(days=days), is_confidential=True)
    seen = late_review(owner, LATE + timedelta(days=30))

    assert [card.url for card in needs._reviews(owner)] == [f"/reviews/{seen.pk}/"]
