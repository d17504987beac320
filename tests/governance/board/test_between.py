from datetime import timedelta

import pytest
from django.urls import reverse

from governance.board import between, scope
from portal import clock
from risks import ratings, recompute, settling
from risks.stale import mark_risks
from tests.factories.risks import make_risk
from tests.house.world import BACKEND
from tests.risks.test_ratings import differ, said


@pytest.fixture
def seats(person):
    return {seat: person(seat) for seat in ("CIO", "CISO")}


def test_between_us_shows_what_differs_and_what_was_settled_lately(seats, company, client):
    open_one, ended = make_risk(unit=company.northfield), make_risk(unit=company.northfield)
    with clock.stopped(clock.now() - timedelta(days=5)):
        differ(ended, seats["CIO"], seats["CISO"])
    settling.take_theirs(ended, actor=seats["CIO"])
    differ(open_one, seats["CIO"], seats["CISO"])
    mark_risks([open_one.pk, ended.pk], "test")
    recompute.refresh_batch()

    found = between.of(between.rounds(seats["CIO"], scope.of(seats["CIO"]), 7))

    assert [row.round.risk for row in found.different] == [open_one]
    assert [(one.round.risk, one.days) for one in found.settled] == [(ended, 5)]
    assert found.median_days == 5
    client.force_login(seats["CIO"], backend=BACKEND)
    body = client.get(reverse("board:today")).content.decode()
    assert "You and the CISO differ on" in body
    assert "settled after 5 days, median" in body
    assert "Took the other office" in body


def test_a_blind_rating_waits_for_the_other_leader_alone(seats, company, client):
    risk = make_risk(unit=company.northfield)
    ratings.ask(risk, actor=seats["CIO"])
    ratings.rate(risk, said(5, 5, reason="Zanzibarium"), actor=seats["CIO"])

    cards = {}
    for seat, user in seats.items():
        client.force_login(user, backend=BACKEND)
        cards[seat] = client.get(reverse("board:today")).content.decode()

    assert "Both offices rate it" in cards["CISO"]
    assert "Both offices rate it" not in cards["CIO"]
    assert "Zanzibarium" not in cards["CISO"]
