from datetime import date, timedelta
from decimal import Decimal

import pytest

from portal import clock
from portal.errors import Invalid
from portal.people import organisations, working_days
from portal.record.models import AuditEntry
from risks import appetite, effect, levels, rating_card, ratings, recompute, register, rounds, settling
from risks.errors import (
    AlreadyRated,
    NothingToAnswer,
    NotTheArbiter,
    NotYourOffice,
    RatedByOffices,
    RiskClosed,
    SavedMeanwhile,
    StillBetweenTheTwo,
)
from risks.models import BlindRating, Levels, LossResult, Rating, RatingRound, ScoreState
from risks.rounds import Judgement
from risks.stale import mark_risks
from tests.factories.risks import make_levels, make_loss, make_risk

State, Outcome = RatingRound.State, RatingRound.Outcome


@pytest.fixture
def cio(person):
    return person("CIO")


@pytest.fixture
def ciso(person):
    return person("CISO")


@pytest.fixture
def risk(company):
    return make_risk(unit=company.northfield)


def said(likelihood=3, operational=3, reason="Two alarms in May", **impact):
    return Judgement(likelihood, {"operational": operational, **impact}, reason)


def scored(risk):
    mark_risks([risk.pk], "test")
    while recompute.refresh_batch():
        pass
    return ScoreState.objects.get(risk=risk)


def current(risk):
    row = Levels.objects.get(risk=risk, stage="CURRENT")
    return row.likelihood_level, row.impact_level


def verbs(risk):
    return list(AuditEntry.objects.filter(kind="risk", subject_id=risk.pk).order_by("pk").values_list("verb", flat=True))


def differ(risk, cio, ciso, one=(3, 4), other=(4, 4)):
    """Two offices that both rated a risk at High or above, otherwise."""
    ratings.ask(risk, actor=cio)
    ratings.rate(risk, said(*one, reason="Patched in March"), actor=cio)
    return ratings.rate(risk, said(*other, reason="The link is still open"), actor=ciso)


# One office


def test_one_office_rates_and_the_number_counts_at_once_open_to_objection(risk, cio):
    found = ratings.rate(risk, said(3, 3), actor=cio)

    assert (found.state, found.rated_offices) == (State.OBJECTABLE, ["IT"])
    assert current(risk) == (3, 3)
    assert found.objection_until == working_days.after(organisations.today(), 10)
    assert scored(risk).agreement == "OBJECTABLE"
    assert "rating.given" in verbs(risk)


def test_ten_working_days_later_it_stands_as_not_objected_never_as_agreed(risk, cio):
    found = ratings.rate(risk, said(), actor=cio)
    with clock.stopped(organisations.morning(found.objection_until) + timedelta(hours=23)):
        assert settling.lapse_objections() == 0
    with clock.stopped(organisations.morning(found.objection_until + timedelta(days=1)) + timedelta(hours=1)):
        assert settling.lapse_objections() == 1
        assert settling.lapse_objections() == 0

    found.refresh_from_db()
    assert (found.state, found.outcome) == (State.SETTLED, Outcome.NOT_OBJECTED)
    assert scored(risk).agreement == "NOT_OBJECTED"


def test_the_other_office_may_agree_before(risk, cio, ciso):
    ratings.rate(risk, said(), actor=cio)

    found = settling.agree(risk, actor=ciso)

    assert (found.state, found.outcome) == (State.SETTLED, Outcome.AGREED)
    assert [(one.office, one.kind) for one in found.ratings.order_by("pk")] == [("IT", "FIRST"), ("SECURITY", "TOOK_THEIRS")]
    assert scored(risk).agreement == "AGREED"


def test_an_office_does_not_agree_with_itself(risk, cio):
    ratings.rate(risk, said(), actor=cio)

    with pytest.raises(NothingToAnswer):
        settling.agree(risk, actor=cio)


