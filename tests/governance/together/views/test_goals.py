"""Shared goals in pages: proposed, read and ended, with and without htmx."""

from decimal import Decimal

import pytest
from django.urls import reverse

from governance.together import goals
from governance.together.models import Goal, GoalReading, Theme
from tests.factories.governance import make_goal, make_theme
from tests.factories.risks import make_risk


@pytest.fixture
def cio(person):
    return person("CIO")


@pytest.fixture
def client(as_person, cio):
    return as_person(cio)


def written(theme, **said):
    measures = {"name": "Servers patched", "counted_in": "%", "start_value": "60", "target_value": "95"}
    told = {f"{office}_{part}": value for office in ("cio", "ciso") for part, value in measures.items()}
    plain = {"theme": theme.pk, "title": "Holes are closed", "from_on": "2026-01-01", "due_on": "2026-12-31"}
    return told | plain | said


def test_a_first_theme_then_a_goal_then_its_readings(client, cio, company):
    assert "The strategy has no themes here yet" in client.get(reverse("together:goals")).text
    assert client.post(reverse("together:theme-new"), {"name": "Plants run"}).status_code == 302
    theme, risk = Theme.objects.get(), make_risk(unit=company.northfield)
    assert "1 theme has no goal" in client.get(reverse("together:goals")).text

    wrong = client.post(reverse("together:goal-new"), written(theme, ciso_target_value="60", there_for="R-9999"))
    assert (wrong.status_code, "There is nothing of this number" in wrong.text) == (422, True)
    wrong = client.post(reverse("together:goal-new"), written(theme, ciso_target_value="60"))
    assert (wrong.status_code, "The target is not where it starts." in wrong.text) == (422, True)
    kept = client.post(reverse("together:goal-new"), written(theme, there_for=risk.number), headers={"HX-Request": "true"})
    goal = Goal.objects.get()
    assert kept.headers["HX-Redirect"] == reverse("together:goal", args=[goal.pk])

    said = {"office": "CIO", "value": "70.5", "note": "Patch console"}
    address = reverse("together:goal-reading", args=[goal.pk])
    assert client.post(address, said | {"value": "many"}).status_code == 422
    assert client.post(address, said | {"happened_on": "2001-01-01"}).status_code == 422
    assert client.post(address, said).status_code == 302
    assert (GoalReading.objects.get().value, GoalReading.objects.get().taken_by) == (Decimal("70.5"), cio)
    page = client.get(reverse("together:goal", args=[goal.pk])).text
    assert "70.5" in page and risk.title in page and "Not enough data" in page
    page = client.get(reverse("together:goals")).text
    assert "0 of 1 shared goal is met or on track" in page and "not signed by both as it stands" in page


def test_a_change_keeps_risks_that_the_writer_may_not_open(as_person, person, company, cio):
    hidden, seen = make_risk(unit=company.northfield, is_confidential=True), make_risk(unit=company.northfield)
    goal = make_goal(by=cio, there_for=[hidden, seen])
    preparer = as_person(person("PREPARER"))
    address = reverse("together:goal-words", args=[goal.pk])
    form = preparer.get(address).context["form"]
    assert (form.initial["there_for"], hidden.title in preparer.get(address).text) == (seen.number, False)

    told = written(goal.theme, version=goal.version, there_for="")
    assert preparer.post(address, told).status_code == 302

    assert goals.things_of(goal) == [hidden]
    late = preparer.post(address, told)
    assert (late.status_code, "Somebody saved this while you were writing" in late.text) == (412, True)


def test_a_goal_and_a_theme_end(client, cio):
    goal = make_goal(by=cio)
    ending = reverse("together:goal-ending", args=[goal.pk])
    assert client.post(ending, {"reason": ""}).status_code == 422
    assert client.post(reverse("together:theme-ending", args=[goal.theme_id])).status_code == 409

    assert client.post(ending, {"reason": "The plant was sold."}).status_code == 302

    assert "The plant was sold." in client.get(reverse("together:goal", args=[goal.pk])).text
    assert client.get(ending).status_code == 409
    for number in range(3):
        make_theme(f"Theme {number}", by=cio)
    assert client.post(reverse("together:theme-ending", args=[goal.theme_id])).status_code == 302
    theme = reverse("together:theme-words", args=[Theme.objects.current().first().pk])
    assert client.post(theme, {"name": "Otherwise", "version": 1}).status_code == 302
    assert client.post(theme, {"name": "Again", "version": 1}).status_code == 412


def test_a_colleague_reads_no_goals_and_a_head_reads_measures_but_sets_none(as_person, person, company, cio):
    goal = make_goal(by=cio)
    colleague, head = as_person(person("COLLEAGUE")), as_person(person("HEAD", unit=company.northfield))

    assert colleague.get(reverse("together:goals")).status_code == 403
    assert head.get(reverse("together:goal-new")).status_code == 403
    assert head.post(reverse("together:goal-reading", args=[goal.pk]), {"office": "CISO", "value": "5"}).status_code == 302
