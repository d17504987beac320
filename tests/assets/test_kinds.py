"""Kinds with their own fields, suppliers, and what is declared before it exists."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from assets import inventory, kinds, suppliers
from assets.discovery import reading
from assets.errors import ChangedMeanwhile, NotOfThisKind, OutOfReach, StillSupplies, SupplierArchived
from assets.forms.asset import AssetForm
from assets.models import Asset, Proposal, Supplier
from portal.errors import Invalid
from portal.record.models import AuditEntry
from tests.factories.assets import make_asset, make_host, make_run, make_scan, make_supplier

NEW = "/assets/inventory/new/"


@pytest.fixture
def engineer(client, person, company):
    user = person("ENGINEER", unit=company.northfield)
    client.force_login(user)
    return user


def test_every_kind_has_fields_and_every_field_of_the_form_belongs_to_one():
    assert set(kinds.FIELDS) == set(Asset.Kind.values)
    assert set(AssetForm.base_fields) - {"version"} == kinds.ASKED


def test_what_a_kind_cannot_have_is_refused_by_field(company):
    with pytest.raises(NotOfThisKind) as refused:
        make_asset(unit=company.northfield, kind="DATA", mac_address="00:1b:1b:9f:20:01", protocols="S7")
    assert set(refused.value.fields) == {"mac_address", "protocols"}
    server = make_asset(unit=company.northfield, kind="SERVER", serial_number="7")
    with pytest.raises(NotOfThisKind):
        inventory.change(server, actor=None, version=None, kind="BUSINESS_SERVICE")
    with pytest.raises(NotOfThisKind):
        make_asset(unit=company.northfield, kind="APPLICATION", protocols="S7")


def test_the_form_asks_only_what_the_kind_has_and_empties_what_another_kind_had(client, company, engineer):
    plc, data = (client.get(f"{NEW}?kind={kind}").text for kind in ("OT_DEVICE", "DATA"))
    assert all(question in plc for question in ("Which firmware?", "Which protocols", "Which Purdue level?"))
    assert "Where is it held?" in data and "Which MAC address?" not in data
    told = {"name": "PLC-N9", "kind": "OT_DEVICE", "unit": company.northfield.pk, "reachability": "NONE", "version": ""}
    assert client.post(NEW, told | {"protocols": "PROFINET, S7", "serial_number": "X4U"}).status_code == 302
    asset = Asset.objects.get(name="PLC-N9")
    assert (asset.protocols, asset.lifecycle) == ("PROFINET, S7", "IN_USE")

    changed = told | {"kind": "FACILITY", "version": asset.version, "location": "Hall 2"}
    assert client.post(f"/assets/inventory/{asset.pk}/edit/", changed).status_code == 302
    asset.refresh_from_db()
    assert (asset.kind, asset.protocols, asset.serial_number, asset.location) == ("FACILITY", "", "", "Hall 2")


def test_what_is_declared_counts_as_declared_until_discovery_sees_it(company, person):
    actor = person("ENGINEER", unit=company.northfield)
    wanted = inventory.declare(
        actor=actor, name="New gateway", kind="NETWORK", unit=company.northfield, mac_address="00:1b:1b:9f:20:77"
    )
    other = inventory.declare(actor=actor, name="Later", kind="NETWORK", unit=company.northfield)
    assert (wanted.lifecycle, AuditEntry.objects.get(verb="asset.declared", subject_id=wanted.pk).actor) == ("DECLARED", actor)

    run = make_run(make_scan(make_host("10.20.1.77", mac="00:1b:1b:9f:20:77")), unit=company.northfield)
    reading.read_waiting()

    wanted.refresh_from_db()
    other.refresh_from_db()
    assert (wanted.lifecycle, other.lifecycle) == ("IN_USE", "DECLARED")
    assert wanted.last_seen_at is not None and not run.proposals.filter(kind=Proposal.Kind.NEW).exists()
    assert AuditEntry.objects.get(verb="asset.confirmed").subject_id == wanted.pk


# Suppliers


def test_each_refusal_of_the_verbs(company, person):
    engineer, stranger = person("ENGINEER", unit=company.northfield), person("ENGINEER", unit=company.eastmere)
    supplier = make_supplier(unit=company.northfield, actor=engineer)
    asset = make_asset(unit=company.northfield, supplier=supplier)

    for error, act in (
        (PermissionDenied, lambda: make_supplier(unit=company.northfield, actor=person("OWNER"))),
        (OutOfReach, lambda: suppliers.change(supplier, actor=stranger, version=None, contract="X")),
        (ChangedMeanwhile, lambda: suppliers.change(supplier, actor=engineer, version=7, contract="X")),
        (Invalid, lambda: suppliers.change(supplier, actor=engineer, version=None, criticality_level=6)),
        (Invalid, lambda: suppliers.register(actor=None, name=supplier.name.upper(), unit=company.northfield)),
        (StillSupplies, lambda: suppliers.archive(supplier, actor=engineer)),
    ):
        with pytest.raises(error):
            act()
    inventory.change(asset, actor=None, version=None, supplier=None)
    suppliers.archive(supplier, actor=engineer)
    with pytest.raises(SupplierArchived):
        suppliers.change(supplier, actor=engineer, version=None, contract="X")
    assert list(AuditEntry.objects.filter(kind="supplier").order_by("pk").values_list("verb", flat=True)) == [
        "supplier.registered",
        "supplier.archived",
    ]


def test_pages_and_api_of_suppliers(client, company, engineer):
    told = {"name": "Netera", "unit": company.northfield.pk, "contract_ends_on": "2027-06-30", "criticality_level": "4"}
    assert client.post("/assets/suppliers/", told).status_code == 302
    assert client.post("/assets/suppliers/", told).status_code == 422
    netera = Supplier.objects.get()
    asset = make_asset("Guard 220", unit=company.northfield, kind="NETWORK", supplier=netera)
    make_asset("Hidden guard", unit=company.eastmere, kind="NETWORK", supplier=netera)
    page = client.get(f"/assets/suppliers/{netera.pk}/").text
    assert "1 asset comes from them" in page and "+ 1 you may not open" in page and "Hidden guard" not in page
    assert f'href="/assets/suppliers/{netera.pk}/"' in client.get(f"/assets/inventory/{asset.pk}/").text
    assert client.post(f"/assets/suppliers/{netera.pk}/", told | {"contract": "FC-7", "version": 1}).status_code == 302
    stale = client.post(f"/assets/suppliers/{netera.pk}/", told | {"contract": "FC-8", "version": 1})
    assert (stale.status_code, "Somebody changed" in stale.text) == (412, True)
    assert client.post(f"/assets/suppliers/{netera.pk}/archiving/").status_code == 409

    row = client.get(f"/api/v1/suppliers/{netera.pk}/").json()
    assert (row["contract"], row["contract_ends_on"], netera.contract_ends_on) == ("FC-7", "2027-06-30", date(2027, 6, 30))
    listed = client.get(f"/api/v1/assets/?supplier={netera.pk}").json()["results"]
    assert [one["id"] for one in listed] == [asset.pk]
    kept = client.put(
        "/api/v1/suppliers/by-external-id/contracts/17/",
        {"name": "Keepsafe", "unit": company.northfield.pk},
        content_type="application/json",
    )
    assert kept.status_code == 201 and Supplier.objects.count() == 2