def test_an_objection_brings_back_what_was_agreed_before(risk, cio, ciso):
    ratings.rate(risk, said(2, 2), actor=cio)
    settling.agree(risk, actor=ciso)
    ratings.rate(risk, said(3, 3), actor=cio)
    assert current(risk) == (3, 3)

    found = ratings.rate(risk, said(2, 3, reason="Nothing new"), actor=ciso)

    assert (found.state, found.needs_both) == (State.DIFFERENT, True)
    assert current(risk) == (2, 2)
    assert scored(risk).agreement == "DIFFERENT"


def test_an_objection_that_says_the_same_is_an_agreement(risk, cio, ciso):
    ratings.rate(risk, said(3, 3), actor=cio)

    assert ratings.rate(risk, said(3, 3), actor=ciso).outcome == Outcome.AGREED


def test_the_owner_of_a_side_speaks_for_its_office_below_high(risk, person, cio):
    owner = person("OWNER")
    risk.security_owner = owner
    risk.save()

    found = ratings.rate(risk, said(2, 2), actor=owner)

    assert found.rated_offices == ["SECURITY"]


def test_from_high_up_the_leader_speaks(risk, person):
    owner = person("OWNER")
    risk.security_owner = owner
    risk.save()

    with pytest.raises(NotYourOffice):
        ratings.rate(risk, said(4, 5), actor=owner)

    assert not RatingRound.objects.exists()


@pytest.mark.parametrize("role", ["CSO", "ARBITER", "ANALYST", "PREPARER", "AUDITOR", "ADMIN", "INTEGRATION"])
def test_nobody_else_speaks_for_an_office(risk, person, role):
    with pytest.raises(NotYourOffice):
        ratings.rate(risk, said(), actor=person(role))


# Both offices


@pytest.mark.parametrize("given", [{"likelihood": 4, "operational": 5}, {"likelihood": 1, "operational": 1, "safety": 4}])
def test_high_and_safety_call_for_both_and_stay_blind(risk, cio, given):
    found = ratings.rate(risk, said(**given), actor=cio)

    assert (found.state, found.needs_both, found.rated_offices) == (State.OPEN, True, ["IT"])
    assert not Rating.objects.exists()
    assert not Levels.objects.filter(risk=risk).exists()


def test_a_risk_that_stands_at_high_is_rated_by_both(risk, cio):
    make_levels(risk, 5, operational=5)
    scored(risk)

    assert ratings.rate(risk, said(1, 1), actor=cio).needs_both


def test_a_year_that_costs_more_than_tolerance_in_money_is_rated_by_both(risk, cio):
    make_loss(risk, actor=cio)
    scored(risk)
    mean = Decimal(LossResult.objects.get(risk=risk, stage="CURRENT").mean)
    for tolerance, both in ((None, False), (mean + 1, False), (mean - 1, True)):
        money = (None, None) if tolerance is None else (Decimal(0), round(tolerance, 2))
        appetite.agree({"": appetite.Bounds(40, 60, *money)}, actor=cio)
        assert effect.calls_for_both(risk, said(1, 1)) is both

    found = ratings.rate(risk, said(1, 1), actor=cio)

    assert (found.state, found.needs_both) == (State.OPEN, True)


def test_whoever_rates_far_from_similar_risks_is_told(company, risk, cio):
    for number, likelihood in enumerate((2, 2, 3, 2, 5)):
        assert rating_card.read(risk, cio).alike is None, number  # of four nobody speaks
        similar = make_risk(unit=company.northfield, category=risk.category)
        make_levels(similar, likelihood, operational=2)
        scored(similar)

    ratings.ask(risk, actor=cio)
    for likelihood, apart in ((3, False), (4, True)):
        ratings.rate(risk, said(likelihood, 3), actor=cio)
        card = rating_card.read(risk, cio)
        assert (card.alike, card.stands_apart) == (rating_card.Alike(5, 2, 2), apart)


def test_both_are_revealed_together_and_the_blind_rows_go(risk, cio, ciso):
    found = differ(risk, cio, ciso, (4, 4), (4, 4))

    assert (found.state, found.outcome) == (State.SETTLED, Outcome.AGREED)
    assert not BlindRating.objects.exists()
    assert {(one.office, one.rated_by) for one in Rating.objects.all()} == {("IT", cio), ("SECURITY", ciso)}
    assert current(risk) == (4, 4)


