"""Nobody notices a change of what they may not see: generated requests, asked before and after (see leaks.py)."""

from datetime import UTC, datetime
from itertools import islice

import pytest
from django.db import transaction

from portal import clock
from risks import hidden
from tests.house import leaks, world
from tests.house.routes import entrances
from tests.house.test_routes import line_of

pytestmark = pytest.mark.access

IN_CI, IN_SOAK = 30, 1000  # requests for each role from whom something is hidden, each asked twice
NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


def differences(company, role, choose):
    """Those of the requests that `choose(world)` gives whose answers told `role` of something hidden."""
    with clock.stopped(NOW):
        door = world.door_of(role, company)
        here = leaks.World(company)  # seals what came before it, the door as well
        asked = choose(here)
        before = [leaks.answer(door, one) for one in asked]
        with transaction.atomic():
            here.turn_round(wide=role in leaks.WIDE)
            after = [leaks.answer(door, one) for one in asked]
            transaction.set_rollback(True)
    answered = sum(told.startswith("200") for told in before)
    assert answered > len(asked) // 20, f"only {answered} of {len(asked)} were answered: the generator asks nothing sensible"
    return [
        f"{role}: {one}\n{first_difference(old, new)}" for one, old, new in zip(asked, before, after, strict=True) if old != new
    ]


def generated(role, count, seed):
    guarded = [each for each in entrances() if each.permission]
    return lambda here: list(islice(leaks.Requests(seed, role, here, guarded, line_of), count))


def first_difference(old, new):
    place = next((place for place, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), min(len(old), len(new)))
    return f"  before: …{old[max(place - 120, 0) : place + 80]!r}\n  after:  …{new[max(place - 120, 0) : place + 80]!r}"


@pytest.mark.parametrize("role", leaks.BLIND)
def test_a_change_of_what_is_hidden_changes_no_answer(company, role):
    assert "\n".join(differences(company, role, generated(role, IN_CI, f"ci {role}"))) == ""


@pytest.mark.soak
@pytest.mark.parametrize("role", leaks.BLIND)
def test_a_change_of_what_is_hidden_changes_no_answer_for_long(company, role):
    assert "\n".join(differences(company, role, generated(role, IN_SOAK, f"soak {role}"))) == ""


def test_what_is_declared_is_an_address():
    assert set(leaks.DECLARED) - {each.name for each in entrances()} == set()


def test_the_generator_knows_what_pages_ask():
    assert {"q", "band", "owner", "unit", "view", "asset", "moved_since"} <= set(leaks.parameters())


@pytest.mark.parametrize(("smallest", "noticed"), [(3, 0), (1, 4)])
def test_a_count_of_one_would_be_noticed(company, monkeypatch, smallest, noticed):
    queries = ("q=palegrave", "q=wryneck", "category=LEGAL", "category=PEOPLE")
    asked = [leaks.Asked("risks:register", "get", f"/risks/register/?{query}") for query in queries]
    monkeypatch.setattr(hidden, "SMALLEST_HIDDEN_GROUP", smallest)

    assert len(differences(company, "AUDITOR", lambda here: asked)) == noticed
