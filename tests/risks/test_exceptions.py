from datetime import timedelta
from decimal import Decimal

import pytest

from portal import clock
from portal.attention.models import Reminder, Review
from portal.errors import Invalid
from portal.people import organisations
from portal.record.models import AuditEntry
from portal.signing import signatures
from portal.signing.errors import NotYourSignature, OwnProposalAlone
from risks import authority, exception_prices, exceptions, recompute, register
from risks.errors import (
    EndsOnItsDay,
    ExceptionClosed,
    ExceptionWaits,
    NotInForce,
    NotYourException,
    PolicyStillBroken,
    RiskClosed,
    SafetyForMoney,
    SavedMeanwhile,
)
from risks.exception_errors import ExtendedAlready
from risks.models import LossResult, RiskException
from risks.stale import mark_risks
from tests.factories.risks import make_exception, make_levels, make_loss, make_risk, sign
from tests.house.world import BACKEND

Standing, Outcome = RiskException.Standing, RiskException.Outcome


@pytest.fixture
def cio(person):
    return person("CIO")


@pytest.fixture
def ciso(person):
    return person("CISO")


@pytest.fixture
def owner(person, company):
    return person("OWNER", unit=company.northfield)


@pytest.fixture
def risk(company, owner, cio, ciso):
    return scored(make_risk(unit=company.northfield, it_owner=owner, accountable="IT"))


def scored(risk, *likelihood, **levels):
    make_levels(risk, *likelihood, **levels)
    mark_risks([risk.pk], "test")
    while recompute.refresh_batch():
        pass
    return type(risk).objects.get(pk=risk.pk)


def estimated(risk, owner):
    """Medium, and somebody has said what it costs in a year."""
    make_loss(risk, actor=owner)
    return scored(risk, likelihood=4, operational=4)


def in_force(risk, owner, *signers, **said):
    exception = make_exception(risk, by=owner, **said)
    sign(exception, *signers)
    return exception


def standing(exception):
    exception.refresh_from_db()
    derived = exception.standing_on(organisations.today())
    assert RiskException.objects.with_standing(organisations.today()).get(pk=exception.pk).standing == derived
    return derived


def later(days):
    return clock.stopped(clock.now() + timedelta(days=days))


def verbs(exception):
    return list(AuditEntry.objects.filter(kind="exception", subject_id=exception.pk).order_by("pk").values_list("verb", flat=True))


def test_what_is_proposed_waits_until_both_leaders_have_signed(risk, owner, cio, ciso):
    exception = make_exception(risk, by=owner)
    assert exception.number.startswith("E-")
    assert standing(exception) == Standing.PROPOSED

    sign(exception, cio)
    assert standing(exception) == Standing.PROPOSED

    sign(exception, ciso)
    assert standing(exception) == Standing.ACTIVE
    assert verbs(exception) == [
        "exception.proposed",
        "signing.asked",
        "signing.signed",
        "signing.signed",
        "signing.signed_off",
        "exception.in_force",
    ]


def test_one_that_begins_later_is_signed_but_not_in_force(risk, owner, cio, ciso):
    exception = in_force(risk, owner, cio, ciso, starts_on=organisations.today() + timedelta(days=3))

    assert standing(exception) == Standing.SIGNED


def test_whoever_owns_it_is_reminded_of_its_last_day(risk, owner, cio, ciso):
    exception = in_force(risk, owner, cio, ciso)

    review = Review.objects.get(subject_kind="exception", subject_id=exception.pk)
    assert (review.due_on, review.owner, review.state) == (exception.ends_on, owner, Review.State.OPEN)


def test_its_end_is_announced_once_and_opens_what_it_covered(risk, owner, cio, ciso):
    exception = in_force(risk, owner, cio, ciso)

    with later(91):
        assert standing(exception) == Standing.EXPIRED
        assert exceptions.expire() == 1
        assert exceptions.expire() == 0

        assert verbs(exception)[-1] == "exception.expired"
        told = Reminder.objects.filter(subject_kind="exception", kind="exception.expired.news")
        assert [one.recipient for one in told] == [owner]
    with later(90):
        assert standing(exception) == Standing.ACTIVE


def test_an_end_is_not_announced_where_it_was_not_signed(risk, owner):
    exception = make_exception(risk, by=owner)

    with later(91):
        assert exceptions.expire() == 0
        assert standing(exception) == Standing.PROPOSED