def test_a_new_risk_takes_the_more_cautious_rating_and_shows_the_span(risk, cio, ciso):
    found = differ(risk, cio, ciso, (3, 4), (4, 4))
    state = scored(risk)

    assert found.state == State.DIFFERENT
    assert current(risk) == (4, 4)
    assert state.agreement == "DIFFERENT"
    assert state.span == (state.it_value, state.security_value)
    assert state.it_value < state.security_value == state.current_value


def test_the_agreed_number_counts_while_they_differ(risk, cio, ciso):
    differ(risk, cio, ciso, (4, 4), (4, 4))
    differ(risk, cio, ciso, (3, 4), (5, 5))

    assert current(risk) == (4, 4)


def test_a_blind_rating_may_be_changed_until_the_reveal(risk, cio, ciso):
    ratings.ask(risk, actor=cio)
    ratings.rate(risk, said(2, 2), actor=cio)
    ratings.rate(risk, said(3, 3, reason="On second thoughts"), actor=cio)
    ratings.rate(risk, said(3, 3), actor=ciso)

    assert Rating.objects.get(office="IT").reason == "On second thoughts"
    assert current(risk) == (3, 3)


def test_the_same_cell_with_and_without_danger_to_people_is_a_difference(risk, cio, ciso):
    ratings.ask(risk, actor=cio)
    ratings.rate(risk, Judgement(3, {"operational": 4}, "Line stops"), actor=cio)

    assert ratings.rate(risk, Judgement(3, {"safety": 4}, "Press closes"), actor=ciso).state == State.DIFFERENT


# Settling


def test_taking_theirs_settles_it(risk, cio, ciso):
    differ(risk, cio, ciso)

    found = settling.take_theirs(risk, actor=cio)

    assert found.outcome == Outcome.AGREED
    assert current(risk) == (4, 4)
    assert scored(risk).span is None
    assert [one.kind for one in Rating.objects.filter(office="IT").order_by("pk")] == ["FIRST", "TOOK_THEIRS"]


def test_keeping_needs_a_reason_and_leaves_the_difference(risk, cio, ciso):
    differ(risk, cio, ciso)

    with pytest.raises(Invalid):
        settling.keep_mine(risk, " ", actor=cio)
    found = settling.keep_mine(risk, "The link was cut on Monday", actor=cio)

    assert found.state == State.DIFFERENT
    assert Rating.objects.get(kind="KEPT").reason == "The link was cut on Monday"


def test_a_move_to_the_same_ends_it_and_the_first_rating_stays(risk, cio, ciso):
    differ(risk, cio, ciso)
    assert settling.move(risk, said(2, 4, reason="Half way"), actor=ciso).state == State.DIFFERENT

    found = settling.move(risk, said(3, 4, reason="Seen the firewall"), actor=ciso)

    assert found.outcome == Outcome.AGREED
    assert [one.kind for one in Rating.objects.filter(office="SECURITY").order_by("pk")] == ["FIRST", "MOVED", "MOVED"]
    assert current(risk) == (3, 4)


def test_asking_to_talk_twice_is_asking_once(risk, cio, ciso):
    differ(risk, cio, ciso)
    settling.talk(risk, actor=cio)

    found = settling.talk(risk, actor=ciso)

    assert found.talk_asked_by == cio
    assert verbs(risk).count("rating.talk_asked") == 1


def test_an_answer_to_what_moved_meanwhile_is_late(risk, cio, ciso):
    version = differ(risk, cio, ciso).version
    read = Rating.objects.get(office="SECURITY").pk
    settling.move(risk, said(2, 4, reason="Half way"), actor=ciso, version=version)

    for late in ({"version": version}, {"read": read}):
        with pytest.raises(SavedMeanwhile):
            settling.take_theirs(risk, actor=cio, **late)

    found = settling.take_theirs(risk, actor=cio, read=Rating.objects.filter(office="SECURITY").latest("pk").pk)
    assert (found.outcome, current(risk)) == (Outcome.AGREED, (2, 4))


