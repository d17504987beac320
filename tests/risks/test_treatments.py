import dataclasses
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from portal import clock
from portal.attention import reviews
from portal.attention.models import Reminder, Review
from portal.errors import Invalid
from portal.people.models import Unit
from portal.record.models import AuditEntry
from portal.signing import signatures
from portal.signing.errors import NotAsked, NotYourSignature
from risks import authority, deciding, exceptions, plan_dates, recompute, register, stale, treatment_book, treatments
from risks.errors import (
    AnswerByDoing,
    EvidenceMissing,
    FollowsFromPlan,
    NeedsSignatures,
    NotProposed,
    NotUnderWay,
    OwnProposal,
    RiskClosed,
    SavedMeanwhile,
    StepFinished,
    StepsOpen,
)
from risks.exception_errors import NotAccepted
from risks.models import Levels, Score, Treatment
from risks.treatments import Step
from tests.factories.risks import make_evidence, make_exception, make_levels, make_risk, make_treatment, sign

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def at_noon():
    with clock.stopped(NOON):
        yield


@pytest.fixture
def owner(person):
    return person("OWNER")


@pytest.fixture
def cio(person):
    return person("CIO")


@pytest.fixture
def risk(company, owner):
    risk = make_risk(unit=company.northfield, it_owner=owner, accountable="IT")
    make_levels(risk, 4, operational=4, legal=3)
    return risk


@pytest.fixture
def steps(owner, cio):
    return [
        Step("IT", "Buy the gateway", owner, TODAY + timedelta(days=20), Decimal("18000.00")),
        Step("SECURITY", "Write its rules", cio, TODAY + timedelta(days=40), Decimal("2500.00")),
    ]


def after(risk):
    row = Levels.objects.get(risk=risk, stage="RESIDUAL")
    return row.likelihood_level, row.operational_level, row.legal_level


def refresh():
    while recompute.refresh_batch(limit=500):
        pass


def open_reviews():
    return set(Review.objects.open().filter(kind__in=(plan_dates.WHOLE, plan_dates.STEP)).values_list("kind", "due_on", "owner"))


def test_a_proposed_treatment_has_a_number_its_steps_in_order_and_an_entry(risk, owner, steps):
    treatment = make_treatment(risk, actor=owner, steps=steps)

    assert treatment.number.startswith("T-")
    assert list(treatment.steps.values_list("place", "office", "title")) == [
        (1, "IT", "Buy the gateway"),
        (2, "SECURITY", "Write its rules"),
    ]
    entry = AuditEntry.objects.get(kind="treatment", subject_id=treatment.pk)
    assert (entry.verb, entry.params) == ("treatment.proposed", {"risk": risk.pk, "kind": "REDUCE", "steps": 2})


def test_the_levels_after_plan_are_the_lowest_of_now_and_all_that_stands(risk, owner, cio):
    make_treatment(risk, actor=owner, likelihood_level=2)
    second = make_treatment(risk, actor=owner, likelihood_level=3, impact={"operational": 2})
    assert after(risk) == (2, 2, 3)

    treatments.refuse(second, actor=cio, reason="Too dear.")

    assert after(risk) == (2, 4, 3)


def test_the_score_after_plan_follows(risk, owner):
    make_treatment(risk, actor=owner, likelihood_level=2, impact={"operational": 3})
    refresh()

    # 3 × 2 × 3; the legal impact of 3 stays
    assert Score.objects.filter(risk=risk, state="RESIDUAL").latest("pk").value == Decimal("18.0")


def test_a_new_rating_moves_the_levels_after_plan_too(risk, owner, cio):
    make_treatment(risk, actor=owner, likelihood_level=3)

    register.set_levels(
        risk, "CURRENT", actor=cio, likelihood_level=2, levels={"operational": 5, "legal": 1}, reason="Measured anew."
    )

    assert after(risk) == (2, 5, 1)


