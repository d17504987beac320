"""As of a day: lists and single rows as they were known then, late corrections shown as such, and what two days differ in."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from governance.board import positions_kept
from portal import clock
from portal.archive import looking_back, then_book
from portal.archive.models import KeptLine, KeptMoment
from portal.people import organisations
from portal.record import sealing
from risks import recompute, stale
from risks.models import Levels, Rating, RatingRound, Risk
from tests.factories.governance import make_decision
from tests.factories.portal import make_person
from tests.factories.risks import make_levels, make_risk

pytestmark = pytest.mark.django_db
KEPT = looking_back.of_kind


def scored(*risks):
    stale.mark_risks([risk.pk for risk in risks], "risk.logged")
    while recompute.refresh_batch():
        pass
    sealing.seal_all()


def logged(company, likelihood=4, **said):
    risk = make_risk(**{"unit": company.northfield} | said)
    make_levels(risk, likelihood)
    return risk


def told(client, **asked):
    found = client.get("/api/v1/kept-lines/", asked)
    assert found.status_code == 200, found.json()
    return found.content


@pytest.fixture
def verrow(company):
    """Three open risks, one of them confidential, and a decision: kept yesterday. Since then one rose, one was closed and one
    came; kept again this morning."""
    cio = make_person("CIO", company=company)
    with clock.stopped(clock.now() - timedelta(days=1)):
        risks = [logged(company, title="Recipes altered"), logged(company, 3, unit=company.eastmere, title="Crane moves")]
        risks.append(logged(company, is_confidential=True, title="Nightglass"))
        make_decision(unit=company.root, by=cio)
        scored(*risks)
        positions_kept.keep()
        yesterday = organisations.today()
    Levels.objects.filter(risk=risks[0]).update(likelihood_level=5)
    Risk.objects.filter(pk=risks[0].pk).update(title="Recipes altered unseen")
    Risk.objects.filter(pk=risks[1].pk).update(state="CLOSED", closed_at=clock.now())
    came = logged(company, 2, title="Badge doors fail open")
    scored(*risks, came)
    positions_kept.keep()
    return yesterday, risks, came, cio


def test_what_was_known_stays_the_same_byte_by_byte_and_rows_are_only_added(as_person, company, verrow):
    yesterday, risks, came, _cio = verrow
    client = as_person(make_person("AUDITOR", company=company))
    moment = looking_back.end_of(yesterday).isoformat()
    before = told(client, kind="risk", as_of=moment)
    known = {one["subject"]: one for one in client.get("/api/v1/kept-lines/", {"kind": "risk", "as_of": moment}).json()["results"]}

    Risk.objects.filter(pk=risks[0].pk).update(title="Something else", unit=company.eastmere)
    logged(company, logged_at=clock.now() - timedelta(days=3))
    scored(risks[0])

    assert told(client, kind="risk", as_of=moment) == before
    assert set(known) == {risks[0].pk, risks[1].pk} and known[risks[0].pk]["title"] == "Recipes altered"  # not Nightglass
    assert known[risks[1].pk]["facts"]["state"] == "OPEN" and came.pk not in known
    assert KeptLine.objects.filter(kind="risk", subject_id=risks[2].pk).count() == 1  # nothing of it differs
    assert looking_back.keep(organisations.today(), 1, "") is None
    page = told(client, kind="risk", as_of=moment, page_size=1)
    assert b'"next":null' not in page
    for table in ("keptline", "keptmoment"):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(f"UPDATE archive_{table} SET id = id")


def test_two_days_add_up_in_rows_and_points_with_what_one_may_not_open(company, verrow):
    yesterday, risks, came, cio = verrow
    head = make_person("HEAD", company=company)
    for reader, hidden in ((cio, 0), (head, 1)):
        found = then_book.compared(KEPT("risk"), organisations.today(), yesterday, reader, {})

        assert (found.days, [row.id for row in found.entered], [row.id for row in found.left]) == (
            (yesterday, organisations.today()),
            [came.pk],
            [risks[1].pk],
        )
        assert [(one.row.id, one.points > 0) for one in found.moved] == [(risks[0].pk, True)]
        assert found.before.points + found.points_entered + found.points_left + found.points_moved == found.after.points
        assert found.before.count + len(found.entered) - len(found.left) == found.after.count
        assert sum(band.before.points for band in found.bands) == found.before.points
        assert [
            band.before.count + band.entered + band.came - band.left - band.went - band.after.count for band in found.bands
        ] == [0] * len(found.bands)
        assert sum(band.after.count for band in found.bands) == found.after.count
        assert [one.count for one in found.besides] == [hidden, hidden]
        assert [one.count for one in found.all] == [3, 3]


def test_a_figure_of_then_opens_as_many_rows_of_then(company, verrow):
    yesterday, risks, _came, _cio = verrow
    head = make_person("HEAD", company=company, unit=company.northfield)
    Risk.objects.filter(pk=risks[0].pk).update(unit=company.eastmere)  # since then out of reach
    head = type(head).objects.get(pk=head.pk)
    position = positions_kept.at(head, looking_back.end_of(yesterday))

    asked = {one.key: one for one in position.figures if one.url}
    for figure in asked.values():
        params = dict(pair.split("=") for pair in figure.url.partition("?")[2].split("&"))
        rows = then_book.listed(KEPT("risk"), yesterday, head, params)
        assert (figure.key, rows.all.count) == (figure.key, figure.value)
        assert figure.key == "open" or rows.left_out == figure.left_out
    assert asked["open"].value == 2 and "/governance" not in asked["open"].url and {"above_tolerance", "cell.4.4"} <= set(asked)


def test_a_page_of_then_shows_what_was_known_and_what_came_late(as_person, company, verrow, django_assert_max_num_queries):
    yesterday, risks, _came, cio = verrow
    client, day, asked = as_person(cio), yesterday.isoformat(), RatingRound.objects.create(risk=risks[0])
    Rating.objects.create(
        round=asked,
        risk=risks[0],
        office="IT",
        likelihood_level=2,
        safety_level=3,
        rated_by=cio,
        given_at=clock.now() - timedelta(days=3),
        reason="Told late",
    )
    page = client.get(reverse("risks:risk", args=[risks[0].pk]), {"as_of": day}).text
    assert "Recipes altered" in page and "unseen" not in page and "2 × 3" in page and "Engineering workstations bridge" in page
    listed = client.get("/risks/register/", {"as_of": day}).text
    assert "Crane moves" in listed and "Badge doors" not in listed and "3 risks on" in listed
    with django_assert_max_num_queries(12):  # the shell and a list
        compared = client.get("/risks/register/", {"as_of": day, "against": organisations.today().isoformat()}).text
    assert "1 entered, 1 left, 1 moved" in compared
    figures = client.get("/", {"as_of": day, "against": organisations.today().isoformat()}).text
    assert "Which risks entered, left and moved" in figures
    decision = client.get("/governance/decisions/", {"as_of": day}).text
    assert "Remote access of the press vendor" in decision and "Waits for answers" in decision
    assert client.get("/governance/alignment/", {"as_of": day}).status_code == 200


def test_looking_back_refuses_what_it_cannot_answer(as_person, company, verrow):
    client = as_person(make_person("AUDITOR", company=company))
    ahead = (organisations.today() + timedelta(days=2)).isoformat()
    early = {"as_of": "2020-01-01"}

    assert [client.get("/risks/register/", asked).status_code for asked in ({"as_of": "soon"}, early, {"as_of": ahead})] == [
        422,
        409,
        409,
    ]
    assert client.get("/risks/register/", {"as_of": "2020-01-01", "q": "x"}).status_code in (409, 422)
    assert client.get("/governance/alignment/", {"as_of": ahead}).status_code == 409
    today = clock.now().isoformat()
    assert client.get("/api/v1/kept-lines/", {"kind": "cake", "as_of": today}).status_code == 404
    assert client.get("/api/v1/kept-lines/", {"kind": "risk"}).status_code == 422
    stranger = as_person(make_person("BOARD", company=company))
    asked = stranger.get("/api/v1/kept-lines/", {"kind": "risk", "as_of": today, "subject": verrow[1][2].pk})
    assert asked.status_code in (403, 404)
    assert KeptMoment.objects.count() == 2