def test_an_extension_shows_the_first_start_and_closes_what_it_extends_on_the_day_it_begins(risk, owner, cio, ciso):
    first = in_force(risk, owner, cio, ciso)
    ends = Review.objects.filter(subject_kind="exception", subject_id=first.pk)

    second = exceptions.extend(first, first.ends_on + timedelta(days=30), actor=owner)
    assert (second.starts_on, second.original_starts_on) == (first.ends_on + timedelta(days=1), first.starts_on)
    assert second.is_extension
    assert standing(first) == Standing.ACTIVE

    sign(second, cio, ciso)
    assert (standing(first), standing(second), ends.get().state) == (Standing.ACTIVE, Standing.SIGNED, Review.State.CANCELLED)
    exceptions.hand_over(first, cio, actor=cio)
    assert not ends.exclude(state=Review.State.CANCELLED).exists()  # nor does its new owner hear of an end that is none
    with pytest.raises(ExtendedAlready):
        exceptions.extend(first, first.ends_on + timedelta(days=60), actor=owner)
    for day in range(88, 94):  # somebody is permitted every day, and one of the two alone
        with later(day):
            assert RiskException.objects.in_force(organisations.today()).count() == 1
    with later(91):
        assert exceptions.expire() == 1
        assert (standing(first), first.outcome, standing(second)) == (Standing.CLOSED, Outcome.EXTENDED, Standing.ACTIVE)
        assert not Reminder.objects.filter(subject_kind="exception", kind="exception.expired.news").exists()


def test_what_ended_before_its_extension_was_signed_closes_with_the_last_signature(risk, owner, cio, ciso):
    first = in_force(risk, owner, cio, ciso)
    second = exceptions.extend(first, first.ends_on + timedelta(days=30), actor=owner)
    with later(95):
        assert standing(first) == Standing.EXPIRED
        sign(second, cio, ciso)
        assert (standing(first), first.outcome, standing(second)) == (Standing.CLOSED, Outcome.EXTENDED, Standing.ACTIVE)


def test_an_extension_that_is_closed_before_it_begins_leaves_the_first_to_its_end(risk, owner, cio, ciso):
    first = in_force(risk, owner, cio, ciso)
    second = exceptions.extend(first, first.ends_on + timedelta(days=30), actor=owner)
    sign(second, cio, ciso)

    exceptions.close(second, actor=owner, gap_fixed=False, reason="The press goes in spring")

    ends = Review.objects.filter(subject_kind="exception", subject_id=first.pk, state=Review.State.OPEN)
    assert (standing(first), ends.get().due_on) == (Standing.ACTIVE, first.ends_on)
    with later(91):
        assert exceptions.expire() == 1
        assert standing(first) == Standing.EXPIRED


def test_the_same_issued_anew_counts_as_an_extension(risk, owner, cio, ciso):
    first = in_force(risk, owner, cio, ciso)
    exceptions.close(first, actor=owner, gap_fixed=False, reason="The press is idle")

    second = make_exception(risk, by=owner, starts_on=organisations.today() + timedelta(days=9))

    assert (second.extends, second.original_starts_on) == (first, first.starts_on)


def test_after_the_gap_was_fixed_a_new_one_is_new(risk, owner, cio, ciso):
    exceptions.close(in_force(risk, owner, cio, ciso), actor=owner, gap_fixed=True)

    assert make_exception(risk, by=owner).extends is None


def test_what_was_never_in_force_is_not_extended(risk, owner):
    exception = make_exception(risk, by=owner)

    with pytest.raises(NotInForce):
        exceptions.extend(exception, exception.ends_on + timedelta(days=30), actor=owner)


def test_the_same_is_proposed_once_at_a_time(risk, owner):
    make_exception(risk, by=owner)

    with pytest.raises(ExceptionWaits):
        make_exception(risk, by=owner)


def test_closing_with_the_gap_open_needs_a_reason(risk, owner, cio, ciso):
    exception = in_force(risk, owner, cio, ciso)

    with pytest.raises(Invalid) as refused:
        exceptions.close(exception, actor=owner, gap_fixed=False)
    assert set(refused.value.fields) == {"reason"}

    exceptions.close(exception, actor=owner, gap_fixed=False, reason="The press was sold")
    assert (standing(exception), exception.outcome) == (Standing.CLOSED, Outcome.UNFIXED)
    assert not Review.objects.open().filter(subject_kind="exception").exists()


def test_closing_with_the_gap_fixed_needs_none(risk, owner, cio, ciso):
    exception = exceptions.close(in_force(risk, owner, cio, ciso), actor=owner, gap_fixed=True)

    assert exception.outcome == Outcome.FIXED


