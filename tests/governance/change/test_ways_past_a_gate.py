"""Every way past a closed gate is tried, and none leads past it: page, API, bulk, another system's id, table, sheet, admin, stale
tab, and two at once."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib import admin
from django.db import connection
from django.urls import reverse

from governance.change import initiatives, stages
from governance.change.errors import GateClosed, NotTheNextStage
from governance.change.models import Gate, Initiative
from portal import clock
from portal.people.models import User
from portal.workbench import importable, listed
from tests.factories.governance import at_a_gate, make_goal, make_initiative, meet, share
from tests.factories.portal import freshen, make_company, make_person
from tests.house.world import BACKEND

JSON = {"content_type": "application/json"}


@pytest.fixture
def held(company, person, client):
    """At "plan", before a closed gate, with its owner signed in."""
    owner = person("OWNER", unit=company.northfield)
    one = make_initiative(unit=company.northfield, by=owner, kind="IT", reachability="INTERNAL", budget=Decimal(9000))
    at_a_gate(one)
    Initiative.objects.filter(pk=one.pk).update(source="ppm", external_id="P-1")
    one.refresh_from_db()
    client.force_login(owner, backend=BACKEND)
    freshen(client, owner)
    return one


def stage_of(one):
    return Initiative.objects.values_list("stage", flat=True).get(pk=one.pk)


def test_no_door_leads_past_a_closed_gate(held, client, person):
    here, match = f"/api/v1/initiatives/{held.pk}/", {"If-Match": f'"{held.version}"'}
    form = {"to": "DESIGN", "version": held.version}
    leaders, begins = [person("CIO"), person("CISO")], clock.now() + timedelta(days=2)
    goal = share(make_goal(by=leaders[0]), *leaders)
    released = {"kind": "RELEASE", "title": "Live", "unit": held.unit_id, "owner": held.owner_id, "initiative": held.pk}
    released |= {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(hours=2)).isoformat()}
    paid = {"vendor": "Halden", "product": "Live", "capability": "Live", "unit": held.unit_id, "paid_by": "IT"}
    paid |= {"owner": held.owner_id, "yearly_cost": "1.00", "initiative": held.pk}
    tries = {
        "page": client.post(reverse("change:initiative-stage", args=[held.pk]), form),
        "page, two stages": client.post(reverse("change:initiative-stage", args=[held.pk]), form | {"to": "BUILD"}),
        "stale tab": client.post(reverse("change:initiative-stage", args=[held.pk]), form | {"version": 1}),
        "API": client.post(f"{here}stage/", {"to": "DESIGN"}, **JSON),
        "API, back and forth": client.post(f"{here}stage/", {"to": "IDEA"}, **JSON),
        "API, as a field": client.patch(here, {"stage": "DESIGN"}, **JSON, headers=match),
        "API, whole": client.put(here, client.get(here).json() | {"stage": "LIVE"}, **JSON, headers=match),
        "API, bulk": client.post(
            "/api/v1/initiatives/bulk/", {"rows": [{"id": held.pk, "version": held.version, "stage": "DESIGN"}]}, **JSON
        ),
        "another system": client.put("/api/v1/initiatives/by-external-id/ppm/P-1/", {"stage": "DESIGN"}, **JSON),
        "a cell of the table": client.post(
            f"{reverse('workbench:list-initiative-cell')}?row={held.pk}&field=stage",
            {"stage": "DESIGN", "version": held.version},
        ),
        "a goal it serves": client.post(reverse("change:initiative-goals", args=[held.pk]), {"goal": goal.pk, "stage": "DESIGN"}),
        "a goal, API": client.post(f"{here}goals/", {"goal": goal.pk, "stage": "LIVE"}, **JSON),
        "a release on the calendar": client.post("/api/v1/planned-changes/", released, **JSON),
        "a release that says the stage": client.post("/api/v1/planned-changes/", released | {"stage": "LIVE"}, **JSON),
        "the calendar's form": client.post(reverse("change:planned-new"), released | {"stage": "LIVE", "assets": ""}),
        "a line of the ledger": client.post("/api/v1/spend-lines/", paid | {"stage": "LIVE"}, **JSON),
        "admin": client.post(f"/admin/change/initiative/{held.pk}/change/", {"stage": "DESIGN"}),
    }

    assert stage_of(held) == "PLAN" and Gate.objects.exclude(passed_at=None).count() == 0, tries
    refused = {name: tries[name].status_code for name in ("page", "page, two stages", "stale tab", "API", "API, back and forth")}
    assert refused == {"page": 409, "page, two stages": 409, "stale tab": 412, "API": 409, "API, back and forth": 409}
    as_field = ("API, as a field", "API, whole", "another system")  # it may be sent along, as it was read, and moves nothing
    assert {name: (tries[name].status_code, tries[name].json()["stage"]) for name in as_field} == dict.fromkeys(
        as_field, (200, "PLAN")
    )
    [row] = tries["API, bulk"].json()["results"]
    assert (row["status"], row["version"]) == (200, held.version)  # saved as it was
    assert (tries["API, bulk"].status_code, tries["a cell of the table"].status_code) == (200, 404)
    beside = {name: tries[name].status_code for name in ("a goal it serves", "a goal, API", "a release on the calendar")}
    assert beside == {"a goal it serves": 302, "a goal, API": 200, "a release on the calendar": 201}
    assert tries["a release that says the stage"].status_code == tries["a line of the ledger"].status_code == 422
    assert tries["API"].json()["code"] == "gate-closed" and tries["admin"].status_code in (302, 403, 404)


def test_neither_table_nor_sheet_nor_admin_knows_the_stage(held):
    assert "stage" not in {field.name for field in listed.of_kind("initiative").editable}
    assert "stage" not in initiatives.FIELDS
    assert Initiative not in admin.site._registry and Gate not in admin.site._registry
    sheets = [importable.of_kind(kind) for kind in importable.all_kinds() if kind in ("initiative", "gate")]
    assert not any(field.name in ("stage", "passed_at") for sheet in sheets for field in sheet.fields)
    with pytest.raises(TypeError):
        initiatives.change(held, actor=held.owner, stage="DESIGN")
    with pytest.raises(GateClosed):
        stages.advance(held, "DESIGN", actor=held.owner)


def at_once(one, owner):
    """Two who move it in the same moment, each over a connection of their own; what each of them is told."""
    begin, said = threading.Barrier(2), []

    def move():
        try:
            begin.wait(10)
            stages.advance(Initiative(pk=one.pk), "DESIGN", actor=User.objects.get(pk=owner.pk))
            said.append("moved")
        except NotTheNextStage:
            said.append("refused")
        except GateClosed:
            said.append("closed")
        finally:
            connection.close()

    both = [threading.Thread(target=move) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(20)
    return sorted(said)


def test_of_two_at_once_none_passes_a_closed_gate_one_an_open_one_and_no_stage_is_jumped(own_db):
    company = make_company()
    owner, ciso = make_person("OWNER", company=company, unit=company.northfield), make_person("CISO", company=company)
    one = make_initiative(unit=company.northfield, by=owner, kind="IT", reachability="INTERNAL", budget=Decimal(9000))
    one = at_a_gate(one)

    assert at_once(one, owner) == ["closed", "closed"]
    assert stage_of(one) == "PLAN" and not Gate.objects.exclude(passed_at=None).exists()

    meet(one, "DESIGN", owner, ciso)
    assert at_once(one, owner) == ["moved", "refused"]
    assert stage_of(one) == "DESIGN"
