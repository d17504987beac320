"""A page asks the database as often with ten rows as with a thousand, and within its budget."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assets.discovery import reading
from assets.models import Asset, Dependency, DiscoveryRun
from governance.board import scale
from portal.attention.models import Reminder, Review
from portal.people import organisations
from portal.people.models import User
from risks import recompute
from risks.models import Risk, RiskAsset
from risks.stale import mark_risks
from tests.factories.assets import make_host, make_run, make_scan
from tests.factories.risks import make_levels
from tests.factories.sheets import check, make_csv, make_import, make_line
from tests.house.world import BACKEND

FEW, MANY = 10, 1_000
SHELL, LIST, DETAIL, SAVE = 4, 8, 14, 25
TODAY = 24  # beside the shell: eight tiles, each with figures, rows and their people
RISK = 20  # beside the shell: score and move, levels, assets, history, and the panels of plan, controls, exceptions, review
PAGES = {
    "board:today": TODAY,
    "risks:register": LIST,
    "risks:risk": RISK,
    "risks:risk-changes": DETAIL,
    "risks:score": DETAIL,
    "risks:score-change": DETAIL,
    "risks:heatmap": DETAIL,
    "assets:inventory": LIST,
    "assets:asset": DETAIL,
    "assets:registration": DETAIL,
    "assets:discovery": LIST,
    "assets:run": DETAIL,
    "attention:reviews": LIST,
    "attention:review": DETAIL,
    "attention:inbox": LIST,
    "offices:seats": LIST,
    "offices:delegations": LIST,
    "workbench:imports": LIST,
    "workbench:import": DETAIL,
    "workbench:import-mapping": DETAIL,
    "workbench:import-problems": LIST,
    "workbench:import-rows": LIST,
}
READERS = {"CIO": tuple(PAGES), "ANALYST": tuple(PAGES), "ENGINEER": ("board:today",)}


@pytest.fixture
def world(person, company) -> SimpleNamespace:
    """`.people` by role, `.grow(count)`: so many more rows of everything, also below one risk, one asset and one run."""
    people = {role: person(role) for role in READERS}
    grown = SimpleNamespace(people=people, rounds=0, imports={})
    grown.grow = lambda count: _grow(grown, company, count)
    return grown


def _grow(world: SimpleNamespace, company: Any, count: int) -> None:
    world.rounds += 1
    known = set(Risk.objects.values_list("pk", flat=True))
    scale.build(count, count)
    assets = list(Asset.objects.order_by("-pk").values_list("pk", flat=True)[:count])
    risks = [pk for pk in Risk.objects.order_by("pk").values_list("pk", flat=True) if pk not in known]
    if world.rounds == 1:
        world.risk, world.asset = risks[0], assets[-1]
        Risk.objects.filter(pk=world.risk).update(state="OPEN", is_confidential=False)
        Risk.objects.filter(pk=risks[1]).update(state="OPEN", is_confidential=True)
        Asset.objects.filter(pk=world.asset).update(kind="BUSINESS_SERVICE")
    make_levels(Risk.objects.get(pk=world.risk), 2)
    list(scale.rescore())
    _hang_on(world.risk, world.asset, risks, assets)
    make_levels(Risk.objects.get(pk=world.risk), 5)
    mark_risks([world.risk], "test.moved")
    recompute.refresh_batch()
    for user in world.people.values():
        _remind(user, risks, world.rounds)
    hosts = [make_host(f"10.{world.rounds}.{n // 250}.{n % 250 + 1}", name=f"host-{n}.verrow.example") for n in range(count)]
    for user in world.people.values():
        if user.has_perm("workbench.import"):
            lines = [make_line(n, ID=f"{world.rounds}-{n}", Likelihood="9" if n % 2 else "4") for n in range(count)]
            world.imports[user] = check(make_import(make_csv(*lines), actor=user)).pk
    make_run(make_scan(*hosts), unit=company.northfield, source=f"nmap-{world.rounds}")
    reading.read_waiting()


def _hang_on(risk: int, asset: int, risks: list[int], assets: list[int]) -> None:
    """Everything new is linked with one risk and one asset."""
    RiskAsset.objects.bulk_create([RiskAsset(risk_id=risk, asset_id=pk) for pk in assets], ignore_conflicts=True)
    RiskAsset.objects.bulk_create([RiskAsset(risk_id=pk, asset_id=asset) for pk in risks], ignore_conflicts=True)
    Dependency.objects.bulk_create(
        [Dependency(dependent_id=asset, supporting_id=pk, kind="NEEDS") for pk in assets if pk != asset], ignore_conflicts=True
    )


def _remind(user: User, risks: list[int], stamp: int) -> None:
    """Everything new is late with `user`."""
    today = organisations.today()
    for_what = [{"subject_kind": "risk", "subject_id": pk} for pk in risks]
    Review.objects.bulk_create(
        Review(kind=f"risk.look.{user.pk}.{stamp}", due_on=today, owner=user, **subject) for subject in for_what
    )
    Reminder.objects.bulk_create(Reminder(kind="risk.review.due", due_on=today, recipient=user, **subject) for subject in for_what)


def _address(name: str, world: SimpleNamespace, user: User) -> str:
    if name.startswith("workbench:import") and name != "workbench:imports":
        return reverse(name, args=[world.imports[user]])
    of: dict[str, Callable[[], int]] = {
        "risks:risk": lambda: world.risk,
        "risks:risk-changes": lambda: world.risk,
        "risks:score": lambda: world.risk,
        "risks:score-change": lambda: world.risk,
        "assets:asset": lambda: world.asset,
        "assets:run": lambda: DiscoveryRun.objects.latest("pk").pk,
        "attention:review": lambda: Review.objects.filter(owner=world.people["CIO"]).first().pk,
    }
    return reverse(name, args=[of[name]()] if name in of else [])


def _asked(world: SimpleNamespace) -> dict[tuple[str, str], int]:
    """Queries by (role, page) of a visit that is not the first: what a process remembers it has read by then."""
    found = {}
    for role, user in world.people.items():
        client = Client()
        client.force_login(user, backend=BACKEND)
        client.get(reverse("board:today"))  # a session notes its browser on the first visit
        for name in READERS[role]:
            address = _address(name, world, user)
            if world.rounds == 1:
                client.get(address)
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address)
            if answer.status_code != 403:
                assert answer.status_code == 200, (role, address)
                found[role, name] = len(queries)
    return found


def test_pages_ask_as_often_for_ten_rows_as_for_a_thousand_and_keep_to_their_budget(world):
    world.grow(FEW)
    few = _asked(world)
    world.grow(MANY)
    many = _asked(world)

    assert {page: (few[page], many[page]) for page in many if many[page] != few[page]} == {}
    over = {(role, name): count for (role, name), count in many.items() if count > SHELL + PAGES[name]}
    assert over == {}
    assert {name for role, name in many if role == "CIO"} >= set(PAGES) - {"assets:registration"}
