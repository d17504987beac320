import pytest
from django.core.exceptions import PermissionDenied

from assets import counting, dependencies, inventory
from assets.errors import AlreadyLeaning, Archived, ChangedMeanwhile, LeansOnItself, OutOfReach, TakenIdentifier
from assets.models import Asset, Dependency
from assets.signals import assets_changed
from portal.errors import Invalid
from portal.record import totals
from portal.record.models import AuditEntry
from tests.factories.assets import make_asset, make_dependency


@pytest.fixture
def engineer(person):
    return person("ENGINEER")


@pytest.fixture
def heard():
    announcements = []

    def listen(sender, asset_ids, cause, **kwargs):
        announcements.append((asset_ids, cause))

    assets_changed.connect(listen)
    yield announcements
    assets_changed.disconnect(listen)


def kept(scope):
    return totals.read(scope.pk, prefix="assets.")


def test_a_registered_asset_has_a_number_identifiers_an_entry_and_is_counted(company, engineer, heard):
    asset = make_asset(
        "PLC-N2", unit=company.northfield, actor=engineer, mac_address="28-63-36-A1-10-12", fqdn="PLC-N2.verrow.example."
    )

    assert asset.number.startswith("A-")
    assert (asset.mac_address, asset.fqdn) == ("28:63:36:a1:10:12", "plc-n2.verrow.example")
    assert set(asset.identifiers.values_list("rung", "value")) == {
        ("MAC", "28:63:36:a1:10:12"),
        ("FQDN", "plc-n2.verrow.example"),
    }
    assert AuditEntry.objects.get(verb="asset.registered").actor == engineer
    assert kept(company.root) == {"assets.current": 1, "assets.kind.OT_DEVICE": 1, "assets.unowned": 1}
    assert kept(company.eastmere) == {}
    assert heard == [([asset.pk], "asset.registered")]


def test_two_current_assets_are_never_known_by_the_same_mac(company, engineer):
    first = make_asset(unit=company.northfield, mac_address="28:63:36:a1:10:12")

    with pytest.raises(TakenIdentifier, match=first.number) as refused:
        make_asset(unit=company.northfield, mac_address="286336a11012", actor=engineer)

    assert list(refused.value.fields) == ["mac_address"]
    assert Asset.objects.count() == 1


def test_whoever_holds_a_mac_stays_unnamed_where_one_may_not_open_it(company, person):
    first = make_asset("Lathe", unit=company.eastmere, mac_address="28:63:36:a1:10:12")
    neighbour = person("ENGINEER", unit=company.northfield)

    with pytest.raises(TakenIdentifier, match="28:63:36:a1:10:12") as refused:
        make_asset(unit=company.northfield, mac_address="28:63:36:a1:10:12", actor=neighbour)

    assert first.number not in str(refused.value)
    assert "Lathe" not in str(refused.value)


def test_an_archived_asset_leaves_its_mac_to_its_successor(company):
    inventory.archive(make_asset(unit=company.northfield, mac_address="28:63:36:a1:10:12"), actor=None)

    assert make_asset(unit=company.northfield, mac_address="28:63:36:a1:10:12").pk


@pytest.mark.parametrize(
    ("field", "value"),
    [("mac_address", "28:63"), ("own_safety", 6), ("kind", "SPACESHIP"), ("ip_address", "10.1.1.300"), ("name", "")],
)
def test_wrong_values_are_told_by_field(company, field, value):
    with pytest.raises(Invalid) as refused:
        inventory.register(actor=None, **{"name": "PLC", "kind": "SERVER", "unit": company.root, field: value})

    assert list(refused.value.fields) == [field]


def test_a_change_moves_version_identifiers_and_totals(company, engineer, heard):
    asset = make_asset("PLC", unit=company.northfield, fqdn="old.verrow.example")

    inventory.change(asset, actor=engineer, version=1, fqdn="new.verrow.example", owner=engineer, unit=company.eastmere)

    asset.refresh_from_db()
    assert asset.version == 2
    assert list(asset.identifiers.values_list("value", flat=True)) == ["new.verrow.example"]
    assert kept(company.northfield) == {}
    assert kept(company.eastmere) == {"assets.current": 1, "assets.kind.OT_DEVICE": 1}
    entry = AuditEntry.objects.get(verb="asset.changed")
    assert (entry.actor, entry.params["fields"]) == (engineer, ["fqdn", "owner", "unit"])
    assert heard[-1] == ([asset.pk], "asset.changed")


