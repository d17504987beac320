"""Explanation and visibility are one: no generated person, thing or state makes them disagree."""

import random

import pytest

from portal import clock, subjects
from portal.people import accounts, explained
from portal.people.models import Appointment, RoleAssignment, User
from tests.factories.assets import make_asset
from tests.factories.portal import make_user
from tests.factories.risks import make_risk
from tests.house import world

ROUNDS = 40


def again(user):
    return User.objects.get(pk=user.pk)


@pytest.mark.longest
@pytest.mark.parametrize("seed", [11, 42])
def test_explanation_and_visibility_never_disagree(company, seed):
    chance = random.Random(seed)
    things = world.build(company)
    units = [company.root, company.northfield, company.eastmere, company.finance]
    people = [_somebody(chance, units) for _ in range(ROUNDS)]
    for person in people:
        _involve(chance, person, units)
    disagreed, seen, unseen = [], 0, 0
    for person in map(again, people):
        for kind, subject in subjects.all_kinds().items():
            model = subject.model_class
            rows = list(model._default_manager.all()[:12])
            opens = set(
                model._default_manager.visible_to(person).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
            )
            for row in rows:
                visible = row.pk in opens
                told = explained.explain(person, kind, row)
                seen, unseen = seen + visible, unseen + (not visible)
                opened = bool(explained.opening(person, kind, row)) if hasattr(model, "clauses") else visible
                if not (visible == told.sees == opened) or not told.reasons:
                    disagreed.append((kind, row.pk, sorted(_names(person)), visible, told))

    assert things
    assert disagreed == []
    assert seen > 500 and unseen > 500


def _somebody(chance, units):
    user = make_user(is_active=chance.random() > 0.05)
    for _ in range(chance.randint(0, 3)):
        role = chance.choice([one for one in RoleAssignment.Role.values if one != "INTEGRATION"])
        RoleAssignment.objects.get_or_create(user=user, role=role, unit=chance.choice(units))
    if chance.random() < 0.15:
        Appointment.objects.filter(seat="CIO", ended_at=None).update(ended_at=clock.now())
        Appointment.objects.create(seat="CIO", holder=user)
    return user


def _involve(chance, person, units):
    unit, hidden = chance.choice(units), chance.random() < 0.5
    part = chance.choice(["it_owner", "security_owner", "named", "logged", "asset", "none"])
    if part in ("it_owner", "security_owner"):
        accountable = "IT" if part == "it_owner" else "SECURITY"
        make_risk(unit=unit, is_confidential=hidden, accountable=accountable, **{part: person})
    elif part == "named":
        make_risk(unit=unit, is_confidential=hidden).named_people.add(person)
    elif part == "logged":
        make_risk(unit=unit, is_confidential=hidden, logged_by=person)
    elif part == "asset":
        make_asset(f"Thing of {person.pk}", unit=unit, owner=person)


def _names(person):
    return person.role_assignments.values_list("role", flat=True)


def test_a_role_above_is_named_with_its_unit(person, company):
    head = person("HEAD", unit=company.root)

    told = explained.explain(head, "risk", make_risk(unit=company.northfield))

    assert told.sees
    assert list(told.reasons) == ["As Department head of Verrow Manufacturing they see everything below it, Northfield as well."]


def test_every_reason_is_told(person, company):
    priya = person("OWNER", unit=company.northfield)
    risk = make_risk(unit=company.northfield, it_owner=priya, accountable="IT", logged_by=priya)

    told = explained.explain(priya, "risk", risk)

    assert list(told.reasons) == [
        "They own it as IT owner.",
        "They logged it, and it is not confidential.",
        "As Owner of Northfield they see what belongs there.",
    ]


@pytest.mark.parametrize(
    ("role", "why"),
    [
        ("ADMIN", "None of their roles (Administrator) reads risks."),
        ("ANALYST", "It is confidential: only leaders, its owners and the people named on it see it, and they are none of these."),
    ],
)
def test_why_not(person, company, role, why):
    hidden = make_risk(unit=company.northfield, is_confidential=True)

    told = explained.explain(person(role), "risk", hidden)

    assert (told.sees, list(told.reasons)) == (False, [why])


def test_a_closed_account_sees_nothing(person, company):
    analyst = person("ANALYST")
    risk = make_risk(unit=company.northfield)
    accounts.close(analyst, actor=None)

    assert explained.explain(again(analyst), "risk", risk).reasons == ["The account is closed, so they see nothing."]
