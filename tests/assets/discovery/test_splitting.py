"""What was wrongly taken for a known asset becomes one of its own, and the other gets back what it lost."""

import pytest
from django.core.exceptions import PermissionDenied

from assets.discovery import intake, reading, splitting
from assets.errors import Archived, KnownByNothingElse, NotMatched, OutOfReach
from assets.models import Asset
from portal.record.models import AuditEntry
from tests.factories.assets import make_asset, make_host, make_run, make_scan

GATEWAY = {"mac_address": "00:90:e8:00:00:01", "fqdn": "gw.verrow.example", "ip_address": "10.20.1.1"}
ALIKE = {"mac": "00:90:e8:00:00:09", "name": "gw.verrow.example"}  # somebody gave another device the same name


@pytest.fixture
def engineer(company, person):
    return person("ENGINEER", unit=company.northfield)


def taken(company, engineer, ip="10.20.1.7", **host):
    run = make_run(make_scan(make_host(ip, **host)), unit=company.northfield, source=f"nmap-{ip}")
    reading.read_waiting()
    return intake.accept(run.proposals.all(), actor=engineer)[0]


def known(asset):
    return sorted(asset.identifiers.values_list("rung", "value"))


def test_it_becomes_its_own_asset_and_the_other_is_as_it_was(company, engineer, client):
    gateway = make_asset("Gateway", unit=company.northfield, location="Hall 1", **GATEWAY)
    before = known(gateway)
    proposal = taken(company, engineer, **ALIKE)
    gateway.refresh_from_db()
    assert (proposal.asset, gateway.ip_address, len(known(gateway))) == (gateway, "10.20.1.7", 4)

    client.force_login(engineer)
    page = client.get(f"/assets/discovery/{proposal.run_id}/").text
    assert f"/assets/discovery/proposals/{proposal.pk}/split/" in page
    answer = client.post(f"/assets/discovery/proposals/{proposal.pk}/split/")

    own = Asset.objects.exclude(pk=gateway.pk).get()
    gateway.refresh_from_db()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/assets/inventory/{own.pk}/")
    assert known(own) == [("FQDN", "gw.verrow.example"), ("IP", "10.20.1.7"), ("MAC", "00:90:e8:00:00:09")]
    assert (own.fqdn, own.mac_address, own.unit) == ("gw.verrow.example", "00:90:e8:00:00:09", company.northfield)
    assert known(gateway) == [one for one in before if one[0] != "FQDN"]
    assert (gateway.ip_address, gateway.fqdn, gateway.location) == ("10.20.1.1", "", "Hall 1")
    assert own.observations.count() == 1 and not gateway.observations.exists()
    assert AuditEntry.objects.get(kind="asset", verb="asset.split", params__into=own.pk).subject_id == gateway.pk
    again = client.post(f"/api/v1/discovery-runs/{proposal.run_id}/proposals/{proposal.pk}/split/")
    assert (again.status_code, again.json()["code"]) == (409, "not-matched")
    assert taken(company, engineer, ip="10.20.1.8", **ALIKE).asset == own  # the next scan knows it


def test_each_refusal_of_a_split(company, engineer, person):
    new = taken(company, engineer, ip="10.20.1.50", mac="00:90:e8:00:00:50")
    gateway = make_asset("Gateway", unit=company.northfield, **GATEWAY)
    proposal = taken(company, engineer, **ALIKE)

    with pytest.raises(NotMatched):
        splitting.split(new, actor=engineer)
    with pytest.raises(PermissionDenied):
        splitting.split(proposal, actor=person("OWNER"))
    with pytest.raises(OutOfReach):
        splitting.split(proposal, actor=person("ENGINEER", unit=company.eastmere))
    named = make_asset("Historian", unit=company.northfield, fqdn="hist.verrow.example")
    with pytest.raises(KnownByNothingElse):
        splitting.split(taken(company, engineer, ip="10.20.1.9", mac="00:90:e8:00:00:77", name=named.fqdn), actor=engineer)
    Asset.objects.filter(pk=gateway.pk).update(archived_at=proposal.settled_at)
    with pytest.raises(Archived):
        splitting.split(proposal, actor=engineer)