def test_nobody_sets_the_levels_after_plan_while_a_treatment_stands(risk, owner, cio):
    treatment = make_treatment(risk, actor=owner)
    by_hand = {"actor": cio, "likelihood_level": 1, "levels": {"operational": 1}, "reason": "Hope."}

    with pytest.raises(FollowsFromPlan):
        register.set_levels(risk, "RESIDUAL", **by_hand)

    treatments.withdraw(treatment, actor=owner, reason="Not needed.")
    assert after(risk) == (4, 4, 3)
    register.set_levels(risk, "RESIDUAL", **by_hand)
    assert after(risk) == (1, 1, None)


def test_what_is_done_counts_until_the_risk_is_judged_after_it(risk, owner, cio):
    treatment = make_treatment(risk, actor=owner, likelihood_level=2)
    treatments.approve(treatment, actor=cio)
    make_evidence(treatment, actor=owner, until=None)
    treatments.finish(treatment, actor=owner)
    assert after(risk) == (2, 4, 3)

    with clock.stopped(NOON + timedelta(days=1)):
        register.set_levels(
            risk, "CURRENT", actor=cio, likelihood_level=3, levels={"operational": 4, "legal": 3}, reason="It helped half."
        )

    assert after(risk) == (3, 4, 3)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": " "}, "title"),
        ({"kind": "IGNORE"}, "kind"),
        ({"likelihood_level": 5}, "likelihood_level"),
        ({"likelihood_level": 0}, "likelihood_level"),
        ({"likelihood_level": None}, "likelihood_level"),
        ({"impact": {"safety": 1}}, "safety_level"),
        ({"impact": {"operational": 5}}, "operational_level"),
        ({"reason": "x" * 10_001}, "reason"),
    ],
)
def test_what_does_not_fit_is_said_by_field(risk, owner, fields, wrong):
    with pytest.raises(Invalid) as caught:
        make_treatment(risk, actor=owner, **fields)

    assert set(caught.value.fields) == {wrong}
    assert not Treatment.objects.exists()


def test_a_service_account_answers_for_no_plan(risk, owner, person):
    with pytest.raises(Invalid) as caught:
        make_treatment(risk, actor=person("INTEGRATION"), title="By a machine")

    assert set(caught.value.fields) == {"owner"}


@pytest.mark.parametrize(
    "changed",
    [{"title": ""}, {"office": "HR"}, {"cost": Decimal(-1)}, {"due_on": TODAY + timedelta(days=400)}],
)
def test_a_step_that_does_not_fit_is_named_by_its_place(risk, owner, steps, changed):
    wrong = [steps[0], dataclasses.replace(steps[1], **changed)]

    with pytest.raises(Invalid) as caught:
        make_treatment(risk, actor=owner, steps=wrong)

    (sentence,) = caught.value.fields["steps"]
    assert sentence.startswith("Step 2:")


def test_retaining_needs_no_levels(risk, owner):
    assert make_treatment(risk, actor=owner, kind="RETAIN", likelihood_level=None).state == "PROPOSED"
    assert after(risk) == (4, 4, 3)


def test_a_closed_risk_gets_no_treatment_and_its_plans_end(risk, owner, cio):
    treatment = make_treatment(risk, actor=owner)
    treatments.approve(treatment, actor=cio)
    register.close(risk, actor=cio, reason="The line was sold.")

    treatment.refresh_from_db()
    assert (treatment.state, treatment.deciding_reason) == ("WITHDRAWN", "The line was sold.")
    assert open_reviews() == set()
    with pytest.raises(RiskClosed):
        make_treatment(risk, actor=owner)


def test_somebody_else_approves_and_its_dates_are_kept(risk, owner, cio, steps):
    treatment = make_treatment(risk, actor=owner, steps=steps)
    assert open_reviews() == set()

    approved = treatments.approve(treatment, actor=cio, version=treatment.version)

    assert (approved.state, approved.decided_by) == ("APPROVED", cio)
    assert open_reviews() == {
        (plan_dates.WHOLE, TODAY + timedelta(days=90), owner.pk),
        (plan_dates.STEP, TODAY + timedelta(days=20), owner.pk),
        (plan_dates.STEP, TODAY + timedelta(days=40), cio.pk),
    }
    assert AuditEntry.objects.filter(verb="treatment.approved", actor=cio).count() == 1