def test_what_nobody_signed_yet_is_withdrawn(risk, owner):
    exception = exceptions.close(make_exception(risk, by=owner), actor=owner, gap_fixed=False)

    assert exception.outcome == Outcome.WITHDRAWN
    with pytest.raises(ExceptionClosed):
        exceptions.close(exception, actor=owner, gap_fixed=True)


def test_a_closed_one_is_signed_by_nobody(risk, owner, cio):
    exception = exceptions.close(make_exception(risk, by=owner), actor=owner, gap_fixed=False)

    with pytest.raises(ExceptionClosed):
        sign(exception, cio)


def test_a_stranger_neither_changes_nor_closes_it(risk, owner, person):
    stranger, exception = person("ENGINEER"), make_exception(risk, by=owner)

    for verb in (
        lambda: exceptions.change(exception, actor=stranger, version=1, title="Mine"),
        lambda: exceptions.close(exception, actor=stranger, gap_fixed=True),
        lambda: exceptions.extend(exception, exception.ends_on, actor=stranger),
    ):
        with pytest.raises(NotYourException):
            verb()


def test_a_closed_risk_is_not_accepted(risk, owner, cio):
    exception = make_exception(risk, by=owner)
    register.close(risk, actor=cio, reason="Sold")

    with pytest.raises(RiskClosed):
        make_exception(risk, by=owner, kind="POLICY_EXCEPTION")
    with pytest.raises(ExceptionClosed):
        sign(exception, cio)


def test_a_late_save_loses_nothing(risk, owner):
    exception = make_exception(risk, by=owner)
    exceptions.change(exception, actor=owner, version=1, title="Shared sign-ins, two panels")

    with pytest.raises(SavedMeanwhile):
        exceptions.change(exception, actor=owner, version=1, title="Another")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": " "}, "title"),
        ({"reason": ""}, "reason"),
        ({"reason_kind": "LAZY"}, "reason_kind"),
        ({"starts_on": organisations.today, "days": -1}, "starts_on"),
        ({"ends_on": None}, "ends_on"),
        ({"ends_on": organisations.today, "days": 367}, "ends_on"),
        ({"kind": "WISH"}, "kind"),
    ],
)
def test_what_does_not_fit_is_said_by_field(risk, owner, said, field):
    days = said.get("days")
    told = {name: value() + timedelta(days=days) if callable(value) else value for name, value in said.items() if name != "days"}

    with pytest.raises(Invalid) as refused:
        make_exception(risk, by=owner, **told)

    assert set(refused.value.fields) == {field}
    assert not RiskException.objects.exists()


def test_a_service_account_owns_nothing(risk, owner, person):
    with pytest.raises(Invalid) as refused:
        make_exception(risk, by=owner, owner=person("INTEGRATION"))

    assert set(refused.value.fields) == {"owner"}


def test_safety_is_never_accepted_on_cost(risk, owner):
    make_levels(risk, operational=3, safety=4)

    with pytest.raises(SafetyForMoney):
        make_exception(risk, by=owner, reason_kind="COST")


def test_what_became_about_safety_is_signed_no_more_on_cost(risk, owner, cio):
    exception = make_exception(risk, by=owner, reason_kind="COST")
    make_levels(risk, safety=5)

    with pytest.raises(SafetyForMoney):
        sign(exception, cio)


def test_safety_needs_the_cso_or_the_head_of_the_unit(risk, owner, cio, ciso, person):
    make_levels(risk, safety=4)
    exception, cso = make_exception(risk, by=owner), person("CSO")

    sign(exception, cio, ciso)
    assert standing(exception) == Standing.PROPOSED

    sign(exception, cso)
    assert standing(exception) == Standing.ACTIVE


def test_what_became_worse_before_the_last_signature_asks_more(risk, owner, cio, ciso, person):
    head = person("HEAD")
    risk.unit.head = head
    risk.unit.save()
    exception = make_exception(risk, by=owner)
    sign(exception, cio)
    make_levels(risk, safety=5)

    sign(exception, ciso)
    assert standing(exception) == Standing.PROPOSED
    assert [slot.offices for slot in signatures.standing(exception).missing] == [("CSO", "HEAD")]

    sign(exception, head)
    assert standing(exception) == Standing.ACTIVE


def test_an_end_is_not_answered_as_if_it_were_still_true(risk, owner, cio, ciso):
    from portal.attention import reviews

    exception = in_force(risk, owner, cio, ciso)
    review = Review.objects.get(subject_kind="exception", subject_id=exception.pk)

    with pytest.raises(EndsOnItsDay):
        reviews.answer(review, "UNCHANGED", actor=owner, version=review.version)

    reviews.answer(review, "CLOSED", actor=owner, version=review.version, note="The press was sold")
    assert (standing(exception), exception.outcome) == (Standing.CLOSED, Outcome.UNFIXED)


