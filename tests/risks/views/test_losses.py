import pytest
from django.urls import reverse

from portal.people import organisations
from risks import recompute
from risks.models import LossScenario
from tests.factories.risks import make_levels, make_loss, make_risk

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(person):
    return person("OWNER")


@pytest.fixture
def risk(company, owner):
    risk = make_risk(unit=company.northfield, it_owner=owner, accountable="IT")
    make_levels(risk, 4, operational=4)
    return risk


def answers(**changed):
    believable = {
        "version": "0",
        "often": "PERT",
        "low_per_year": "0.1",
        "mode_per_year": "0.2",
        "high_per_year": "0.5",
        "source": "Incident log",
        "estimated_on": str(organisations.today()),
        "fines-low": "10000",
        "fines-high": "400000",
        "downtime-low_hours": "2",
        "downtime-mode_hours": "6",
        "downtime-high_hours": "30",
        "downtime-value_per_hour": "12000",
    }
    return believable | changed


def test_estimate_is_saved_without_javascript_and_shown_on_the_risk(client, risk, owner):
    client.force_login(owner)

    saved = client.post(reverse("risks:loss", args=[risk.pk, "CURRENT"]), answers())
    while recompute.refresh_batch():
        pass
    page = client.get(reverse("risks:risk", args=[risk.pk])).content.decode()

    assert (saved.status_code, saved.url) == (302, reverse("risks:risk", args=[risk.pk]))
    scenario = LossScenario.objects.get()
    assert [(one["form"], one["low"]) for one in scenario.losses] == [("PRODUCTIVITY", "24000"), ("FINES", "10000")]
    assert "About once in 4.3 years" in page
    assert "Over many years it comes to" in page
    assert "<svg" in page
    assert "One year in twenty costs more than" in page


def test_picture_is_shown_without_keeping_anything(client, risk, owner):
    client.force_login(owner)
    address = reverse("risks:loss", args=[risk.pk, "CURRENT"])

    plain = client.post(address, answers(picture="1"))
    live = client.post(reverse("risks:loss-picture", args=[risk.pk, "CURRENT"]), answers(), headers={"HX-Request": "true"})
    early = client.post(reverse("risks:loss-picture", args=[risk.pk, "CURRENT"]), {"often": "PERT"}, headers={"HX-Request": "true"})

    for response in (plain, live):
        assert response.status_code == 200
        assert "half of the events cost under" in response.content.decode()
    assert "The picture comes once" in early.content.decode()
    assert not LossScenario.objects.exists()


def test_wrong_answers_stand_beside_their_rows(client, risk, owner):
    client.force_login(owner)
    address = reverse("risks:loss", args=[risk.pk, "CURRENT"])

    response = client.post(address, answers(**{"fines-low": "500000"}))

    assert response.status_code == 422
    assert "The low end of a loss lies below the high end." in response.content.decode()
    assert client.post(address, answers(**{"downtime-mode_hours": ""})).status_code == 422
    assert client.get(reverse("risks:loss", args=[risk.pk, "LATER"])).status_code == 404


def test_late_save_gets_both_values_back(client, risk, owner):
    make_loss(risk, actor=owner)
    client.force_login(owner)

    response = client.post(reverse("risks:loss", args=[risk.pk, "CURRENT"]), answers())

    assert response.status_code == 409
    assert "saved this while you were writing" in response.content.decode()


def test_estimate_after_plan_starts_from_that_of_now_and_can_be_taken_back(client, risk, owner):
    make_loss(risk, actor=owner)
    client.force_login(owner)
    address = reverse("risks:loss", args=[risk.pk, "RESIDUAL"])

    assert "Two stops of 2024" in client.get(address).content.decode()
    client.post(address, answers(mode_per_year="0.1"))
    assert LossScenario.objects.current().count() == 2
    client.post(reverse("risks:loss-dropping", args=[risk.pk, "RESIDUAL"]))
    assert [one.stage for one in LossScenario.objects.current()] == ["CURRENT"]


def test_page_is_shut_to_others(client, risk, person):
    client.force_login(person("COLLEAGUE"))

    assert client.get(reverse("risks:loss", args=[risk.pk, "CURRENT"])).status_code in (403, 404)