def test_the_proposer_decides_on_nothing(risk, cio):
    treatment = make_treatment(risk, actor=cio)

    with pytest.raises(OwnProposal):
        treatments.approve(treatment, actor=cio)
    with pytest.raises(OwnProposal):
        treatments.refuse(treatment, actor=cio, reason="No.")

    treatment.refresh_from_db()
    assert treatment.state == Treatment.State.PROPOSED


def test_what_is_decided_is_decided(risk, owner, cio):
    treatment = make_treatment(risk, actor=owner)
    treatments.approve(treatment, actor=cio)

    with pytest.raises(NotProposed):
        treatments.approve(treatment, actor=cio)
    with pytest.raises(NotProposed):
        treatments.refuse(treatment, actor=cio, reason="No.")


def test_nobody_approves_what_changed_since_they_read_it(risk, owner, cio):
    treatment = make_treatment(risk, actor=owner)
    treatments.change(treatment, actor=owner, due_on=TODAY + timedelta(days=10))

    with pytest.raises(SavedMeanwhile):
        treatments.approve(treatment, actor=cio, version=1)


def test_a_refusal_needs_a_reason(risk, owner, cio):
    treatment = make_treatment(risk, actor=owner)

    with pytest.raises(Invalid) as caught:
        treatments.refuse(treatment, actor=cio, reason=" ")

    assert set(caught.value.fields) == {"reason"}


def test_what_retains_a_risk_holds_as_long_as_an_acceptance_of_it_is_in_force(risk, owner, cio, person):
    ciso, analyst = person("CISO"), person("ANALYST")
    carried, own = (make_treatment(risk, actor=one, kind="RETAIN", likelihood_level=None) for one in (analyst, ciso))
    with pytest.raises(NotAccepted):
        treatments.approve(carried, actor=cio)
    assert (signatures.standing(carried).request, treatment_book.waiting_for(cio).count()) == (None, 0)
    with pytest.raises(NotAsked):
        sign(carried, cio)

    def states():
        return list(Treatment.objects.order_by("pk").values_list("state", "decided_by"))

    exception = make_exception(risk, by=owner, ends_on=TODAY + timedelta(days=30))
    sign(exception, cio, ciso)
    assert states() == [("APPROVED", ciso.pk), ("PROPOSED", None)]  # nobody approves their own
    assert treatment_book.waiting_for(cio).get() == own
    assert treatments.approve(own, actor=cio).state == "APPROVED"
    exceptions.change(exception, actor=owner, version=None, reason="Another one")
    assert states() == [("PROPOSED", None)] * 2  # what was signed says something else now
    exception.refresh_from_db()
    sign(exception, cio, ciso)
    treatments.approve(own, actor=cio)
    with clock.stopped(NOON + timedelta(days=30)):
        assert (exceptions.expire(), {state for state, _by in states()}) == (0, {"APPROVED"})
    with clock.stopped(NOON + timedelta(days=31)):
        assert (exceptions.expire(), exceptions.expire()) == (1, 0)
        assert states() == [("PROPOSED", None)] * 2
        assert AuditEntry.objects.filter(verb="treatment.reopened", subject_id=carried.pk, actor=None).count() == 1
        assert not Review.objects.open().filter(subject_kind="treatment").exists()
        with pytest.raises(NotAccepted):
            treatments.approve(own, actor=cio)
        longer = exceptions.extend(exception, TODAY + timedelta(days=60), actor=owner)
        sign(longer, cio, ciso)
        assert states() == [("APPROVED", ciso.pk), ("PROPOSED", None)]
        exceptions.close(longer, actor=owner, gap_fixed=False, reason="We treat it after all")
        assert states() == [("PROPOSED", None)] * 2


