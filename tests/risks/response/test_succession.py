"""When somebody leaves whom a plan names: a draft names the successor, plans at work call them, what was signed stays."""

import pytest

from portal.attention.models import Reminder
from portal.people import holdings
from portal.record.models import AuditEntry
from portal.signing import signatures
from risks.models import PlanVersion, PrivateReach
from risks.response import activations, plans
from risks.response.plan_content import Action, Contact, Duty
from tests.factories.response import in_force, make_plan

State = PlanVersion.State


@pytest.fixture
def leaver(person, company):
    return person("ENGINEER", unit=company.northfield, name="Priya")


@pytest.fixture
def sade(person, company):
    return person("ENGINEER", unit=company.northfield, name="Sade")


@pytest.fixture
def named(company, owner, leaver):
    """A draft in which the leaver acts, is reached and keeps a clock."""
    plan = make_plan(
        unit=company.northfield,
        actor=owner,
        actions=[Action("CONTAIN", "IT", "Cut it off", person=leaver), Action("CONTAIN", "SECURITY", "Keep it", seat="CISO")],
        contacts=[
            Contact("Marta", "CIO", "+49 30 1000", private="+49 170 1"),
            Contact("Priya", "Shift engineer", "+49 30 2000", person=leaver, called_by=1, private="+49 170 2"),
        ],
    )
    plans.write(plan.versions.get(), actor=owner, expected=None, clocks=[Duty("NIS2", "Early warning", 24, person=leaver)])
    return plan


def pass_on(plan, leaver, successor, actor):
    group = next(group for group in holdings.groups() if group.key == "named-in-plans")
    assert list(group.rows(leaver)) == [plan]
    took = group.pass_on(plan, person=leaver, successor=successor, actor=actor)
    assert not group.rows(leaver).exists()
    return took


def said(version):
    rows = [*version.actions.all(), *version.clocks.all(), *version.contacts.all()]
    return {row.person for row in rows} - {None}


def test_a_draft_names_the_successor_and_the_private_number_goes(named, leaver, sade, person, owner):
    admin = person("ADMIN")

    assert pass_on(named, leaver, sade, admin) == sade

    version = named.versions.get()
    assert (version.state, said(version)) == (State.DRAFT, {sade})
    contact = version.contacts.get(person=sade)
    assert (contact.name, contact.role, contact.reach, contact.below.name) == ("Sade", "Shift engineer", "", "Marta")
    assert list(PrivateReach.objects.values_list("contact__name", flat=True)) == ["Marta"]
    assert AuditEntry.objects.get(verb="response_plan.named_instead").params == {"named": [leaver.pk, sade.pk]}
    assert Reminder.objects.get(kind="response_plan.named_instead.news").recipient == owner


def test_what_is_in_force_stays_signed_and_a_draft_waits_beside_it(named, leaver, sade, leaders):
    in_force(named, *leaders)

    pass_on(named, leaver, sade, leaders[0])

    draft, signed = named.versions.all()
    assert (draft.state, draft.ordinal, said(draft)) == (State.DRAFT, 2, {sade})
    assert (signed.state, said(signed)) == (State.IN_FORCE, {leaver})
    assert signatures.standing(signed).signed_off_at is not None


def test_what_waits_for_signatures_is_a_draft_again(named, leaver, sade, leaders, owner):
    plans.propose(named.versions.get(), actor=owner)

    pass_on(named, leaver, sade, leaders[0])

    version = named.versions.get()
    assert (version.state, said(version)) == (State.DRAFT, {sade})
    assert list(AuditEntry.objects.filter(verb="response_plan.taken_back").values_list("subject_id", flat=True)) == [version.pk]


def test_a_plan_at_work_calls_the_successor_at_once(named, leaver, sade, leaders, incident, owner):
    found = activations.activate(in_force(named, *leaders), actor=owner, incident=incident)
    assert activations.may_act(found, leaver)

    pass_on(named, leaver, sade, leaders[0])

    assert (activations.may_act(found, leaver), activations.may_act(found, sade)) == (False, True)
    assert AuditEntry.objects.get(verb="response.called_instead").subject_id == found.pk


def test_somebody_replaced_in_a_draft_holds_nothing_of_the_version_in_force(named, leaver, sade, leaders, owner):
    in_force(named, *leaders)
    draft = plans.draft(named, actor=owner)
    plans.write(draft, actor=owner, expected=None, actions=[], contacts=[], clocks=[])

    assert not next(group for group in holdings.groups() if group.key == "named-in-plans").rows(leaver).exists()
