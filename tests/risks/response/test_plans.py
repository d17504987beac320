from datetime import timedelta

import pytest
from django.db import InternalError, transaction

from portal.attention import reviews
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import organisations
from portal.record.models import AuditEntry
from portal.signing import signatures
from risks.errors import SavedMeanwhile
from risks.models import PlanClock, PlanVersion, PrivateReach, ResponsePlan
from risks.response import plans
from risks.response.errors import AtWork, DraftThere, NotADraft, NotAsked, NotYourPlan, PlanRetired
from risks.response.plan_content import KEEP, Action, Contact, Duty
from tests.factories.response import in_force, make_plan
from tests.factories.risks import make_risk, sign


def test_a_plan_begins_with_clocks_that_counsel_is_to_check(company, owner):
    plan = plans.open_plan(actor=owner, name="Cloud identity taken over", unit=company.northfield)

    told = list(PlanClock.objects.values_list("law", "amount", "measure", "starts"))

    assert plan.number[:3] == "RP-"
    assert told == [
        ("NIS2", 24, "HOURS", "AWARENESS"),
        ("NIS2", 72, "HOURS", "AWARENESS"),
        ("NIS2", 1, "MONTHS", "AWARENESS"),
        ("DORA", 4, "HOURS", "MATERIALITY"),
        ("DORA", 24, "HOURS", "AWARENESS"),
        ("GDPR", 72, "HOURS", "AWARENESS"),
        ("SEC", 4, "WORKING_DAYS", "MATERIALITY"),
    ]
    with pytest.raises(Invalid) as missing:
        plans.propose(plan.versions.get(), actor=owner)
    assert len(missing.value.fields["content"]) == 3  # nothing to do for either office, nobody to reach


def test_what_cannot_stand_in_a_plan_is_refused_and_nothing_is_written(company, owner):
    plan = make_plan(unit=company.northfield, actor=owner)
    version, before = plan.versions.get(), plan.versions.get().actions.count()

    with pytest.raises(Invalid) as wrong:
        plans.write(
            version,
            actor=owner,
            expected=None,
            actions=[Action("LATER", "IT", "x"), Action("CONTAIN", "IT", " ", person=owner, seat="CIO", minutes_allowed=0)],
            contacts=[Contact("A", "B", called_by=1), Contact("", "B", private="x" * 201)],
            clocks=[Duty("", "x", 0)],
        )

    assert {name: len(told) for name, told in wrong.value.fields.items()} == {"actions": 4, "contacts": 3, "clocks": 2}
    assert version.actions.count() == before
    for said in ({"name": " "}, {"review_every_days": 0}):
        with pytest.raises(Invalid):
            plans.change(plan, actor=owner, version=None, **said)


def test_both_leaders_sign_and_the_one_in_force_never_changes(company, owner, leaders):
    plan = make_plan(unit=company.northfield, actor=owner)
    version = plans.propose(plan.versions.get(), actor=owner)
    sign(version, leaders[0])
    assert plans.in_force(plan) is None

    sign(version, leaders[1])

    assert plans.in_force(plan) == version
    review = Review.objects.get(kind=plans.REVIEW, subject_id=plan.pk)
    assert (review.owner, review.due_on) == (owner, organisations.today() + timedelta(days=180))
    with pytest.raises(NotADraft):
        plans.write(version, actor=owner, expected=None, clocks=[])
    for change in (lambda: version.actions.update(title="x"), version.contacts.filter(place=2).delete, version.clocks.all().delete):
        with pytest.raises(InternalError), transaction.atomic():
            PrivateReach.objects.all().delete()
            change()
    draft = plans.draft(plan, actor=owner)
    assert [one.title for one in draft.actions.all()] == [one.title for one in version.actions.all()]
    assert draft.contacts.get(place=2).below.place == 1
    assert draft.contacts.get(place=2).private.reach == "+49 170 2222222"
    with pytest.raises(DraftThere):
        plans.draft(plan, actor=owner)
    plans.propose(draft, actor=owner)
    sign(draft, *leaders)
    version.refresh_from_db()
    assert not PrivateReach.objects.filter(contact__plan_version=version).exists()
    assert (version.state, plans.in_force(plan), signatures.standing(draft).is_signed) == ("SUPERSEDED", draft, True)