def test_who_approves_a_plan_follows_from_the_table_by_its_cost_and_band(company, owner, cio, person):
    ciso, cso, head = person("CISO"), person("CSO"), person("HEAD", unit=company.northfield)
    Unit.objects.filter(pk=company.northfield.pk).update(head=head)
    risk = make_risk(unit=Unit.objects.get(pk=company.northfield.pk), it_owner=owner, accountable="IT")
    make_levels(risk, 4, operational=4)
    stale.mark_risks([risk.pk], "test")
    refresh()  # 3 × 4 × 4 = 48, Medium
    before = make_treatment(risk, actor=person("ANALYST"))
    assert treatment_book.waiting_for(cio).get() == before
    sign(authority.propose(authority.OFFERED, actor=cio), cio, ciso)

    def plan(cost, actor=before.proposed_by, **said):
        steps = [Step("IT", "Buy it", owner, TODAY, Decimal(cost))] if cost else []
        return make_treatment(risk, actor=actor, steps=steps, **said)

    def asked(treatment):
        return [slot.offices for slot in signatures.standing(treatment).slots]

    assert (deciding.ask_waiting(), deciding.ask_waiting(), asked(before)) == (1, 0, [("OWNER",)])
    free, small, middle, dear = plan(0), plan(50_000), plan("50000.01"), plan(250_001)
    own = plan(1, actor=owner)
    assert [asked(one) for one in (free, small, middle, own)] == [[("OWNER",)], [("OWNER",)], [("HEAD",)], [("HEAD",)]]
    assert asked(dear) == [("CIO",), ("CISO",)]
    assert [treatment_book.waiting_for(one).count() for one in (cio, ciso)] == [0, 0]
    assert [found.subject for found in signatures.waiting_for(cio)] == [dear]
    sign(small, owner)
    assert (small.state, small.decided_by) == ("APPROVED", owner)
    with pytest.raises(NotYourSignature):
        sign(middle, owner)  # above the owner's sum
    for one, other in ((middle, cso), (dear, cio)):  # whom no line names; each of two alone
        with pytest.raises(NeedsSignatures) as caught:
            treatments.approve(one, actor=other)
        one.refresh_from_db()
        assert one.state == "PROPOSED"
    assert str(caught.value) == f"{dear.number} is approved by the signature of: CIO + CISO. Ask them, or sign it on its page."
    assert treatments.approve(middle, actor=cio).decided_by == cio  # whom a higher line names
    assert (
        Reminder.objects.filter(subject_kind="treatment", subject_id=middle.pk, kind__startswith="signing", settled_at=None).count()
        == 0
    )
    sign(dear, cio, ciso)
    assert dear.state == "APPROVED"

    make_levels(risk, 5, operational=5, safety=4)
    stale.mark_risks([risk.pk], "test")
    refresh()  # 3 × 5 × 5 = 75, High by now, and about safety
    risk = type(risk).objects.get(pk=risk.pk)
    assert asked(plan(250_001)) == [("CIO",), ("CISO",), ("CSO", "HEAD")]
    sign(free, owner)  # as it was asked before
    assert (free.state, asked(free)) == ("PROPOSED", [("HEAD",)])


def test_a_changed_plan_is_proposed_anew_by_whoever_changed_it(risk, owner, cio, steps, person):
    ciso = person("CISO")
    treatment = make_treatment(risk, actor=owner, steps=steps)
    treatments.approve(treatment, actor=cio)
    treatments.finish_step(treatment.steps.get(place=1), actor=owner)

    changed = treatments.change(treatment, actor=cio, title="Rent a gateway", steps=[steps[1]])

    assert (changed.state, changed.proposed_by, changed.decided_by) == ("PROPOSED", cio, None)
    standing = changed.steps.filter(dropped_at=None)
    assert [(step.place, step.title, step.done_on) for step in standing] == [
        (1, "Buy the gateway", TODAY),
        (3, "Write its rules", None),
    ]
    assert open_reviews() == set()
    for author in (cio, owner):
        with pytest.raises(OwnProposal):
            treatments.approve(treatment, actor=author)
    assert treatments.approve(treatment, actor=ciso).state == "APPROVED"


