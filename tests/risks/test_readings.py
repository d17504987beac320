from datetime import timedelta
from decimal import Decimal

import pytest

from portal import clock
from portal.attention import reviews
from portal.attention.models import Reminder, Review
from portal.errors import Invalid
from portal.people import organisations
from portal.record.models import AuditEntry
from risks import indicators, readings, recompute
from risks.errors import SavedMeanwhile
from risks.indicator_errors import AnswerByReading, IndicatorRetired, NotSpeaking, ReadingDiffers, ReadingTakenBack
from risks.models import Reading, Score, StaleScore
from tests.factories.portal import make_user
from tests.factories.risks import make_indicator, make_levels, make_reading, make_risk


@pytest.fixture
def owner(company, person):
    return person("OWNER", unit=company.northfield)


@pytest.fixture
def watched(company, owner):
    """Patch age in days, watched from 30, breached from 60, that speaks of one risk with an owner of its own."""
    indicator = make_indicator(unit=company.northfield, owner=owner)
    risk = make_risk(unit=company.northfield, it_owner=make_user("Priya"), accountable="IT")
    make_levels(risk, 3)
    indicators.link(indicator, risk, actor=None)
    return indicator


def stale():
    found = list(StaleScore.objects.values_list("cause", flat=True))
    StaleScore.objects.all().delete()
    return found


def news(kind):
    return set(Reminder.objects.filter(kind=f"{kind}.news").values_list("recipient__name", flat=True))


def test_the_newest_by_observation_says_where_it_stands_and_a_breach_is_told_once(watched, owner):
    make_reading(watched, 20, days_ago=40)
    make_reading(watched, 45, days_ago=20)
    assert stale() == []
    make_reading(watched, 60, days_ago=2)
    watched.refresh_from_db()

    assert (watched.standing, watched.last_value) == ("BREACH", 60)
    assert stale() == ["indicator.breached"]
    assert news("indicator.breached") == {owner.name, "Priya"}
    make_reading(watched, 70, days_ago=1)
    make_reading(watched, 10, days_ago=10)  # late: its place is before those
    watched.refresh_from_db()
    assert (watched.standing, watched.last_value, stale()) == ("BREACH", 70, [])

    make_reading(watched, 5)
    watched.refresh_from_db()
    assert (watched.standing, stale()) == ("NORMAL", ["indicator.returned"])
    assert news("indicator.returned") == {owner.name, "Priya"}
    verbs = AuditEntry.objects.filter(kind="indicator").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["indicator.registered", "indicator.breached", "indicator.returned"]


def test_a_breach_adds_to_the_score_of_just_its_risks_until_a_reading_comes_back(watched, company):
    risk = watched.risk_links.get().risk
    other = make_risk(unit=company.northfield)
    make_levels(other, 3)

    def terms():
        while recompute.refresh_batch():
            pass
        newest = Score.objects.filter(risk=risk, state="CURRENT").last()
        return {term["name"]: term["points"] for term in newest.terms}

    make_reading(watched, 90, days_ago=3)
    assert terms()["indicator_breach"] == "2.0"
    make_reading(watched, 3, days_ago=1)
    assert "indicator_breach" not in terms()
    assert not Score.objects.filter(risk=other).exists()


def test_the_same_twice_changes_nothing_and_another_value_is_refused(watched, company, owner):
    moment = clock.now() - timedelta(days=1)
    first, is_new = readings.take(watched, Decimal("12.5"), moment, actor=owner, source="cmdb", external_id="7")
    assert is_new
    entries = AuditEntry.objects.count()

    for said in ({}, {"source": "cmdb", "external_id": "7"}):
        assert readings.take(watched, Decimal("12.5000"), moment, actor=owner, **said) == (first, False)
    assert AuditEntry.objects.count() == entries
    with pytest.raises(ReadingDiffers):
        readings.take(watched, Decimal(13), moment, actor=owner)
    with pytest.raises(ReadingDiffers):
        readings.take(watched, Decimal("12.5"), clock.now(), actor=owner, source="cmdb", external_id="7")
    other = make_indicator(unit=company.northfield, owner=owner)
    with pytest.raises(ReadingDiffers):
        readings.take(other, Decimal("12.5"), moment, actor=owner, source="cmdb", external_id="7")
    assert Reading.objects.count() == 1


