"""A page asks the database as often with ten rows as with a thousand, and within its budget."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assets.discovery import reading
from assets.models import Asset, Dependency, DiscoveryRun, Supplier, Zone
from governance.board import scale
from portal import clock
from portal.attention.models import Reminder, Review
from portal.people import organisations
from portal.people.models import User
from portal.workbench import listed
from portal.workbench.models import CustomField, SavedView, Tag
from risks import recompute
from risks.models import Risk, RiskAsset
from risks.stale import mark_risks
from tests.conftest import OWNER, acting_as
from tests.factories.assets import make_host, make_run, make_scan
from tests.factories.lists import make_edit
from tests.factories.portal import freshen, make_company, make_person
from tests.factories.risks import make_levels
from tests.factories.sheets import check, make_csv, make_import, make_line
from tests.house import crowd, route_table
from tests.house import world as small_world
from tests.house.world import BACKEND

FEW, MANY = 10, 1_000
SHELL, LIST, DETAIL, SAVE = 4, 8, 14, 25
TODAY = 20  # beside the shell: eight tiles, each with figures, rows and their people
PAGES = {
    "board:today": TODAY,
    "board:packs": LIST,
    "board:pack": DETAIL,
    "board:pack-paper": DETAIL,
    "board:pack-blocks": DETAIL,
    "board:pack-block-words": DETAIL,
    "board:pack-verify": LIST,
    "board:question": DETAIL,
    "risks:register": LIST,
    "risks:differences": LIST,
    "risks:risk": DETAIL,
    "risks:risk-changes": DETAIL,
    "risks:risk-words": DETAIL,
    "risks:risk-owners": DETAIL,
    "risks:risk-readers": DETAIL,
    "risks:risk-levels": DETAIL,
    "risks:risk-closing": DETAIL,
    "risks:rating": DETAIL,
    "risks:score": DETAIL,
    "risks:score-change": DETAIL,
    "risks:heatmap": DETAIL,
    "risks:crown-jewels": LIST,
    "compliance:frameworks": LIST,
    "compliance:crosswalks": LIST,
    "compliance:profiles": LIST,
    "compliance:statements": LIST,
    "compliance:statement": DETAIL,
    "compliance:statement-line": DETAIL,
    "compliance:internal-audits": LIST,
    "compliance:internal-audit": DETAIL,
    "compliance:audit-finding": DETAIL,
    "compliance:management-review": DETAIL,
    "compliance:profile": DETAIL,
    "compliance:practice": DETAIL,
    "compliance:framework-import": DETAIL,
    "compliance:framework": DETAIL,
    "compliance:framework-changes": DETAIL,
    "compliance:requirement": DETAIL,
    "risks:controls": LIST,
    "risks:control": DETAIL,
    "risks:control-new": DETAIL,
    "risks:control-change": DETAIL,
    "risks:control-evidence": DETAIL,
    "risks:money": LIST,
    "risks:loss": DETAIL,
    "risks:treatments": LIST,
    "risks:treatment": DETAIL,
    "risks:treatment-new": DETAIL,
    "risks:treatment-change": DETAIL,
    "risks:treatment-evidence": DETAIL,
    "risks:formula-versions": LIST,
    "risks:formula-version": DETAIL,
    "risks:formula-version-new": DETAIL,
    "risks:formula-version-change": DETAIL,
    "risks:indicators": LIST,
    "risks:indicator": DETAIL,
    "risks:indicator-new": DETAIL,
    "risks:indicator-change": DETAIL,
    "risks:exceptions": LIST,
    "risks:exceptions-live": LIST,
    "risks:exception": DETAIL,
    "risks:exception-new": DETAIL,
    "risks:exception-words": DETAIL,
    "risks:exception-extension": DETAIL,
    "risks:exception-closing": DETAIL,
    "risks:authority": DETAIL,
    "risks:authority-new": DETAIL,
    "signing:signatures": DETAIL,
    "risks:appetite": LIST,
    "risks:appetite-change": DETAIL,
    "risks:breach-course": DETAIL,
    "risks:plans": LIST,
    "risks:plan": DETAIL,
    "risks:plan-new": DETAIL,
    "risks:plan-change": DETAIL,
    "risks:exercise-new": DETAIL,
    "risks:plan-version": DETAIL,
    "risks:plan-paper": DETAIL,
    "risks:plan-part": DETAIL,
    "risks:activation": DETAIL,
    "risks:activation-contacts": DETAIL,
    "risks:activation-paper": DETAIL,
    "risks:exercises": LIST,
    "risks:exercise": DETAIL,
    "risks:exercise-change": DETAIL,
    "risks:exercise-gap": DETAIL,
    "risks:incidents": LIST,
    "risks:incident": DETAIL,
    "risks:incident-new": DETAIL,
    "risks:incident-change": DETAIL,
    "risks:log": DETAIL,
    "risks:concerns": LIST,
    "risks:concern-new": DETAIL,
    "risks:concern": DETAIL,
    "risks:recompute": DETAIL,
    "assets:inventory": LIST,
    "assets:asset": DETAIL,
    "assets:registration": DETAIL,
    "assets:change": DETAIL,
    "assets:care": DETAIL,
    "assets:zones": DETAIL,
    "assets:zone": DETAIL,
    "assets:suppliers": LIST,
    "assets:supplier": DETAIL,
    "assets:components": LIST,
    "assets:reach": DETAIL,
    "assets:exploited": DETAIL,
    "assets:exploited-asset": DETAIL,
    "assets:discovery": LIST,
    "assets:run": DETAIL,
    "talk:about": DETAIL,
    "talk:comment": DETAIL,
    "talk:watch": DETAIL,
    "talk:watches": LIST,
    "talk:versions": DETAIL,
    "talk:merge": DETAIL,
    "attention:quiet-hours": DETAIL,
    "attention:reviews": LIST,
    "attention:review": DETAIL,
    "attention:inbox": LIST,
    "together:decisions": LIST,
    "together:decision": DETAIL,
    "together:decision-seats": DETAIL,
    "together:decision-new": DETAIL,
    "together:decision-words": DETAIL,
    "together:decision-outcome": DETAIL,
    "together:decision-withdrawal": DETAIL,
    "together:decision-answering": DETAIL,
    "together:answer": DETAIL,
    "together:answer-waiting": LIST,
    "together:answer-card": DETAIL,
    "together:achievements": DETAIL,
    "first-hour": LIST,
    "together:meetings": DETAIL,
    "together:meeting": DETAIL,
    "together:culture": DETAIL,
    "together:alignment": DETAIL,
    "together:alignment-term": DETAIL,
    "together:goals": DETAIL,
    "together:goal": DETAIL,
    "together:goal-new": DETAIL,
    "together:goal-words": DETAIL,
    "together:goal-ending": DETAIL,
    "together:theme-new": DETAIL,
    "together:theme-words": DETAIL,
    "together:ownership": DETAIL,
    "change:initiatives": LIST,
    "change:under-way": LIST,
    "change:initiative": DETAIL,
    "change:calendar": LIST,
    "together:decision-trade-off": DETAIL,
    "change:planned": DETAIL,
    "change:planned-new": DETAIL,
    "change:planned-words": DETAIL,
    "change:clash": DETAIL,
    "change:ledger": LIST,
    "change:spend-line": DETAIL,
    "change:spend-line-new": DETAIL,
    "change:spend-line-words": DETAIL,
    "change:initiative-new": DETAIL,
    "change:initiative-words": DETAIL,
    "change:initiative-declaration": DETAIL,
    "change:gate": DETAIL,
    "change:criterion-waiver": DETAIL,
    "change:patterns": LIST,
    "change:pattern": DETAIL,
    "change:pattern-new": DETAIL,
    "change:gate-editions": LIST,
    "change:gate-edition": DETAIL,
    "change:gate-edition-new": DETAIL,
    "change:gate-edition-words": DETAIL,
    "together:charter-new": DETAIL,
    "offices:seats": LIST,
    "offices:aide-naming": DETAIL,
    "offices:proposal": DETAIL,
    "offices:proposal-new": DETAIL,
    "offices:leaving": LIST,
    "offices:hand-over": DETAIL,
    "offices:departure": DETAIL,
    "offices:why": DETAIL,
    "offices:roles": LIST,
    "offices:roles-given": LIST,
    "offices:units": LIST,
    "offices:unit-new": DETAIL,
    "offices:unit": DETAIL,
    "offices:delegations": LIST,
    "offices:delegation-new": DETAIL,
    "archive:heads": LIST,
    "archive:history": DETAIL,
    "archive:retention": DETAIL,
    "archive:holds": LIST,
    "archive:placing": DETAIL,
    "archive:redactions": LIST,
    "archive:proposal": DETAIL,
    "archive:own": DETAIL,
    "archive:personal": DETAIL,
    "people:account": DETAIL,
    "people:password": DETAIL,
    "people:people": LIST,
    "people:person": DETAIL,
    "people:invite": DETAIL,
    "people:invite-list": DETAIL,
    "people:factors": DETAIL,
    "people:factor-app": DETAIL,
    "people:factor-passkey": DETAIL,
    "setup:settings": DETAIL,
    "setup:organisation": DETAIL,
    "setup:units": DETAIL,
    "setup:leaders": DETAIL,
    "setup:levels": DETAIL,
    "setup:appetite": DETAIL,
    "setup:people": DETAIL,
    "attention:calendar": LIST,
    "workbench:jobs": LIST,
    "sign_on:providers": LIST,
    "sign_on:provider": DETAIL,
    "webhooks:webhooks": LIST,
    "webhooks:webhook": DETAIL,
    "workbench:custom-fields": LIST,
    "workbench:custom-field": DETAIL,
    "workbench:tags": LIST,
    "workbench:tag": DETAIL,
    "workbench:search": LIST,
    "workbench:palette": LIST,
    "workbench:keys": DETAIL,
    "workbench:imports": LIST,
    "workbench:import": DETAIL,
    "workbench:import-mapping": DETAIL,
    "workbench:import-problems": LIST,
    "workbench:import-rows": LIST,
    "workbench:saved-views": LIST,
    "workbench:bulk-edits": LIST,
    "workbench:bulk-edit": DETAIL,
    "workbench:saved-view-new": LIST,
    "workbench:saved-view": DETAIL,
} | {f"workbench:list-{kind}{act}": LIST for kind in listed.all_kinds() for act in ("", "-sample")}
# Not measured yet, each with its reason; a page that is new is measured instead.
UNMEASURED = dict.fromkeys(
    ("together:decision-settling", "together:condition-meeting"), "crowd.py makes no decisions that are open to them yet"
) | {"pages": "it lists what the code registers, not what the database holds"}
# Their memory of what waits for a signature goes with every verb, as those of growing and of looking at a sample.
REMEMBERING = ("board:today", "together:answer")
# Pages that show nothing unless they are asked.
ASKED = dict.fromkeys(("workbench:search", "workbench:palette"), "?q=device") | {"workbench:saved-view-new": "?of=risk"}
READERS = {role: tuple(PAGES) for role in ("CIO", "ANALYST", "ADMIN")} | {"ENGINEER": ("board:today",)}
OPENERS = ("CIO", "ANALYST", "ADMIN", "ARBITER", "AUDITOR", "COLLEAGUE")


@pytest.fixture
def nothing_runs_out(monkeypatch):
    """What the cache keeps for a minute stays for the whole test; on a slow machine it would run out within a measured visit."""
    monkeypatch.setattr(type(caches["default"]), "get_backend_timeout", lambda self, timeout=None: None)


@pytest.fixture
def world(own_db, nothing_runs_out) -> SimpleNamespace:
    """`.people` by role, `.grow(count)`: so many more rows of everything, also around one risk, one asset and one person. They
    are committed, so that the owner can give the planner its statistics."""
    company = make_company()
    people = {role: make_person(role, company=company) for role in READERS}
    grown = SimpleNamespace(people=people, rounds=0, imports={}, edits={}, refused=[], crowd=crowd.settle(company))
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
        views = [{"kind": kind, "name": f"{world.rounds}-{n}", "owner": user} for n in range(count) for kind in ("risk", "asset")]
        SavedView.objects.bulk_create(SavedView(**view) for view in views)
    hosts = [make_host(f"10.{world.rounds}.{n // 250}.{n % 250 + 1}", name=f"host-{n}.verrow.example") for n in range(count)]
    for user in world.people.values():
        if user.has_perm("workbench.import"):
            lines = [make_line(n, ID=f"{world.rounds}-{n}", Likelihood="9" if n % 2 else "4") for n in range(count)]
            world.imports[user] = check(make_import(make_csv(*lines), actor=user))
            world.edits[user] = make_edit(user, "risk")
    make_run(make_scan(*hosts), unit=company.northfield, source=f"nmap-{world.rounds}")
    reading.read_waiting()
    crowd.grow(world.crowd, list(world.people.values()), risks, count)
    with acting_as(OWNER):
        scale.analyse()


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


def _address(name: str, world: SimpleNamespace, user: User) -> str | None:
    """None where `user` has nothing of that kind."""
    line = route_table.PAGES[name]
    around = world.crowd
    things = {
        "": lambda: None,
        "risk": lambda: Risk(pk=world.risk),
        "asset": lambda: Asset(pk=world.asset),
        "supplier": lambda: Supplier.objects.first(),
        "zone": lambda: Zone.objects.first(),
        "discovery-run": lambda: DiscoveryRun.objects.latest("pk"),
        "review": lambda: Review.objects.filter(owner=user).first(),
        "comment": lambda: around.comment,
        "custom-field": lambda: CustomField.objects.first(),
        "tag": lambda: Tag.objects.first(),
        "import": lambda: world.imports.get(user),
        "bulk-edit": lambda: world.edits.get(user) if user.has_perm("risks.change_risk") else None,
        "saved-view": lambda: SavedView.objects.filter(owner=user).first(),
        "control": lambda: around.control,
        "treatment": lambda: around.treatment,
        "statement": lambda: around.statement,
        "statement-line": lambda: around.statement.lines.first(),
        "internal-audit": lambda: around.audit,
        "audit-finding": lambda: around.finding,
        "management-review": lambda: around.management_review,
        "profile": lambda: around.framework.profiles.first(),
        "practice": lambda: around.framework.profiles.first().practices.first(),
        "framework": lambda: around.framework,
        "requirement": lambda: around.framework.requirements.assessable().first(),
        "indicator": lambda: around.indicator,
        "exception": lambda: around.exception,
        "incident": lambda: around.incident,
        "response-plan": lambda: around.plan,
        "response-plan-version": lambda: around.draft,
        "activation": lambda: around.activation,
        "exercise": lambda: around.exercise,
        "webhook": lambda: around.webhook,
        "identity-provider": lambda: around.provider,
        "user": lambda: around.leaver,
        "leaver": lambda: around.leaver,
        "personal": lambda: around.leaver,
        "unit": lambda: around.company.northfield,
        "appointment-proposal": lambda: around.proposal,
        "departure": lambda: around.departure,
        "board-pack": lambda: around.pack,
        "board-pack-file": lambda: None,
        "board-question": lambda: around.question,
        "board-pack-block": lambda: around.pack.blocks.first(),
        "decision": lambda: around.decision,
        "initiative": lambda: around.initiative,
        "planned-change": lambda: around.planned,
        "clash": lambda: around.clash,
        "spend-line": lambda: around.line,
        "gate": lambda: around.initiative.gates.first(),
        "criterion": lambda: around.initiative.gates.first().criteria.first(),
        "pattern": lambda: around.pattern,
        "gate-edition": lambda: around.edition,
        "condition": lambda: None,
        "charter": lambda: None,
        "goal": lambda: around.goal,
        "meeting": lambda: around.meeting,
        "meeting-action": lambda: None,
        "concern": lambda: around.concern,
        "theme": lambda: around.goal.theme,
        "formula-version": lambda: around.formula,
    }
    thing = things[line.kind]()
    return reverse(name, kwargs=line.arguments(thing)) + ASKED.get(name, "") if thing or not line.kind else None


def _asked(world: SimpleNamespace) -> dict[tuple[str, str], int]:
    """Queries by (role, page) of a visit that is not the first: what a process remembers it has read by then."""
    found = {}
    for role, user in world.people.items():
        client = Client()
        client.force_login(user, backend=BACKEND)
        freshen(client, user)
        client.get(reverse("people:account"))  # the first request of a session notes that it is in use
        for name in READERS[role]:
            address = _address(name, world, user)
            if address is None:
                continue
            if world.rounds == 1 or name in REMEMBERING:
                client.get(address)
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address)
            if answer.status_code == 200:
                found[role, name] = len(queries)
            elif answer.status_code not in (302, 403, 404, 409):  # elsewhere, not theirs, not there, not now
                world.refused.append((role, address, answer.status_code))
    return found


@pytest.mark.longest
def test_pages_ask_as_often_for_ten_rows_as_for_a_thousand_and_keep_to_their_budget(world):
    with clock.stopped(clock.now()):
        world.grow(FEW)
        few = _asked(world)
        world.grow(MANY)
        many = _asked(world)

    bounds = {name: SHELL + budget for name, budget in PAGES.items()}
    assert {
        "refused": world.refused,
        "more with more rows": {page: (few[page], many[page]) for page in many if many[page] != few[page]},
        "over": {(role, name): count for (role, name), count in many.items() if count > bounds[name]},
        "never shown": set(PAGES) - {name for _role, name in many},
    } == {"refused": [], "more with more rows": {}, "over": {}, "never shown": set()}


@pytest.mark.longest
def test_every_page_has_a_budget(company, person):
    """A page of the route table that shows itself to anybody and is not measured above."""
    things = small_world.build(company)
    shown = set()
    for role in OPENERS:
        door = small_world.door_of(role, company)
        for name, line in route_table.PAGES.items():
            if name.startswith("api:"):
                continue
            thing = things[line.kind][route_table.OWN] if line.kind else None
            answer = door.client.get(reverse(name, kwargs=line.arguments(thing)))
            if answer.status_code == 200 and not answer.streaming and b"<html" in answer.content:
                shown.add(name)

    assert shown - set(PAGES) - set(UNMEASURED) == set()
    assert len(shown) > 40
