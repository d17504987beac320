import pytest

from assets import inventory
from assets.models import Asset
from portal.workbench import imports, tasks, work
from tests.factories.assets import make_asset
from tests.factories.sheets import check, make_csv, make_import

COLUMNS = {
    "Asset ID": "external_id",
    "Name": "name",
    "Type": "kind",
    "Site": "unit",
    "Owner": "owner",
    "Criticality": "criticality",
}
COLUMNS |= {"MAC": "mac_address", "End of support": "support_ends_on"}
HEADER = tuple(COLUMNS)
PRESS = ("CM-1", "Press line 2 controller", "PLC", "Northfield", "", "4 - Major", "001B.1B9F.2001", "31.12.2027")
HISTORIAN = ("CM-2", "Plant historian", "Server", "Northfield", "", "high", "", "")


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr(tasks.work_on_imports, "delay", lambda: None)


@pytest.fixture
def analyst(person):
    return person("ANALYST")


def checked(*lines, actor):
    one = make_import(make_csv(*lines, header=HEADER), actor=actor, kind="asset", source="cmdb")
    return check(one, COLUMNS, choices={"criticality_aspect": "availability"})


def bring(*lines, actor):
    one = checked(*lines, actor=actor)
    imports.apply(one, actor=actor)
    work.work(one.pk)
    one.refresh_from_db()
    return one


def told(one):
    return [(row.number, row.column, row.sentence) for row in one.problems.order_by("number", "pk")]


def test_a_list_of_assets_comes_along_and_the_same_list_changes_nothing(analyst, company):
    one = bring(PRESS, HISTORIAN, actor=analyst)

    assert (one.state, one.made_count) == ("APPLIED", 2)
    press = Asset.objects.get(external_id="CM-1")
    assert (press.name, press.kind, press.unit, press.own_availability) == (PRESS[1], "OT_DEVICE", company.northfield, 4)
    assert (press.mac_address, press.support_ends_on.isoformat(), press.effective_availability) == (
        "00:1b:1b:9f:20:01",
        "2027-12-31",
        4,
    )
    again = checked(PRESS, HISTORIAN, actor=analyst)
    assert (again.made_count, again.changed_count, again.unchanged_count) == (0, 0, 2)


def test_what_changed_is_changed_and_undone(analyst):
    bring(PRESS, actor=analyst)
    one = bring((*PRESS[:5], "5", "", "2028-06-30"), HISTORIAN, actor=analyst)
    press = Asset.objects.get(external_id="CM-1")
    assert (press.own_availability, press.support_ends_on.isoformat(), press.mac_address) == (5, "2028-06-30", "00:1b:1b:9f:20:01")
    assert one.rows.get(outcome="CHANGED").changes == [["Support ends", "2027-12-31", "2028-06-30"], ["Availability", "4", "5"]]

    imports.undo(one, actor=analyst)
    work.work(one.pk)

    one.refresh_from_db()
    press.refresh_from_db()
    assert (one.state, press.own_availability, press.support_ends_on.isoformat()) == ("UNDONE", 4, "2027-12-31")
    assert list(Asset.objects.current()) == [press]


def test_every_misfit_is_told_by_row_and_column(analyst, company):
    make_asset("Other press", unit=company.northfield, mac_address="00:1b:1b:9f:20:01")
    number = Asset.objects.get().number

    one = checked(PRESS, ("CM-2", "", "Toaster", "Atlantis", "x@verrow.example", "-1", "", ""), actor=analyst)

    assert [(row, column) for row, column, _sentence in told(one)] == [
        (2, "MAC"),
        (3, "Name"),
        (3, "Type"),
        (3, "Site"),
        (3, "Owner"),
        (3, "Criticality"),
    ]
    assert told(one)[0][2] == f"{number} is known by 00:1b:1b:9f:20:01 already. Open that asset, or correct the value."
    assert Asset.objects.count() == 1


def test_a_head_brings_assets_into_own_units_alone(person, company):
    head = person("HEAD", unit=company.northfield)

    one = checked(PRESS, ("CM-2", "Plant historian", "Server", "Eastmere", "", "", "", ""), actor=head)

    assert (one.made_count, [row for row, _column, _sentence in told(one)]) == (1, [3])


def test_one_criticality_and_its_aspect_are_not_both_told(analyst):
    header = ("Name", "Criticality", "Availability")
    one = make_import(make_csv(["Press", "4", "3"], header=header), actor=analyst, kind="asset", source="cmdb")
    columns = dict(zip(header, ("name", "criticality", "own_availability"), strict=True))

    with pytest.raises(imports.Invalid) as refusal:
        imports.settle_mapping(one, actor=analyst, columns=columns, choices={"criticality_aspect": "availability"})

    assert list(refusal.value.fields) == ["Criticality"]


def test_an_asset_changed_since_keeps_the_import(analyst):
    one = bring(PRESS, actor=analyst)
    inventory.change(Asset.objects.get(), actor=analyst, version=None, name="Renamed")

    with pytest.raises(imports.undoing.TouchedSince):
        imports.undo(one, actor=analyst)
