"""Who signs a decision: the table of authority, by its risks and the larger of cost and remaining loss."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from governance.together import decisions, moving, seating
from governance.together.errors import NobodyToDeferTo
from governance.together.models import Decision
from governance.together.wanted import Option
from portal import clock
from portal.errors import Invalid
from portal.people import appointments
from portal.people.models import Appointment
from portal.signing import signatures
from risks import authority
from risks.authority import Line
from risks.models import ScoreState, StaleScore
from tests.factories.governance import answer, make_decision
from tests.factories.risks import make_risk, sign

LINES = (
    Line("DECISION", "MEDIUM", Decimal(50_000), ("CIO",)),
    Line("DECISION", "HIGH", Decimal(250_000), ("CIO", "CISO")),
    Line("DECISION", "SEVERE", None, ("CIO", "CISO", "CSO")),
    Line("TREATMENT", "SEVERE", None, ("CISO",)),
)
BOTH, ALL = [["CIO"], ["CISO"]], [["CIO"], ["CISO"], ["CSO"]]


@pytest.fixture
def seats(person):
    return {name: person(name) for name in ("CIO", "CISO", "CSO")}


@pytest.fixture
def analyst(person, company):
    return person("ANALYST", unit=company.northfield)


@pytest.fixture
def table(seats):
    found = authority.propose(LINES, actor=seats["CIO"])
    sign(found, seats["CIO"], seats["CISO"])
    return found


def standing_at(company, band):
    risk = make_risk(unit=company.northfield)
    StaleScore.objects.filter(risk=risk).delete()
    ScoreState.objects.update_or_create(risk=risk, defaults={"current_band": band, "is_above_tolerance": False})
    return risk


def asked(company, by, *bands, cost=None, loss=None, put=False, **said):
    options = (
        Option("Do it", "", cost and Decimal(cost), None, loss and Decimal(loss)),
        Option("Leave it", cost=Decimal(9_999_999)),
    )
    rests_on = [standing_at(company, band) for band in bands]
    return make_decision(unit=company.northfield, by=by, put=put, options=options, rests_on=rests_on, **said)


@pytest.mark.parametrize(
    ("bands", "cost", "loss", "expected"),
    [
        (["MEDIUM"], 50_000, 49_999, [["CIO"]]),
        (["MEDIUM"], 50_001, None, BOTH),
        (["LOW"], 10, 50_001, BOTH),  # what it leaves counts where it is more than what it costs
        (["LOW", "HIGH"], 10, None, BOTH),  # the highest of its risks
        (["VERY_LOW"], 250_001, None, ALL),
        (["SEVERE"], None, None, ALL),  # no sum: by its band alone
        ([""], 10, None, ALL),  # without a score it counts as Severe
        ([], 10, None, [["CIO"]]),  # no risk: by its sum alone
        ([], None, None, BOTH),  # nothing is known
    ],
)
def test_the_first_line_that_covers_band_and_sum_says_who_signs(table, company, analyst, bands, cost, loss, expected):
    assert seating.of(asked(company, analyst, *bands, cost=cost, loss=loss)).slots == expected


def test_nobody_decides_alone_what_they_asked_nor_for_a_vacant_seat_and_safety_takes_the_cso(table, company, seats, analyst):
    own = asked(company, seats["CIO"], "LOW", cost=10)
    assert seating.of(own).slots == BOTH
    hurts = asked(company, analyst, "LOW", cost=10, touches_safety=True)
    assert seating.of(hurts).slots == [["CIO"], ["CSO"]]
    assert seating.told(hurts).because[-1].startswith("People could be hurt")

    Appointment.objects.filter(seat="CISO").update(ended_at=clock.now() - timedelta(days=1))
    assert "CISO" not in appointments.filled()
    above = asked(company, analyst, "HIGH", cost=200_000)
    assert (seating.of(above).slots, seating.of(above).ruled) == (BOTH, authority.Ruled.ABOVE)


def test_it_takes_effect_when_those_have_signed_and_more_are_asked_where_it_has_grown(table, company, seats, analyst):
    small = asked(company, analyst, "LOW", cost=10, put=True)
    assert signatures.standing(small).request.slots == [["CIO"]]
    with pytest.raises(NobodyToDeferTo):
        answer(small, seats["CIO"], "DEFER", deferred_subject="the whole of it")
    answer(small, seats["CIO"])
    assert (small.state, small.outcome) == (Decision.State.DECIDED, "TOGETHER")

    grown = asked(company, analyst, "LOW", cost=10, put=True)
    ScoreState.objects.filter(risk=grown.links.get().subject_id).update(current_band="HIGH")
    answer(grown, seats["CIO"])
    assert (grown.state, signatures.standing(grown).request.slots) == (Decision.State.OPEN, BOTH)
    answer(grown, seats["CISO"])
    assert grown.state == Decision.State.DECIDED

    ScoreState.objects.filter(risk=small.links.get().subject_id).update(is_above_tolerance=True, current_band="SEVERE")
    assert moving.renew() == 1
    assert signatures.standing(Decision.objects.get(pk=small.pk)).request.slots == ALL


def test_who_asks_reads_before_anybody_is_asked_who_must_sign_and_why(company, seats, analyst, as_person):
    draft = asked(company, analyst, "LOW", cost=10)
    client, at, api = (
        as_person(analyst),
        reverse("together:decision-seats", args=[draft.pk]),
        f"/api/v1/decisions/{draft.pk}/seats/",
    )
    assert f'hx-get="{at}"' in client.get(reverse("together:decision", args=[draft.pk])).text
    assert "Needs CIO + CISO." in client.get(at).text and "No table of authority is signed" in client.get(at).text
    other = (Line("TREATMENT", "SEVERE", None, ("CISO",)),)
    sign(authority.propose(other, actor=seats["CIO"]), seats["CIO"], seats["CISO"])
    assert client.get(api).json()["because"] == ["The table of authority says nothing of decisions, so both leaders sign."]

    sign(authority.propose(LINES, actor=seats["CIO"]), seats["CIO"], seats["CISO"])

    page = client.get(at).text
    assert "Needs CIO." in page and "up to Medium and €50,000.00 the table of authority asks for CIO" in page
    told = client.get(api).json()
    assert (told["slots"], told["band"], told["amount"]) == ([["CIO"]], "LOW", "10.00")
    answer(decisions.put(draft, actor=analyst), seats["CIO"])
    assert at not in client.get(reverse("together:decision", args=[draft.pk])).text  # it is settled


def test_only_seats_decide(seats):
    for office in (authority.HEAD, authority.OWNER):
        with pytest.raises(Invalid) as refusal:
            authority.propose([Line("DECISION", "LOW", None, (office,))], actor=seats["CIO"])
        assert "CIO, CISO or CSO" in str(refusal.value.fields["lines"])