def test_a_wrong_reading_is_taken_back_and_the_one_before_counts_again(watched, owner):
    make_reading(watched, 10, days_ago=9)
    wrong = make_reading(watched, 600, days_ago=1)
    with pytest.raises(Invalid):
        readings.take_back(wrong, actor=owner, reason=" ")

    readings.take_back(wrong, actor=owner, reason="A digit too many.")
    watched.refresh_from_db()

    assert (watched.standing, watched.last_value) == ("NORMAL", 10)
    assert make_reading(watched, 60, observed_at=wrong.observed_at).value == 60
    with pytest.raises(ReadingTakenBack):
        readings.take_back(wrong, actor=owner, reason="Again.")


@pytest.mark.parametrize(
    ("value", "days", "note", "field"),
    [
        ("NaN", 0, "", "value"),
        ("1e15", 0, "", "value"),
        ("0.00001", 0, "", "value"),
        ("1", 1, "", "observed_at"),
        ("1", -20_000, "", "observed_at"),
        ("1", 0, "x" * 301, "note"),
    ],
)
def test_what_does_not_fit_is_told_by_field(watched, value, days, note, field):
    with pytest.raises(Invalid) as refusal:
        readings.take(watched, Decimal(value), clock.now() + timedelta(days=days), actor=None, note=note)

    assert set(refusal.value.fields) == {field}
    assert not Reading.objects.exists()


def test_a_reading_is_due_after_its_days_and_only_a_reading_answers_that(watched, owner):
    review = Review.objects.get(kind=readings.REVIEW)
    assert (review.due_on, review.owner) == (organisations.today(), owner)
    with pytest.raises(AnswerByReading):
        reviews.answer(review, "CHANGED", actor=owner, version=None, note="It is fine.")

    make_reading(watched, 10, days_ago=5)
    review.refresh_from_db()
    assert review.due_on == organisations.day_of(clock.now() - timedelta(days=5)) + timedelta(days=30)
    indicators.retire(watched, actor=owner, reason="The gateways are gone.")
    review.refresh_from_db()

    assert review.state == "CANCELLED"
    with pytest.raises(IndicatorRetired):
        make_reading(watched, 1)


def test_other_bounds_begin_and_end_a_breach_and_what_speaks_of_a_risk_counts_while_it_is_linked(watched, owner):
    risk = watched.risk_links.get().risk
    make_reading(watched, 40)
    indicators.change(watched, actor=owner, version=watched.version, warning_at=Decimal(10), breach_at=Decimal(40))
    assert stale() == ["indicator.breached"]
    with pytest.raises(SavedMeanwhile):
        indicators.change(watched, actor=owner, version=1, breach_at=Decimal(90))

    indicators.unlink(watched, risk, actor=owner)
    with pytest.raises(NotSpeaking):
        indicators.unlink(watched, risk, actor=owner)
    indicators.link(watched, risk, actor=owner)
    indicators.link(watched, risk, actor=owner)
    assert stale() == ["risk.indicator_unlinked", "risk.indicator_linked"]
    indicators.retire(watched, actor=owner, reason="Gone.")

    assert stale() == ["indicator.retired"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": " "}, "name"),
        ({"unit_of_measure": ""}, "unit_of_measure"),
        ({"direction": "SIDEWAYS"}, "direction"),
        ({"warning_at": Decimal(61)}, "breach_at"),
        ({"direction": "LOWER"}, "breach_at"),
        ({"breach_at": Decimal("Infinity")}, "breach_at"),
        ({"every_days": 0}, "every_days"),
    ],
)
def test_an_indicator_that_does_not_fit_is_refused_by_field(company, owner, said, field):
    with pytest.raises(Invalid) as refusal:
        make_indicator(unit=company.northfield, owner=owner, **said)

    assert set(refusal.value.fields) == {field}


def test_lower_may_be_worse(company, owner):
    indicator = make_indicator(
        unit=company.northfield, owner=owner, direction="LOWER", warning_at=Decimal(90), breach_at=Decimal(80)
    )

    assert [indicator.standing_at(Decimal(value)) for value in (91, 90, 80, -5)] == ["NORMAL", "WARNING", "BREACH", "BREACH"]


def test_nobody_registers_where_they_see_nothing(company, owner):
    with pytest.raises(Invalid) as refusal:
        make_indicator(unit=company.eastmere, owner=owner, actor=owner)

    assert set(refusal.value.fields) == {"unit"}