def test_a_stale_change_is_refused_and_changes_nothing(company, engineer):
    asset = make_asset("PLC", unit=company.northfield)
    inventory.change(asset, actor=engineer, version=1, name="PLC-N2")

    with pytest.raises(ChangedMeanwhile):
        inventory.change(asset, actor=engineer, version=1, name="PLC-N3")

    asset.refresh_from_db()
    assert (asset.name, asset.version) == ("PLC-N2", 2)


def test_the_same_values_again_are_no_change(company, engineer):
    asset = make_asset("PLC", unit=company.northfield)

    inventory.change(asset, actor=engineer, version=1, name="PLC")

    asset.refresh_from_db()
    assert asset.version == 1
    assert not AuditEntry.objects.filter(verb="asset.changed").exists()


def test_an_archived_asset_neither_counts_nor_changes(company, engineer):
    asset = make_asset("PLC", unit=company.northfield)

    inventory.archive(asset, actor=engineer)

    assert kept(company.root) == {}
    with pytest.raises(Archived):
        inventory.change(asset, actor=engineer, version=2, name="X")
    with pytest.raises(Archived):
        inventory.archive(asset, actor=engineer)


def test_the_kept_totals_equal_a_recount(company, engineer):
    for unit in (company.northfield, company.northfield, company.eastmere, company.root):
        make_asset(unit=unit)
    owned = make_asset(unit=company.eastmere, owner=engineer, kind="SERVER")
    inventory.change(owned, actor=None, version=None, kind="NETWORK", unit=company.finance)
    inventory.archive(Asset.objects.first(), actor=None)

    assert {key: totals.checked_sum(*key) for key in counting.recount()} == counting.recount()
    assert sum(kept(company.root).values()) == sum(v for (scope, _), v in counting.recount().items() if scope == company.root.pk)


@pytest.mark.parametrize("role", ["COLLEAGUE", "OWNER", "AUDITOR"])
def test_verbs_ask_for_the_permission(company, person, role):
    asset = make_asset(unit=company.northfield)
    actor = person(role)

    with pytest.raises(PermissionDenied):
        make_asset(unit=company.northfield, actor=actor)
    with pytest.raises(PermissionDenied):
        inventory.change(asset, actor=actor, version=1, name="X")
    with pytest.raises(PermissionDenied):
        inventory.archive(asset, actor=actor)


def test_verbs_stay_within_the_units_somebody_works_for(company, person):
    asset = make_asset(unit=company.northfield)
    actor = person("ENGINEER", unit=company.eastmere)

    with pytest.raises(OutOfReach):
        make_asset(unit=company.northfield, actor=actor)
    with pytest.raises(OutOfReach):
        inventory.archive(asset, actor=actor)
    own = make_asset(unit=company.eastmere, actor=actor)
    with pytest.raises(OutOfReach):
        inventory.change(own, actor=actor, version=1, unit=company.northfield)


def test_an_import_of_a_thousand_takes_a_handful_of_statements(company, django_assert_max_num_queries):
    rows = [{"name": f"PLC-{n}", "kind": "OT_DEVICE", "unit": company.northfield} for n in range(1000)]

    with django_assert_max_num_queries(12):
        inventory.register_many(rows, actor=None)


# Dependencies


def test_a_dependency_is_recorded_once(company, engineer):
    line, plc = make_asset(unit=company.northfield), make_asset(unit=company.northfield)
    dependency = make_dependency(line, plc, actor=engineer)

    with pytest.raises(AlreadyLeaning):
        make_dependency(line, plc, actor=engineer)

    assert AuditEntry.objects.get(verb="dependency.recorded").subject_id == dependency.pk


def test_an_asset_does_not_lean_on_itself(company):
    plc = make_asset(unit=company.northfield)

    with pytest.raises(LeansOnItself):
        make_dependency(plc, plc)


def test_a_removed_dependency_may_be_recorded_again(company, engineer):
    line, plc = make_asset(unit=company.northfield), make_asset(unit=company.northfield)

    dependencies.remove(make_dependency(line, plc), actor=engineer)
    make_dependency(line, plc)

    assert Dependency.objects.count() == 2
    assert AuditEntry.objects.filter(verb="dependency.removed", actor=engineer).count() == 1


def test_recording_announces_everything_whose_criticality_moved(company, heard):
    service = make_asset(unit=company.root, own_safety=5)
    line, plc = make_asset(unit=company.northfield), make_asset(unit=company.northfield)
    make_dependency(line, plc)

    make_dependency(service, line)

    assert heard[-1] == (sorted([line.pk, plc.pk]), "dependency.recorded")