def test_what_was_read_of_one_round_answers_no_other(risk, cio, ciso):
    first = ratings.rate(risk, said(), actor=cio)
    settling.agree(risk, actor=ciso)
    second = ratings.rate(risk, said(2, 3), actor=cio)
    assert first.version == second.version

    with pytest.raises(NothingToAnswer):
        settling.agree(risk, actor=ciso, version=first.version, of=first)
    with pytest.raises(SavedMeanwhile):
        settling.agree(risk, actor=ciso, read=first.ratings.first().pk)

    assert settling.agree(risk, actor=ciso, version=second.version, of=second).outcome == Outcome.AGREED


def test_while_nothing_was_ever_agreed_the_more_cautious_rating_counts_after_each_move_too(risk, cio, ciso):
    differ(risk, cio, ciso)
    counted = [current(risk)]
    for actor, told in (
        (cio, said(5, 4)),
        (cio, said(2, 2)),
        (ciso, said(1, 2)),
        (ciso, said(2, 2, safety=5)),
    ):
        settling.move(risk, told, actor=actor)
        counted.append(current(risk))

    assert counted == [(4, 4), (5, 4), (4, 4), (2, 2), (2, 5)]
    assert scored(risk).is_safety


def test_while_they_differ_what_was_agreed_before_counts_whatever_moves(risk, cio, ciso):
    ratings.rate(risk, said(2, 2), actor=cio)
    settling.agree(risk, actor=ciso)
    differ(risk, cio, ciso)

    settling.move(risk, said(5, 5), actor=ciso)

    assert current(risk) == (2, 2)


def test_after_the_ten_days_nobody_objects_or_agrees_any_more(risk, cio, ciso):
    found = ratings.rate(risk, said(), actor=cio)

    with clock.stopped(organisations.morning(found.objection_until + timedelta(days=1)) + timedelta(hours=1)):
        for late in (lambda: settling.agree(risk, actor=ciso), lambda: ratings.rate(risk, said(4, 4), actor=ciso)):
            with pytest.raises(NothingToAnswer):
                late()
        assert rating_card.read(risk, ciso).mode == rating_card.WAIT
        assert settling.lapse_objections() == 1

    found.refresh_from_db()
    assert (found.outcome, Rating.objects.count(), current(risk)) == (Outcome.NOT_OBJECTED, 1, (3, 3))


def test_what_is_revealed_moves_and_is_not_rated_again(risk, cio, ciso):
    differ(risk, cio, ciso)

    with pytest.raises(AlreadyRated):
        ratings.rate(risk, said(), actor=cio)
    with pytest.raises(AlreadyRated):
        ratings.ask(risk, actor=cio)


def test_nothing_is_answered_where_nothing_differs(risk, cio):
    for verb in (settling.take_theirs, settling.talk, settling.agree):
        with pytest.raises(NothingToAnswer):
            verb(risk, actor=cio)


def test_a_closed_risk_waits_for_no_rating(risk, cio, ciso):
    ratings.ask(risk, actor=cio)
    ratings.rate(risk, said(2, 2), actor=cio)

    register.close(risk, actor=cio, reason="Line scrapped")

    assert RatingRound.objects.get().outcome == Outcome.ENDED
    assert not BlindRating.objects.exists()
    with pytest.raises(RiskClosed):
        ratings.rate(risk, said(), actor=ciso)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Judgement(6, {"legal": 2}, "x"), "likelihood_level"),
        (Judgement(3, {}, "x"), "impact"),
        (Judgement(3, {"legal": 0}, "x"), "legal_level"),
        (Judgement(3, {"weather": 2}, "x"), "weather"),
        (Judgement(3, {"legal": 2}, " "), "reason"),
        (Judgement(3, {"legal": 2}, "x", "CERTAIN"), "confidence"),
    ],
)
def test_an_incomplete_rating_is_told_by_field_and_stores_nothing(risk, cio, wrong, field):
    with pytest.raises(Invalid) as refusal:
        ratings.rate(risk, wrong, actor=cio)

    assert field in refusal.value.fields
    assert not RatingRound.objects.exists()


