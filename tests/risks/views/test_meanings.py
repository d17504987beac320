"""What the levels mean stands wherever somebody chooses or reads one."""

import pytest
from django.urls import reverse

from risks import meanings
from tests.factories.risks import make_levels, make_risk
from tests.house.world import BACKEND


@pytest.fixture
def analyst(client, person):
    client.force_login(person("ANALYST"), backend=BACKEND)
    return client


def say_all():
    for scale, meaning in meanings.OFFERED.items():
        meanings.say(scale, meaning, actor=None)
    meanings.forget()


def text_of(client, address):
    return client.get(address).content.decode().replace("\u00a0", " ")


def test_beside_the_questions_of_a_new_risk(analyst):
    assert "What the levels mean here" not in text_of(analyst, reverse("risks:log"))
    say_all()

    page = text_of(analyst, reverse("risks:log"))

    for words in ("What the levels mean here", "€250 k to €1.0 M", "3 days to 10 days", "First aid at most", "once in 10 years"):
        assert words in page


def test_beside_the_levels_of_a_risk(analyst, company):
    say_all()
    risk = make_risk(unit=company.northfield)
    make_levels(risk, 3, operational=4, safety=2)

    page = text_of(analyst, reverse("risks:risk", args=[risk.pk]))

    for words in ("once in 10 years to once in 3 years", "3 days to 10 days", "Treated by a doctor, no day lost"):
        assert words in page
    assert "A death" not in page


def test_below_each_strip_where_levels_are_set(analyst, company):
    say_all()
    risk = make_risk(unit=company.northfield)

    page = text_of(analyst, reverse("risks:risk-levels", args=[risk.pk, "CURRENT"]))

    assert "1: First aid at most · 2: Treated by a doctor, no day lost" in page
    assert "1: under €50 k · 2: €50 k to €250 k" in page
