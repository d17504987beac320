import re

import pytest
from django.urls import reverse

from risks import ratings, recompute, settling
from risks.models import BlindRating, Rating, RatingRound
from risks.stale import mark_risks
from tests.factories.risks import make_risk
from tests.house.world import BACKEND
from tests.risks.test_ratings import differ, said

GIVEN = {
    "likelihood_level": "3",
    "worst_area": "operational",
    "worst_level": "3",
    "confidence": "HIGH",
    "reason": "Two alarms in May",
}


@pytest.fixture
def risk(company):
    return make_risk(unit=company.northfield)


@pytest.fixture
def seats(person):
    return {seat: person(seat) for seat in ("CIO", "CISO")}


@pytest.fixture
def of(client):
    def sign_in(user):
        client.force_login(user, backend=BACKEND)
        return client

    return sign_in


def read_on(client, risk):
    """The rating that the form of one click carries."""
    return re.search(r'name="read" value="(\d+)"', client.get(at("rating", risk)).content.decode())[1]


def at(name, risk):
    return reverse(f"risks:{name}", args=[risk.pk])


def test_a_leader_rates_without_scripts_and_comes_back_to_the_card(risk, seats, of):
    client = of(seats["CIO"])
    assert "How likely is it now, and how bad?" in client.get(at("rating", risk)).content.decode()

    response = client.post(at("rating-giving", risk), GIVEN)

    assert (response.status_code, response["Location"]) == (302, at("rating", risk))
    assert Rating.objects.get().reason == "Two alarms in May"
    assert "open to objection until" in client.get(at("rating", risk)).content.decode()


def test_an_incomplete_rating_stays_on_the_card_with_what_was_written(risk, seats, of):
    response = of(seats["CIO"]).post(at("rating-giving", risk), GIVEN | {"legal_level": "4", "reason": "Three alarms"})

    assert response.status_code == 422
    body = response.content.decode()
    assert "This lies above the area you called the worst; take this one there." in body
    assert "Three alarms" in body
    assert not RatingRound.objects.exists()


def test_htmx_gets_the_card_alone(risk, seats, of):
    response = of(seats["CIO"]).post(at("rating-giving", risk), GIVEN | {"reason": ""}, headers={"HX-Request": "true"})

    assert response.status_code == 422
    assert response.content.decode().lstrip().startswith('<article id="card"')


def test_the_other_office_agrees_or_objects(risk, seats, of):
    ratings.rate(risk, said(), actor=seats["CIO"])
    client = of(seats["CISO"])

    assert "Agree on 3 × 3" in client.get(at("rating", risk)).content.decode()
    read = Rating.objects.get().pk
    settling.move(risk, said(2, 3), actor=seats["CIO"])
    for late in ({"read": read}, {}):
        refused = client.post(at("rating-agreement", risk), late)
        assert refused.status_code == 412 and "saved this while you were writing" in refused.content.decode()
    client.post(at("rating-agreement", risk), {"read": read_on(client, risk)})

    assert RatingRound.objects.get().outcome == "AGREED"


def test_an_office_corrects_what_it_rated_alone_by_page_and_api(risk, seats, of):
    version = ratings.rate(risk, said(), actor=seats["CIO"]).version
    client, wanted = of(seats["CIO"]), GIVEN | {"reason": "Four alarms since"}
    body = client.get(at("rating", risk)).content.decode()
    assert "Correct our rating" in body and "has its ten working days anew" in body and "Agree on" not in body

    assert client.post(at("rating-move", risk), wanted | {"version": version - 1}).status_code == 412
    assert client.post(at("rating-move", risk), wanted | {"version": version}).status_code == 302
    again = client.post(at("rating-move", risk), wanted | {"version": version + 1})
    assert again.status_code == 422 and "This is what your office has said already" in again.content.decode()
    body = client.get(at("rating", risk)).content.decode()
    assert "First rating: " in body and "Moved: Four alarms since" in body
    found = RatingRound.objects.get()
    told = {"likelihood_level": 2, "operational_level": 2, "reason": "Only two were real"}
    for seat, status in (("CIO", 200), ("CISO", 409)):
        answer = of(seats[seat]).post(f"/api/v1/rating-rounds/{found.pk}/move/", told, content_type="application/json")
        assert answer.status_code == status, answer.json()
    kinds = [(one.kind, one.likelihood_level, one.impact_level) for one in found.ratings.order_by("pk")]
    assert (kinds[0], kinds[2], len(kinds)) == (("FIRST", 3, 3), ("MOVED", 2, 2), 3)