# The arbiter


@pytest.fixture
def arbiter(person):
    return person("ARBITER")


def late(found):
    """A moment after the days that belong to the two alone."""
    return clock.stopped(organisations.morning(rounds.settled_between_until(found) + timedelta(days=1)) + timedelta(hours=9))


def test_the_arbiter_decides_once_the_two_let_their_days_pass(risk, cio, ciso, arbiter):
    found = differ(risk, cio, ciso)
    with late(found):
        found = settling.arbitrate(risk, said(3, 5, reason="Heard both"), actor=arbiter)

    assert (found.state, found.outcome) == (State.SETTLED, Outcome.ARBITRATED)
    assert current(risk) == (3, 5)
    assert [(one.office, one.kind) for one in found.ratings.order_by("pk")] == [
        ("IT", "FIRST"),
        ("SECURITY", "FIRST"),
        ("", "ARBITER"),
    ]
    assert scored(risk).agreement == "ARBITRATED"


def test_until_then_it_is_for_the_two(risk, cio, ciso, arbiter):
    differ(risk, cio, ciso)

    with pytest.raises(StillBetweenTheTwo):
        settling.arbitrate(risk, said(), actor=arbiter)


def test_nobody_but_the_arbiter_decides_between_the_two(risk, cio, ciso, person):
    found = differ(risk, cio, ciso)

    for other in (cio, ciso, person("CSO"), person("AUDITOR")):
        with late(found), pytest.raises(NotTheArbiter):
            settling.arbitrate(risk, said(), actor=other)


# What counts is for the offices


def test_present_levels_are_not_set_past_the_offices(risk, cio, person):
    analyst = person("ANALYST")
    ratings.rate(risk, said(), actor=cio)

    with pytest.raises(RatedByOffices):
        levels.set_levels(risk, "CURRENT", actor=analyst, likelihood_level=1, levels={"legal": 1}, reason="No")
    levels.set_levels(risk, "INHERENT", actor=analyst, likelihood_level=5, levels={"legal": 5}, reason="Without controls")

    assert current(risk) == (3, 3)


def test_an_unanswered_question_does_not_bind_the_levels(risk, cio, person):
    ratings.ask(risk, actor=cio)

    levels.set_levels(risk, "CURRENT", actor=person("ANALYST"), likelihood_level=2, levels={"legal": 2}, reason="First look")

    assert current(risk) == (2, 2)
    assert scored(risk).agreement == "PROVISIONAL"


# Two at once, and what never leaks


