"""An archived asset comes back with what it was known by and what leaned on it."""

import pytest
from django.core.exceptions import PermissionDenied

from assets import counting, inventory
from assets.errors import MergedAway, NotArchived, OutOfReach, TakenIdentifier
from assets.models import Asset, Dependency
from portal.record import totals
from portal.record.models import AuditEntry
from portal.talk import merging
from tests.factories.assets import make_asset, make_dependency

MAC = "00:1b:1b:9f:20:01"


def levels(*assets):
    return [Asset.objects.get(pk=one.pk).effective_availability for one in assets]


def test_it_comes_back_with_its_dependencies_its_level_and_its_place_in_the_totals(company, person):
    actor = person("ENGINEER", unit=company.northfield)
    service, line, plc = (make_asset(unit=company.northfield, own_availability=level) for level in (5, None, 1))
    gone = make_asset(unit=company.northfield)
    make_dependency(service, line)
    make_dependency(line, plc)
    make_dependency(line, gone)
    inventory.archive(line, actor=actor)
    inventory.archive(gone, actor=actor)
    assert levels(plc) == [1]

    inventory.restore(line, actor=actor)

    assert levels(line, plc) == [5, 5]
    assert set(Dependency.objects.current().values_list("supporting", flat=True)) == {line.pk, plc.pk}
    assert totals.read(company.northfield.pk, prefix="assets.current") == {"assets.current": 3}
    assert counting.recount()[company.northfield.pk, "assets.current"] == 3
    assert AuditEntry.objects.get(verb="asset.restored").actor == actor


def test_each_refusal(company, person, client):
    asset = inventory.archive(make_asset(unit=company.northfield, mac_address=MAC), actor=None)
    other = make_asset(unit=company.northfield, mac_address=MAC)
    for error, act in (
        (TakenIdentifier, lambda: inventory.restore(asset, actor=None)),
        (NotArchived, lambda: inventory.restore(other, actor=None)),
        (OutOfReach, lambda: inventory.restore(asset, actor=person("ENGINEER", unit=company.eastmere))),
        (PermissionDenied, lambda: inventory.restore(asset, actor=person("OWNER"))),
    ):
        with pytest.raises(error):
            act()
    analyst = person("ANALYST", unit=company.northfield)
    twin = make_asset(unit=company.northfield)
    merging.merge("asset", other, twin, actor=analyst, versions=(other.version, twin.version))
    with pytest.raises(MergedAway):
        inventory.restore(twin, actor=analyst)

    client.force_login(analyst)
    assert client.post(f"/assets/inventory/{asset.pk}/restoring/").status_code == 422
    inventory.change(other, actor=None, version=None, mac_address="")
    assert "Bring it back" in client.get(f"/assets/inventory/{asset.pk}/").text
    assert client.post(f"/assets/inventory/{asset.pk}/restoring/").status_code == 302
    inventory.archive(asset, actor=None)
    assert client.post(f"/api/v1/assets/{asset.pk}/restoring/").json()["archived_at"] is None