def test_a_successor_owns_it_and_what_was_signed_stays_signed(risk, owner, cio, ciso, person):
    exception, successor = in_force(risk, owner, cio, ciso), person("OWNER")

    exceptions.hand_over(exception, successor, actor=cio)

    assert standing(exception) == Standing.ACTIVE
    assert Review.objects.open().get(subject_kind="exception").owner == successor


def test_by_the_table_the_head_alone_accepts_what_is_small(risk, owner, cio, ciso, person):
    head = person("HEAD")
    risk.unit.head = head
    risk.unit.save()
    sign(authority.propose(authority.OFFERED, actor=cio), cio, ciso)
    small = estimated(make_risk(unit=risk.unit, it_owner=owner, accountable="IT"), owner)
    assert small.score_state.current_band == "MEDIUM"

    exception = make_exception(small, by=owner)
    assert [slot.offices for slot in signatures.standing(exception).slots] == [("HEAD",)]
    sign(exception, head)
    assert standing(exception) == Standing.ACTIVE


def test_what_has_no_price_needs_whoever_may_sign_any_sum_until_the_loss_engine_knows_it(risk, owner, cio, ciso, person):
    head = person("HEAD")
    risk.unit.head = head
    risk.unit.save()
    sign(authority.propose(authority.OFFERED, actor=cio), cio, ciso)
    medium = [scored(make_risk(unit=risk.unit, it_owner=owner, accountable="IT"), 4, operational=4) for _each in range(2)]
    dear, waits = (make_exception(one, by=owner, reason_kind="COST") for one in medium)
    policy = make_exception(medium[0], by=owner, kind="POLICY_EXCEPTION")

    def asked(exception):
        return [slot.offices for slot in signatures.standing(exception).slots]

    assert [asked(one) for one in (dear, waits, policy)] == [[("CIO",), ("CISO",)]] * 3
    assert exception_prices.renew_waiting() == 0
    with pytest.raises(NotYourSignature):
        sign(waits, head)
    sign(dear, cio)
    for one in medium:
        estimated(one, owner)
    assert exception_prices.renew_waiting() == 3
    assert exception_prices.renew_waiting() == 0

    mean = LossResult.objects.get(risk=medium[1], stage="CURRENT").mean
    content = waits.content_digest
    waits.refresh_from_db()
    assert waits.price == (Decimal(str(mean)) * 91 / 365).quantize(Decimal("0.01"))
    assert (waits.content_digest, verbs(waits)[-2:]) == (content, ["exception.priced", "signing.asked"])
    assert [asked(one) for one in (waits, policy)] == [[("HEAD",)], [("CISO",)]]
    sign(waits, head)
    assert (standing(waits), asked(dear)) == (Standing.ACTIVE, [("CIO",), ("CISO",)])  # the CIO had answered
    dear.refresh_from_db()
    sign(dear, ciso)
    assert standing(dear) == Standing.ACTIVE  # and nobody below the two is asked
    for one in medium:
        LossResult.objects.filter(risk=one).update(mean=10_000_000)
    assert exception_prices.renew_waiting() == 1  # what is signed keeps its price
    assert asked(policy) == [("CIO",), ("CISO",)]


def test_who_proposes_does_not_sign_alone(risk, owner, cio, ciso, person):
    head = person("HEAD")
    risk.unit.head = head
    risk.unit.save()
    sign(authority.propose(authority.OFFERED, actor=cio), cio, ciso)
    small = estimated(make_risk(unit=risk.unit, it_owner=owner, accountable="IT"), owner)

    by_head = make_exception(small, by=head)
    assert [slot.offices for slot in signatures.standing(by_head).slots] == [("CIO",), ("CISO",)]

    by_owner = make_exception(small, by=owner, kind="POLICY_EXCEPTION")
    assert [slot.offices for slot in signatures.standing(by_owner).slots] == [("CISO",)]
    by_owner.proposed_by = ciso
    by_owner.save()
    with pytest.raises(OwnProposalAlone):
        sign(by_owner, ciso)


