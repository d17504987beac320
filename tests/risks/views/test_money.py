from decimal import Decimal

import pytest
from django.urls import reverse

from portal.people import organisations
from risks import money_book, recompute
from risks.models import LossResult
from risks.treatments import Step
from tests.factories.risks import make_levels, make_loss, make_risk, make_treatment

pytestmark = pytest.mark.django_db

RARER = {"low_per_year": Decimal("0.01"), "mode_per_year": Decimal("0.02"), "high_per_year": Decimal("0.05")}


@pytest.fixture
def cio(person):
    return person("CIO")


@pytest.fixture
def planned(company, cio):
    """Two risks with plans: one for 10,000, one of safety for 500,000; and one without."""
    found = []
    for cost, impact in ((10_000, {"operational": 4}), (500_000, {"safety": 5}), (None, {"operational": 3})):
        risk = make_risk(unit=company.northfield)
        make_levels(risk, 4, **impact)
        make_loss(risk, actor=cio)
        if cost is not None:
            step = Step("IT", "Do it", cio, organisations.today(), Decimal(cost))
            make_treatment(risk, actor=cio, steps=[step])
            make_loss(risk, actor=cio, stage="RESIDUAL", **RARER)
        found.append(risk)
    while recompute.refresh_batch():
        pass
    return found


def test_page_says_the_position_in_words_and_ties_out(client, planned, cio):
    client.force_login(cio)

    page = client.get(reverse("risks:money")).content.decode()

    book = money_book.read(cio, {})
    assert book.told.average in page
    assert book.sentence in page
    assert book.risk_count == 3
    assert sum(one.average for one in book.contributors) == pytest.approx(book.now.mean, rel=1e-5)
    assert all(risk.number in page for risk in planned)


def test_plans_are_ranked_safety_first_then_by_what_they_buy_under_a_budget(planned, cio):
    cheap, safe, _none = planned

    free, poor = (money_book.read(cio, {"budget": budget}).ranking for budget in ("", "5,000"))

    assert [plan.risk.pk for plan in free.plans] == [safe.pk, cheap.pk]
    assert [plan.is_in for plan in free.plans] == [True, True]
    assert [plan.is_in for plan in poor.plans] == [True, False]
    assert free.spent == Decimal(510_000)
    gain = LossResult.objects.get(risk=cheap, stage="CURRENT").mean - LossResult.objects.get(risk=cheap, stage="RESIDUAL").mean
    assert free.plans[1].return_share == pytest.approx((gain - 10_000) / 10_000)
    assert 0 < free.joint != pytest.approx(free.summed, rel=0.01)


def test_what_if_answers_without_keeping_anything(client, planned, cio):
    client.force_login(cio)
    asked = {"risk": planned[0].pk, "often": "100", "costs": "0"}

    live = client.get(reverse("risks:money"), asked, headers={"HX-Request": "true"}).content.decode()

    assert "The average of a year would go from" in live
    assert "<html" not in live
    before, after = money_book.what_would_be(cio, {"risk": str(planned[0].pk), "often": "100", "costs": "0"})
    assert (before.average, after.average) != (before.average, before.average)
    assert money_book.what_would_be(cio, {"risk": "nobody"}) is None


def test_confidential_risks_count_without_being_named(client, planned, person):
    planned[0].is_confidential = True
    planned[0].save(update_fields=["is_confidential"])
    head = person("HEAD")

    book = money_book.read(head, {})

    assert (book.risk_count, book.hidden_count) == (3, 1)
    assert planned[0].pk not in [one.risk.pk for one in book.contributors]


def test_empty_page_says_what_to_do(client, company, cio):
    client.force_login(cio)

    assert "Open a risk and estimate how often" in client.get(reverse("risks:money")).content.decode()


def test_money_is_shut_to_colleagues(client, person):
    client.force_login(person("COLLEAGUE"))

    assert client.get(reverse("risks:money")).status_code == 403
