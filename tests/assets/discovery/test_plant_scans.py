"""The two scans of Verrow's plant network tell the story that the demo organisation needs."""

from pathlib import Path

from assets.discovery import intake, reading
from assets.models import Proposal
from tests.factories.assets import make_run

DEMO = Path(__file__).resolve().parents[3] / "governance" / "board" / "demo"


def read(name, unit):
    run = make_run((DEMO / name).read_bytes(), unit=unit)
    reading.read_waiting()
    run.refresh_from_db()
    return run


def test_the_first_scan_finds_eighteen_hosts_that_are_all_new(company):
    run = read("plant_first_scan.xml", company.northfield)

    assert run.observation_count == 18
    assert set(run.proposals.values_list("kind", flat=True)) == {Proposal.Kind.NEW}
    kinds = sorted(one.changes["kind"][1] for one in run.proposals.all())
    assert {kind: kinds.count(kind) for kind in kinds} == {"ENDPOINT": 3, "NETWORK": 2, "OT_DEVICE": 11, "SERVER": 2}


def test_the_later_scan_finds_three_gateways_a_changed_controller_and_a_missing_panel(company, person):
    first = read("plant_first_scan.xml", company.northfield)
    intake.accept(first.proposals.all(), actor=person("ENGINEER"))

    later = read("plant_later_scan.xml", company.northfield)

    assert sorted(later.proposals.values_list("kind", flat=True)) == ["CHANGED", "NEW", "NEW", "NEW", "VANISHED"]
    changed = later.proposals.get(kind=Proposal.Kind.CHANGED)
    assert (changed.asset.fqdn, changed.rung) == ("plc-n2.northfield.verrow.example", "SERIAL")
    assert changed.changes == {"version_in_use": ["2.9.4", "3.0.1"]}
    assert later.proposals.get(kind=Proposal.Kind.VANISHED).asset.fqdn == "hmi-n3.northfield.verrow.example"
    assert {one.changes["kind"][1] for one in later.proposals.filter(kind=Proposal.Kind.NEW)} == {"NETWORK"}