def test_who_changed_the_terms_does_not_sign_them_alone(risk, owner, cio, ciso, person):
    head = person("HEAD")
    risk.unit.head = head
    risk.unit.save()
    sign(authority.propose(authority.OFFERED, actor=cio), cio, ciso)
    small = estimated(make_risk(unit=risk.unit, it_owner=owner, accountable="IT"), owner)
    exception = make_exception(small, by=owner, kind="POLICY_EXCEPTION", owner=head)

    def asked():
        return [slot.offices for slot in signatures.standing(exception).slots]

    exceptions.change(exception, actor=ciso, version=None, owner=owner)
    exception.refresh_from_db()
    assert (asked(), exception.changed_by) == ([("CISO",)], None)  # who owns it is no term
    for term in ({"compensating_control": "None"}, {"reason": "It is dear"}, {"ends_on": exception.ends_on + timedelta(days=9)}):
        exceptions.change(exception, actor=owner, version=None, title=f"Panels, {next(iter(term))}")
        assert asked() == [("CISO",)]
        exceptions.change(exception, actor=ciso, version=None, **term)
        assert asked() == [("CIO",), ("CISO",)]
    exception.refresh_from_db()
    signatures.ask(exception, ["CISO"], actor=cio)  # as it was asked before the change
    assert exception not in [one.subject for one in signatures.waiting_for(ciso)]
    with pytest.raises(OwnProposalAlone):
        sign(exception, ciso)


def test_the_higher_band_counts_while_a_change_waits_to_be_scored(risk, owner, cio, ciso, person):
    head = person("HEAD")
    risk.unit.head = head
    risk.unit.save()
    sign(authority.propose(authority.OFFERED, actor=cio), cio, ciso)
    small = estimated(make_risk(unit=risk.unit, it_owner=owner, accountable="IT"), owner)

    def asked():
        return authority.slots_for("RISK_ACCEPTANCE", small, amount=Decimal(1), authors={owner.pk})

    told = [asked()]
    mark_risks([small.pk], "test")
    told.append(asked())
    make_levels(small, likelihood=5, operational=5)
    told.append(asked())
    scored(small, likelihood=5, operational=5)
    make_levels(small, likelihood=4, operational=4)
    mark_risks([small.pk], "test")
    told.append(asked())  # it fell, and nothing has scored it yet
    scored(small, likelihood=4, operational=4)
    told.append(asked())

    assert told == [[["HEAD"]], [["HEAD"]], [["CIO"], ["CISO"]], [["CIO"], ["CISO"]], [["HEAD"]]]


def test_a_risk_that_closes_takes_its_acceptance_along_and_waits_for_what_still_breaks_a_policy(risk, owner, cio, ciso):
    accepted = in_force(risk, owner, cio, ciso)
    proposed = make_exception(risk, by=owner, kind="POLICY_EXCEPTION", title="Not signed")
    policy = in_force(risk, owner, cio, ciso, kind="POLICY_EXCEPTION", title="Shared sign-ins")

    with pytest.raises(PolicyStillBroken, match=f"{policy.number} still lets"):
        register.close(risk, actor=owner, reason="The line was sold.")
    accepted.refresh_from_db()
    assert accepted.closed_at is None
    exceptions.close(policy, actor=owner, gap_fixed=True)
    register.close(risk, actor=owner, reason="The line was sold.")

    ended = {one.pk: (one.outcome, one.closing_reason) for one in RiskException.objects.exclude(pk=policy.pk)}
    assert ended == {
        accepted.pk: (Outcome.FIXED, "The line was sold."),
        proposed.pk: (Outcome.WITHDRAWN, "The line was sold."),
    }
    assert not Review.objects.open().filter(kind=exceptions.EXPIRY).exists()


def test_the_register_finds_and_marks_what_was_accepted_once(risk, owner, cio, ciso, company, person, client):
    other = scored(make_risk(unit=company.northfield))
    in_force(other, owner, cio, ciso)
    exception = in_force(risk, owner, cio, ciso)
    with later(91):
        client.force_login(owner, backend=BACKEND)
        make_exception(other, by=owner)

        page = client.get("/risks/register/?acceptance=expired").content.decode()
        assert page.count("acceptance expired") == 2
        rows = client.get("/api/v1/risks/?acceptance=expired").json()["results"]
        assert {row["id"] for row in rows} == {risk.pk, other.pk}
        exceptions.close(exception, actor=owner, gap_fixed=True)
        assert [row["id"] for row in client.get("/api/v1/risks/?acceptance=expired").json()["results"]] == [other.pk]
        assert client.get("/api/v1/risks/?acceptance=in_force").json()["results"] == []
        client.force_login(person("COLLEAGUE"), backend=BACKEND)
        assert "acceptance expired" not in client.get("/risks/register/").content.decode()
