"""Shared goals on initiatives: named once both have signed, and the step between goal and risk in a line of sight that adds up."""

import pytest
from django.urls import reverse

from governance.change import aims, bearing, initiative_page, initiatives
from governance.change.errors import GoalNotShared, InitiativeStopped
from governance.change.models import InitiativeGoal
from governance.together import goal_page
from portal.record.models import AuditEntry
from risks import recompute
from risks.stale import mark_risks
from tests.factories.governance import make_goal, make_initiative, share
from tests.factories.risks import make_levels, make_risk
from tests.house.world import BACKEND

JSON = {"content_type": "application/json"}


@pytest.fixture
def world(company, person):
    cio, ciso, owner = person("CIO"), person("CISO"), person("OWNER", unit=company.northfield)
    risks = [make_risk(unit=company.northfield, title=f"Risk {n}") for n in range(4)]
    for one in risks:
        make_levels(one)
    mark_risks([one.pk for one in risks], "test")
    while recompute.refresh_batch():
        pass
    goal = share(make_goal(by=cio, there_for=risks[:2]), cio, ciso)
    near = make_initiative(unit=company.northfield, by=owner, title="Near")
    far = make_initiative(unit=company.eastmere, by=cio, title="Far away")
    for initiative, named in ((near, risks[1:3]), (far, risks[3:])):
        for risk in named:
            bearing.link(initiative, risk, actor=cio)
    return cio, owner, goal, near, far


def test_an_initiative_names_goals_that_are_shared_and_takes_them_off(world, person):
    cio, owner, goal, near, _far = world
    with pytest.raises(GoalNotShared):
        aims.serve(near, make_goal(by=cio), actor=owner)
    for _twice in range(2):
        aims.serve(near, goal, actor=owner)
    for _twice in range(2):
        aims.leave(near, goal, actor=owner)
    aims.serve(near, goal, actor=owner)

    verbs = AuditEntry.objects.filter(kind="initiative", verb__startswith="initiative.goal").order_by("pk")
    assert [one.verb for one in verbs] == ["initiative.goal_named", "initiative.goal_taken_off", "initiative.goal_named"]
    assert InitiativeGoal.objects.get().archived_at is None
    initiatives.stop(near, actor=owner, reason="No money")
    with pytest.raises(InitiativeStopped):
        aims.leave(near, goal, actor=owner)
    assert goal_page.one(goal_page.of_user(cio).get(pk=goal.pk), cio).serving == []  # what was stopped serves nothing


def test_the_line_of_sight_goes_through_initiatives_and_adds_up_for_each_reader(world, client):
    cio, owner, goal, near, far = world
    for initiative in (near, far):
        aims.serve(initiative, goal, actor=cio)

    for reader, reached in ((cio, 4), (owner, 3)):
        page, sight = goal_page.one(goal_page.of_user(reader).get(pk=goal.pk), reader), goal_page.read(reader)
        below = page.below
        assert sum(below.through.values(), below.directly) - below.twice == page.sum == sight.sections[0].lines[0].sum
        assert (page.sum.risks, page.hidden_serving, below.twice.risks) == (reached, 0, 1)  # one would be given away
        assert sight.sums.under_goals + sight.sums.under_none - sight.sums.shared == sight.sums.everything
    client.force_login(owner, backend=BACKEND)
    for address in (reverse("together:goal", args=[goal.pk]), reverse("together:goals")):
        told = client.get(address).text
        assert "Near" in told and "Far away" not in told
        assert "that you may not open" not in told
    for _each in range(2):
        aims.serve(make_initiative(unit=far.unit, by=cio, title="Far away"), goal, actor=cio)
    assert "+ 3 initiatives that you may not open" in client.get(reverse("together:goal", args=[goal.pk])).text


def test_the_risks_of_an_initiative_count_in_threes_where_they_may_not_be_opened(world, company, monkeypatch):
    cio, owner, _goal, near, _far = world
    secret, told = [make_risk(unit=company.northfield, is_confidential=True) for _each in range(3)], []
    monkeypatch.setattr(initiative_page, "MOST_RISKS", 1)

    for one in secret:
        bearing.link(near, one, actor=cio)
        page = initiative_page.read(initiative_page.of_user(owner).get(pk=near.pk), owner)
        told.append((len(page.risks), page.hidden_risks))

    assert told == [(1, 0), (1, 0), (1, 3)]


def test_by_page_and_api(world, client):
    _cio, owner, goal, near, _far = world
    client.force_login(owner, backend=BACKEND)
    here, there = reverse("change:initiative-goals", args=[near.pk]), f"/api/v1/initiatives/{near.pk}/"

    assert client.post(here, {"goal": "G-9999"}).status_code == 422
    assert client.post(here, {"goal": goal.number.lower()}).status_code == 302
    assert goal.title in client.get(reverse("change:initiative", args=[near.pk])).text
    assert client.get(there).json()["goals"] == [goal.pk]
    assert client.get(f"/api/v1/goals/{goal.pk}/").json()["initiatives"] == [near.pk]
    assert client.post(f"{there}goals/", {"goal": goal.number, "remove": True}, **JSON).json()["goals"] == []
    assert client.post(here, {"goal": goal.pk, "remove": "1"}).status_code == 302