def test_a_draft_that_waits_can_be_taken_back_and_then_must_be_signed_anew(company, owner, leaders):
    version = plans.propose(make_plan(unit=company.northfield, actor=owner).versions.get(), actor=owner)
    sign(version, leaders[0])

    plans.take_back(version, actor=owner)
    with pytest.raises(NotAsked):
        sign(version, leaders[1])
    plans.write(version, actor=owner, expected=None, clocks=[])
    again = plans.propose(version, actor=owner)

    assert not signatures.standing(again).is_signed
    assert {slot.offices[0] for slot in signatures.standing(again).missing} == {"CIO", "CISO"}
    plans.take_back(again, actor=owner)
    with pytest.raises(NotAsked):
        plans.take_back(again, actor=owner)


def test_private_numbers_stay_out_of_record_history_and_signatures(company, owner, leaders):
    plan = in_force(make_plan(unit=company.northfield, actor=owner), *leaders)
    draft = plans.draft(plan, actor=owner)
    first, second = draft.contacts.all()

    plans.write(
        draft,
        actor=owner,
        expected=draft.version,
        contacts=[
            Contact(first.name, first.role, private=KEEP, keeps=first.pk),
            Contact(second.name, second.role, called_by=1, private="+49 170 3333333"),
        ],
    )

    assert list(PrivateReach.objects.filter(contact__plan_version=draft).order_by("pk").values_list("reach", flat=True)) == [
        "+49 170 1111111",
        "+49 170 3333333",
    ]
    said = "".join(str(row) for model in (AuditEntry, PlanVersion.pgh_event_model) for row in model.objects.values())
    assert "+49 170" not in said
    assert not hasattr(PrivateReach, "pgh_event_model")


def test_only_who_keeps_it_and_the_leaders_change_it(company, owner, leaders, person, plan):
    other = person("ENGINEER", unit=company.northfield)
    for act in (
        lambda: plans.change(plan, actor=other, version=None, name="Mine"),
        lambda: plans.draft(plan, actor=other),
        lambda: plans.retire(plan, actor=other, reason="x"),
    ):
        with pytest.raises(NotYourPlan):
            act()

    changed = plans.change(plan, actor=leaders[0], version=1, name="Ransom", owner=other, review_every_days=30)

    assert Review.objects.open().get(subject_id=plan.pk, kind=plans.REVIEW).owner == other
    with pytest.raises(SavedMeanwhile):
        plans.change(changed, actor=other, version=1, name="Again")
    with pytest.raises(TypeError):
        plans.change(changed, actor=other, version=None, number="RP-1")


def test_an_answered_review_comes_again_begins_a_draft_or_retires(plan, owner):
    def answer(outcome):
        review = Review.objects.open().get(subject_id=plan.pk, kind=plans.REVIEW)
        reviews.answer(review, outcome, actor=owner, version=None, note="Because")

    answer("UNCHANGED")
    assert plan.versions.count() == 1
    answer("CHANGED")
    assert plan.versions.first().state == "DRAFT"
    answer("CLOSED")
    plan.refresh_from_db()
    assert not PrivateReach.objects.exists()
    assert plan.archived_at and not Review.objects.open().filter(subject_id=plan.pk, kind=plans.REVIEW).exists()
    with pytest.raises(PlanRetired):
        plans.draft(plan, actor=owner)


def test_a_plan_at_work_is_not_retired(live, plan, owner):
    with pytest.raises(AtWork):
        plans.retire(plan, actor=owner, reason="x")
    with pytest.raises(Invalid):
        plans.retire(plan, actor=owner, reason=" ")


def test_a_plan_for_a_confidential_risk_opens_to_its_readers_and_who_acts_in_it(company, owner, leaders, person):
    shut = make_risk(unit=company.northfield, is_confidential=True)
    plan = make_plan(unit=company.northfield, actor=owner, risks=[shut])
    engineer, elsewhere = person("ENGINEER", unit=company.northfield), person("ENGINEER", unit=company.eastmere)

    def seen(user):
        return ResponsePlan.objects.visible_to(user).exists()

    assert (seen(leaders[1]), seen(owner), seen(engineer), seen(elsewhere)) == (True, True, False, False)
    assert ResponsePlan.objects.hidden_from(engineer).count() == 1
    plans.write(plan.versions.get(), actor=owner, expected=None, contacts=[Contact("E", "Engineer", person=elsewhere)])
    assert seen(elsewhere)
    shut.named_people.add(engineer)
    assert seen(engineer)
