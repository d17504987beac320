"""Zones, conduits, what crosses without one, and the map."""

import pytest
from django.core.exceptions import PermissionDenied

from assets import zone_map, zones
from assets.errors import AlreadyConnected, ChangedMeanwhile, OutOfReach, StillInZone, ZoneArchived
from assets.models import Asset, Conduit, Zone
from portal.errors import Invalid
from portal.record.models import AuditEntry
from tests.factories.assets import make_asset, make_conduit, make_dependency, make_zone


def crossing(company):
    """Line software in one zone leans on a controller in another."""
    upper, lower = make_zone("Z-1", unit=company.northfield, purdue="3"), make_zone("Z-3", unit=company.northfield, purdue="1")
    software = make_asset("Line software", unit=company.northfield, kind="APPLICATION", zone="z-1")
    plc = make_asset("PLC", unit=company.northfield, zone="Z-3", purdue_level="1")
    return upper, lower, make_dependency(software, plc)


def test_a_dependency_that_crosses_without_a_conduit_is_a_fault_until_there_is_one(company, person):
    upper, lower, dependency = crossing(company)
    make_dependency(make_asset(unit=company.northfield, zone="Z-3"), make_asset(unit=company.northfield, zone="nowhere"))
    reader = person("ENGINEER", unit=company.northfield)

    (fault,) = zones.crossings(reader)
    assert (fault.dependency, fault.first, fault.second) == (dependency, upper, lower)
    assert zones.crossings(person("ENGINEER", unit=company.eastmere)) == []
    conduit = zones.connect(lower, upper, "Reading only", actor=reader)
    assert zones.crossings(reader) == []
    zones.disconnect(conduit, actor=reader)
    zones.disconnect(conduit, actor=reader)

    assert len(zones.crossings(reader)) == 1
    verbs = AuditEntry.objects.filter(kind="conduit").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["conduit.recorded", "conduit.ended"]


def test_a_renamed_zone_takes_its_assets_along_and_ends_with_its_conduits(company):
    upper, _lower, dependency = crossing(company)
    conduit = make_conduit(unit=company.northfield)

    zones.change(upper, actor=None, version=1, name="Line 1", target_level=3, achieved_level=2)
    asset, version = dependency.dependent, dependency.dependent.version
    asset.refresh_from_db()
    upper.refresh_from_db()
    assert (asset.zone, upper.is_short, upper.version) == ("Line 1", True, 2)
    assert asset.version == version + 1  # whoever has it open is told, and does not write the old name back
    told = AuditEntry.objects.filter(kind="asset", subject_id=asset.pk, verb="asset.changed").latest("pk")
    assert told.params == {"fields": ["zone"]}
    zones.archive(conduit.first, actor=None)
    conduit.refresh_from_db()

    assert conduit.archived_at is not None and not Zone.objects.current().filter(pk=conduit.first_id).exists()


def test_each_refusal(company, person):
    upper, lower, _dependency = crossing(company)
    engineer, stranger = person("ENGINEER", unit=company.northfield), person("ENGINEER", unit=company.eastmere)
    zones.connect(upper, lower, "Reading", actor=None)
    gone = zones.archive(make_zone(unit=company.northfield), actor=None)

    for error, act in (
        (PermissionDenied, lambda: make_zone(unit=company.northfield, actor=person("OWNER"))),
        (OutOfReach, lambda: zones.change(upper, actor=stranger, version=None, purpose="X")),
        (OutOfReach, lambda: zones.connect(upper, lower, "X", actor=stranger)),
        (ChangedMeanwhile, lambda: zones.change(upper, actor=engineer, version=9, purpose="X")),
        (Invalid, lambda: zones.change(upper, actor=engineer, version=None, target_level=5)),
        (Invalid, lambda: make_zone("z-1", unit=company.eastmere)),
        (Invalid, lambda: zones.connect(upper, upper, "X", actor=engineer)),
        (Invalid, lambda: zones.connect(upper, make_zone(unit=company.northfield), " ", actor=engineer)),
        (AlreadyConnected, lambda: zones.connect(lower, upper, "X", actor=engineer)),
        (StillInZone, lambda: zones.archive(upper, actor=engineer)),
        (ZoneArchived, lambda: zones.change(gone, actor=engineer, version=None, purpose="X")),
        (ZoneArchived, lambda: zones.connect(upper, gone, "X", actor=engineer)),
    ):
        with pytest.raises(error):
            act()


def test_the_map_has_a_row_a_level_and_no_boxes_overlap():
    levels = {1: "5", 2: "3.5", 3: "3", 4: "3", 5: "0"}

    drawn = zone_map.draw(levels, [(1, 2), (3, 4), (9, 1)], [(3, 5)])

    assert [level for level, _y, _word in drawn.rows] == ["5", "3.5", "3", "0"]
    places = {(box.x, box.y) for box in drawn.boxes}
    assert len(places) == 5 and max(x for x, _y in places) + zone_map.BOX_WIDTH <= drawn.width
    assert [line.is_open for line in drawn.lines] == [True, True, False]
    beside = zone_map.draw({1: "3", 2: "2", 3: "1"}, [(1, 3)], [])
    right = beside.boxes[0].x + zone_map.BOX_WIDTH
    assert beside.lines[0].path.startswith(f"M{right} ") and right + zone_map.GAP <= beside.width


def test_pages_and_api(client, company, person):
    client.force_login(person("ENGINEER", unit=company.northfield))
    upper, lower, dependency = crossing(company)
    page = client.get("/assets/zones/").text
    assert "2 zones" in page and "1 fault" in page and "1 dependency crosses without a conduit" in page
    told = {"name": "Z-9", "unit": company.northfield.pk, "purdue_level": "2", "target_level": "3", "is_safety": "on"}
    assert client.post("/assets/zones/", told).status_code == 302
    assert client.post("/assets/zones/", told).status_code == 422
    zone = Zone.objects.get(name="Z-9")
    assert "It aims at 3 and has 0" in client.get(f"/assets/zones/{zone.pk}/").text
    assert client.post(f"/assets/zones/{zone.pk}/", told | {"purpose": "Panels", "version": 1}).status_code == 302
    assert client.post(f"/assets/zones/{zone.pk}/", told | {"purpose": "Robots", "version": 1}).status_code == 412
    assert client.post(f"/assets/zones/{zone.pk}/archiving/").status_code == 302

    found = client.get("/api/v1/zones/crossings/").json()["results"]
    assert [(one["dependency"], one["first"], one["second"]) for one in found] == [(dependency.pk, upper.pk, lower.pk)]
    fix = {"first": upper.pk, "second": lower.pk, "may_cross": "Reading"}
    assert client.post("/assets/conduits/", fix).status_code == 302
    assert client.post("/assets/conduits/", fix).status_code == 422
    conduit = Conduit.objects.get()
    assert client.post(f"/assets/conduits/{conduit.pk}/end/").status_code == 302
    sent = client.post("/api/v1/conduits/", fix, content_type="application/json")
    assert sent.status_code == 201
    changed = client.post(f"/api/v1/zones/{upper.pk}/change/", {"achieved_level": 1}, content_type="application/json")
    assert changed.json()["achieved_level"] == 1 and Asset.objects.filter(zone="z-1").count() == 1