def test_the_same_plan_again_is_no_change(risk, owner, cio, steps):
    treatment = make_treatment(risk, actor=owner, steps=steps)
    treatments.approve(treatment, actor=cio)

    assert treatments.change(treatment, actor=cio, title=treatment.title, steps=steps).state == "APPROVED"


def test_a_late_change_hears_what_stands_now(risk, owner):
    treatment = make_treatment(risk, actor=owner)
    treatments.change(treatment, actor=owner, version=1, likelihood_level=3)

    with pytest.raises(SavedMeanwhile) as caught:
        treatments.change(treatment, actor=owner, version=1, likelihood_level=1)

    assert caught.value.facts["theirs"] == {"likelihood_level": 3}


def test_a_plan_is_done_step_by_step_and_only_with_evidence(risk, owner, cio, steps):
    treatment = make_treatment(risk, actor=owner, steps=steps)
    with pytest.raises(NotUnderWay):
        treatments.finish_step(treatment.steps.get(place=1), actor=owner)
    treatments.approve(treatment, actor=cio)
    with pytest.raises(StepsOpen):
        treatments.finish(treatment, actor=owner)
    for step in treatment.steps.all():
        treatments.finish_step(step, actor=owner, done_on=TODAY - timedelta(days=1))
    with pytest.raises(EvidenceMissing):
        treatments.finish(treatment, actor=owner)
    make_evidence(treatment, actor=owner, until=None)

    done = treatments.finish(treatment, actor=owner)

    assert (done.state, done.done_by, open_reviews()) == ("DONE", owner, set())
    with pytest.raises(NotUnderWay):
        treatments.finish(treatment, actor=owner)
    with pytest.raises(NotUnderWay):
        treatments.withdraw(treatment, actor=owner, reason="No.")
    with pytest.raises(NotUnderWay):
        treatments.change(treatment, actor=owner, title="Other")


def test_a_step_is_finished_once_and_never_on_a_day_to_come(risk, owner, cio, steps):
    treatment = make_treatment(risk, actor=owner, steps=steps)
    treatments.approve(treatment, actor=cio)
    step = treatment.steps.get(place=1)
    with pytest.raises(Invalid) as caught:
        treatments.finish_step(step, actor=owner, done_on=TODAY + timedelta(days=1))
    assert set(caught.value.fields) == {"done_on"}

    treatments.finish_step(step, actor=owner)

    with pytest.raises(StepFinished):
        treatments.finish_step(step, actor=owner)


def test_the_date_of_a_plan_is_met_by_doing_not_by_words(risk, owner, cio, steps):
    treatment = make_treatment(risk, actor=owner, steps=steps)
    treatments.approve(treatment, actor=cio)

    for review in Review.objects.open().filter(kind__in=(plan_dates.WHOLE, plan_dates.STEP), owner=owner):
        with pytest.raises(AnswerByDoing):
            reviews.answer(review, "UNCHANGED", actor=owner, version=None)


def test_a_late_step_is_a_care_term_from_the_day_after(risk, owner, cio, steps):
    treatment = make_treatment(risk, actor=owner, steps=steps)
    treatments.approve(treatment, actor=cio)
    refresh()
    before = Score.objects.filter(risk=risk, state="CURRENT").latest("pk").value

    with clock.stopped(NOON + timedelta(days=21)):
        assert recompute.mark_due() == 1
        refresh()
        late = Score.objects.filter(risk=risk, state="CURRENT").latest("pk")
        assert late.value - before == Decimal("1.0")
        assert late.terms[-1]["name"] == "treatment_late"
        treatments.finish_step(treatment.steps.get(place=1), actor=owner)
        refresh()
        assert Score.objects.filter(risk=risk, state="CURRENT").latest("pk").value == before