def test_a_difference_stands_side_by_side_and_ends_by_one_click(risk, seats, of):
    differ(risk, seats["CIO"], seats["CISO"])
    mark_risks([risk.pk], "test")
    recompute.refresh_batch()
    client = of(seats["CIO"])
    body = client.get(at("rating", risk)).content.decode()
    assert "Patched in March" in body
    assert "The link is still open" in body
    assert "Take theirs, 4 × 4" in body

    client.post(at("rating-taking", risk), {"read": read_on(client, risk)})

    assert RatingRound.objects.get().outcome == "AGREED"


def test_by_api_one_answers_the_round_and_the_version_that_were_read_and_may_ask_the_other_office(risk, seats, of):
    told = {"likelihood_level": 2, "operational_level": 2, "reason": "Only two were real"}

    def post(seat, address, body=None, **headers):
        return of(seats[seat]).post(f"/api/v1/{address}/", body or {}, content_type="application/json", headers=headers)

    asked = post("CIO", f"risks/{risk.pk}/rating", told | {"both": True})
    assert (asked.status_code, asked.json()["state"], asked.json()["needs_both"]) == (201, "OPEN", True)
    first = f"rating-rounds/{asked.json()['id']}"
    revealed = post("CISO", f"{first}/rating", told | {"likelihood_level": 3})
    assert (revealed.status_code, revealed.json()["state"]) == (200, "DIFFERENT")
    read = revealed["ETag"]
    settling.move(risk, said(4, 4), actor=seats["CIO"])
    for verb, body in (("taking", None), ("keeping", {"reason": "Two"}), ("move", told)):
        assert post("CISO", f"{first}/{verb}", body, **{"If-Match": read}).status_code == 412
    assert post("CISO", f"{first}/taking").status_code == 200
    again = RatingRound.objects.get(pk=ratings.rate(risk, said(2, 2), actor=seats["CIO"], both=True).pk)
    ratings.rate(risk, said(2, 3), actor=seats["CISO"])
    assert post("CISO", f"{first}/taking").status_code == 409

    again.refresh_from_db()
    assert again.state == "DIFFERENT"


def test_a_reason_too_late_is_told_and_kept(risk, seats, of):
    version = differ(risk, seats["CIO"], seats["CISO"]).version
    settling.move(risk, said(2, 4), actor=seats["CISO"])

    response = of(seats["CIO"]).post(at("rating-keeping", risk), {"version": version, "reason": "We cut the link"})

    assert response.status_code == 412
    assert "We cut the link" in response.content.decode()


def test_a_refusal_is_one_sentence(risk, seats, of):
    response = of(seats["CIO"]).post(at("rating-taking", risk))

    assert response.status_code == 409
    assert "There is nothing left to answer" in response.content.decode()


@pytest.mark.parametrize("role", ["AUDITOR", "PREPARER", "BOARD"])
def test_who_may_not_rate_reads_the_card_and_cannot_write(risk, person, of, role):
    client = of(person(role))

    assert client.get(at("rating", risk)).status_code == 200
    assert client.post(at("rating-giving", risk), GIVEN).status_code == 403


def test_the_list_shows_where_the_offices_differ(risk, seats, of):
    differ(risk, seats["CIO"], seats["CISO"])

    body = of(seats["CISO"]).get(reverse("risks:differences")).content.decode()

    assert "The offices differ on 1 risk" in body
    assert risk.title in body


# Blind values leak through no door: the values are levels that stand nowhere else, the reason a word of its own.


@pytest.mark.longest
def test_no_door_tells_a_blind_rating_to_anybody_but_its_office(risk, seats, person, client):
    from tests.house.routes import entrances
    from tests.house.test_routes import line_of

    secret = said(5, 5, reason="Zanzibarium", legal=5)
    ratings.ask(risk, actor=seats["CIO"])
    ratings.rate(risk, secret, actor=seats["CIO"])
    mark_risks([risk.pk], "test")
    recompute.refresh_batch()
    assert BlindRating.objects.get().reason == "Zanzibarium"
    readers = [seats["CISO"], *(person(role) for role in ("CSO", "ARBITER", "ANALYST", "AUDITOR", "BOARD", "PREPARER", "HEAD"))]
    asked = 0
    for reader in readers:
        client.force_login(reader, backend=BACKEND)
        for entrance in entrances():
            line = line_of(entrance) if entrance.permission else None
            if line is None or line.kind not in ("", "risk", "rating-round"):
                continue
            thing = risk if line.kind == "risk" else RatingRound.objects.get() if line.kind else None
            if "asset_pk" in line.more:
                continue
            url = reverse(entrance.name.removeprefix("api:"), kwargs=line.arguments(thing))
            response = client.get(url)
            content = b"".join(response.streaming_content) if response.streaming else response.content
            assert b"Zanzibarium" not in content, (reader, url)
            asked += response.status_code == 200
    assert asked > 60
    assert risk.levels.count() == 0
    assert risk.score_state.current_value is None