def test_ratings_are_kept_by_the_database(risk, cio, django_db_blocker):
    from django.db import DatabaseError, transaction

    ratings.rate(risk, said(), actor=cio)

    for change in (lambda: Rating.objects.update(likelihood_level=1), lambda: Rating.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_audit_entry_of_a_blind_rating_holds_no_level(risk, cio):
    ratings.rate(risk, said(4, 5), actor=cio)

    entry = AuditEntry.objects.get(verb="rating.given")

    assert entry.params == {"round": RatingRound.objects.get().pk, "office": "IT", "blind": True}
    assert not hasattr(entry, "words")


def test_a_card_shows_a_blind_rating_to_its_own_office_alone(risk, cio, ciso, person):
    ratings.rate(risk, said(4, 5), actor=cio)

    assert rating_card.read(risk, cio).mine.likelihood_level == 4
    for other in (ciso, person("ARBITER"), person("ANALYST"), person("AUDITOR")):
        card = rating_card.read(risk, other)
        assert (card.mine, card.theirs, card.sides, card.log) == (None, None, (), ())


def test_working_days_pass_over_the_weekend(company):
    friday = date(2026, 11, 27)

    assert working_days.after(friday, 1) == date(2026, 11, 30)
    assert working_days.after(friday, 10) == date(2026, 12, 11)
    assert working_days.between(friday, date(2026, 12, 11)) == 10


# A correction of what one office rated alone


def test_an_office_corrects_what_it_rated_alone_and_the_ten_days_begin_anew(risk, cio, ciso):
    """The other office is to answer what counts now, so the days run from the correction."""
    first = ratings.rate(risk, said(2, 2), actor=cio)
    with clock.stopped(organisations.morning(first.objection_until) + timedelta(hours=12)):
        found = settling.move(risk, said(3, 2, reason="Seen twice since"), actor=cio, version=first.version)
        assert found.objection_until == working_days.after(first.objection_until, 10)
    with clock.stopped(organisations.morning(first.objection_until + timedelta(days=1)) + timedelta(hours=1)):
        assert settling.lapse_objections() == 0
        assert current(risk) == (3, 2)
        assert [(one.kind, one.likelihood_level) for one in found.ratings.order_by("pk")] == [("FIRST", 2), ("MOVED", 3)]
        agreed = settling.agree(risk, actor=ciso)

    assert (agreed.outcome, current(risk)) == (Outcome.AGREED, (3, 2))
    told = AuditEntry.objects.get(verb="rating.moved").params
    assert (told["levels"]["likelihood_level"], told["objection_until"]) == (3, found.objection_until.isoformat())


def test_each_refusal_of_a_correction(risk, cio, ciso, person):
    owner = person("OWNER")
    risk.it_owner = owner
    risk.save()
    found = ratings.rate(risk, said(2, 2), actor=owner)
    over = organisations.morning(found.objection_until + timedelta(days=1))

    for error, act in (
        (NothingToAnswer, lambda: settling.move(risk, said(3, 2), actor=ciso)),  # theirs is to object
        (NotYourOffice, lambda: settling.move(risk, said(3, 2), actor=person("ANALYST"))),
        (NotYourOffice, lambda: settling.move(risk, said(4, 5), actor=owner)),  # from High up the leader speaks
        (Invalid, lambda: settling.move(risk, said(2, 2, reason="Once more"), actor=cio)),
        (Invalid, lambda: settling.move(risk, said(3, 2, reason=" "), actor=cio)),
        (SavedMeanwhile, lambda: settling.move(risk, said(3, 2), actor=cio, version=found.version - 1)),
        (NothingToAnswer, lambda: at(over, lambda: settling.move(risk, said(3, 2), actor=cio))),
    ):
        with pytest.raises(error):
            act()

    assert (current(risk), Rating.objects.count(), BlindRating.objects.count()) == ((2, 2), 1, 0)


def at(moment, act):
    with clock.stopped(moment):
        return act()


def test_a_correction_that_calls_for_both_is_blind_until_the_other_office_has_rated(risk, cio, ciso):
    ratings.rate(risk, said(2, 2), actor=cio)
    settling.agree(risk, actor=ciso)
    ratings.rate(risk, said(3, 3), actor=cio)

    found = settling.move(risk, said(4, 5, reason="It spreads"), actor=cio)
    assert (found.state, found.needs_both, found.rated_offices, current(risk)) == (State.OPEN, True, ["IT"], (3, 3))
    assert rating_card.read(risk, cio).mine.likelihood_level == 4
    card = rating_card.read(risk, ciso)
    assert (card.mode, card.theirs.likelihood_level) == (rating_card.RATE, 3)
    told = AuditEntry.objects.filter(verb="rating.given").latest("pk").params
    assert told == {"round": found.pk, "office": "IT", "blind": True}
    found = ratings.rate(risk, said(5, 5), actor=ciso)

    kinds = [(one.office, one.kind, one.likelihood_level, one.impact_level) for one in found.ratings.order_by("pk")]
    assert kinds == [("IT", "FIRST", 3, 3), ("IT", "MOVED", 4, 5), ("SECURITY", "FIRST", 5, 5)]
    assert (found.state, current(risk)) == (State.DIFFERENT, (2, 2))  # what both had agreed on, not what one said alone
