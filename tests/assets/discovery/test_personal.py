"""People's own devices are matched where the inventory knows them, never proposed, and forgotten after 30 days."""

from datetime import timedelta

from assets.discovery import personal, reading
from assets.models import Observation, ObservedIdentifier
from portal import clock
from portal.archive import retention
from tests.factories.assets import make_asset, make_host, make_run, make_scan, make_zone

TABLET = "00:90:e8:00:00:01"


def scanned(company, source):
    hosts = [make_host("10.30.1.7", mac=TABLET), make_host("10.30.1.8", mac="00:90:e8:00:00:08"), make_host("10.20.1.9")]
    run = make_run(make_scan(*hosts, networks="10.0.0.0/8"), unit=company.northfield, source=source)
    reading.read_waiting()
    run.refresh_from_db()
    return run


def test_they_are_matched_not_proposed_and_forgotten(company, person, client):
    make_zone("Guests", unit=company.northfield, purdue="4", is_personal=True, networks=["10.30.1.0/24"])
    tablet = make_asset("Tablet of the line", unit=company.northfield, kind="ENDPOINT", mac_address=TABLET, ip_address="10.30.1.7")

    run = scanned(company, "guests")

    assert [one.observation.name for one in run.proposals.filter(kind="NEW")] == ["10.20.1.9"]
    assert run.personal_count == 1
    assert list(run.observations.exclude(personal_at=None).values_list("name", flat=True)) == ["10.30.1.8"]
    assert tablet.observations.count() == 1
    assert not ObservedIdentifier.objects.filter(value="10.30.1.8").exists()
    client.force_login(person("ENGINEER", unit=company.northfield))
    assert "1 is somebody’s own device" in client.get(f"/assets/discovery/{run.pk}/").text
    assert client.get(f"/api/v1/discovery-runs/{run.pk}/").json()["personal_count"] == 1

    retention.dispose(actor=None)
    assert Observation.objects.count() == 3
    with clock.stopped(clock.now() + personal.KEPT_FOR + timedelta(minutes=1)):
        assert retention.dispose(actor=None).removed["personal-devices"] == 1
    assert sorted(Observation.objects.values_list("name", flat=True)) == ["10.20.1.9", "10.30.1.7"]


def test_without_such_a_zone_every_unknown_device_is_proposed(company):
    make_zone("Office", unit=company.northfield, purdue="4", networks=["10.30.1.0/24"])

    run = scanned(company, "office")

    assert (run.proposals.filter(kind="NEW").count(), run.personal_count) == (3, 0)
    assert not personal.is_within([["IP", "10.30.1.8"]], personal.networks())
