"""A lower source never overwrites a higher one; each value knows whose word it is."""

import io

import pytest
from django.core.exceptions import PermissionDenied

from assets import inventory
from assets.discovery import intake, precedence, reading
from assets.discovery.precedence import Ranking
from assets.models import Asset, Proposal, SourceOrder
from portal.errors import Invalid
from portal.record.models import AuditEntry
from tests.factories.assets import make_asset

HEAD = "mac,vendor,location,os\n"
MAC = "00:1b:1b:9f:20:01"


def listed(company, source, *, vendor="", location="", os=""):
    """What one source says of one device; its open proposal, if it has one."""
    content = f"{HEAD}{MAC},{vendor},{location},{os}\n".encode()
    run = intake.take_in(io.BytesIO(content), source, actor=None, unit=company.northfield)
    reading.read_waiting()
    return run.proposals.filter(state=Proposal.State.OPEN).first()


def test_places_decide_and_what_is_not_named_counts_least_and_alike():
    ranks = Ranking({"vendor": {"cmdb": 0, "by hand": 1}})

    assert ranks.is_above("vendor", "CMDB", "by hand") and not ranks.is_above("vendor", "by hand", "cmdb")
    assert ranks.is_above("vendor", "by hand", "nmap") and not ranks.is_above("vendor", "nmap", "other")
    assert not ranks.is_above("location", "cmdb", "nmap")  # no order for that field
    values = {"vendor": "Siemens", "location": "Hall 2"}
    assert ranks.kept_from("nmap", values, {"vendor": "cmdb"}) == {"vendor"}
    assert ranks.kept_from("nmap", values, {}) == {"vendor"}  # people wrote it
    assert ranks.kept_from("cmdb", values, {}) == frozenset()
    assert ranks.kept_from("nmap", {"vendor": ""}, {"vendor": "cmdb"}) == frozenset()  # an empty value is nobody's word


def test_a_lower_source_proposes_nothing_against_a_higher_ones_word(company, person):
    engineer = person("ENGINEER", unit=company.northfield)
    precedence.put("location", ["cmdb", "by hand", "nmap"], actor=engineer)
    intake.accept([listed(company, "cmdb", vendor="Siemens", location="Hall 2")], actor=engineer)
    asset = Asset.objects.get()
    assert asset.told_by == {"vendor": "cmdb", "location": "cmdb"}

    lower = listed(company, "nmap", vendor="Siemens AG", location="Rack 7", os="VxWorks")
    assert sorted(lower.changes) == ["operating_system", "vendor"]
    intake.accept([lower], actor=engineer)
    asset.refresh_from_db()
    assert (asset.location, asset.vendor, asset.operating_system) == ("Hall 2", "Siemens AG", "VxWorks")
    assert asset.told_by == {"location": "cmdb", "vendor": "nmap", "operating_system": "nmap"}

    asset = inventory.change(asset, actor=engineer, version=None, location="Hall 3")
    assert asset.told_by == {"vendor": "nmap", "operating_system": "nmap"}
    assert listed(company, "nmap", location="Rack 8") is None
    assert listed(company, "cmdb", location="Hall 3") is None  # the same as stands there: now it is the word of the stronger one
    asset.refresh_from_db()
    assert asset.told_by["location"] == "cmdb"


def test_an_order_that_was_set_meanwhile_holds_when_a_proposal_is_accepted(company, person):
    engineer = person("ENGINEER", unit=company.northfield)
    asset = make_asset("Press", unit=company.northfield, mac_address=MAC, location="Hall 2")
    proposal = listed(company, "nmap", vendor="Siemens", location="Rack 7")
    precedence.put("location", ["by hand"], actor=engineer)

    intake.accept([proposal], actor=engineer)

    asset.refresh_from_db()
    assert (asset.location, asset.vendor, asset.told_by) == ("Hall 2", "Siemens", {"vendor": "nmap"})


def test_who_keeps_the_inventory_says_whose_word_counts(company, person, client):
    engineer, owner = person("ENGINEER", unit=company.northfield), person("OWNER")
    for field, sources in (("name", ["cmdb"]), ("vendor", [" "]), ("vendor", ["a"] * 21), ("vendor", ["cmdb", "CMDB"])):
        with pytest.raises(Invalid):
            precedence.put(field, sources, actor=engineer)
    with pytest.raises(PermissionDenied):
        precedence.put("vendor", ["cmdb"], actor=owner)

    client.force_login(engineer)
    assert client.post("/assets/discovery/sources/", {"field": "vendor", "sources": "cmdb, CMDB"}).status_code == 422
    assert client.post("/assets/discovery/sources/", {"field": "vendor", "sources": "cmdb,  by hand"}).status_code == 302
    assert "cmdb, by hand" in client.get("/assets/discovery/").text
    first = SourceOrder.objects.get()
    assert precedence.put("vendor", ["cmdb", "by hand"], actor=engineer) == first  # nothing changes, nothing is written
    sent = client.post("/api/v1/source-orders/", {"field": "vendor", "sources": ["nmap"]}, content_type="application/json")
    assert (sent.status_code, sent.json()["sources"]) == (201, ["nmap"])
    assert list(SourceOrder.objects.current().values_list("sources", flat=True)) == [["nmap"]]
    assert client.post(f"/assets/discovery/sources/{sent.json()['id']}/end/").status_code == 302
    assert client.post(f"/api/v1/source-orders/{first.pk}/end/").json()["archived_at"]
    verbs = list(AuditEntry.objects.filter(kind="source-order").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["source-order.set", "source-order.ended", "source-order.set", "source-order.ended"]
