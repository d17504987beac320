import gzip
import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from assets.discovery import intake, reading
from assets.errors import (
    AlreadySettled,
    DiscoveryTooLarge,
    EmptyDiscovery,
    HostileDiscovery,
    NoLongerTrue,
    NoReasonGiven,
    NothingDiscovered,
    OutOfReach,
    TruncatedDiscovery,
    Undecided,
    UnknownFormat,
)
from assets.models import Asset, DiscoveryRun, Identifier, Observation, Proposal
from assets.signals import assets_changed
from portal import clock
from portal.errors import Invalid
from portal.record.models import AuditEntry, StoredFile
from tests.factories.assets import make_asset, make_host, make_run, make_scan
from tests.shared_data import shared_file

State, Kind = DiscoveryRun.State, Proposal.Kind


def read(content=b"", *, unit, source="nmap-northfield", **facts):
    """Taken in and read by a worker."""
    run = make_run(content, unit=unit, source=source, **facts)
    reading.read_waiting()
    run.refresh_from_db()
    return run


def outline(run):
    return sorted((one.kind, one.title, one.rung) for one in run.proposals.filter(state=Proposal.State.OPEN))


@pytest.fixture
def engineer(person):
    return person("ENGINEER")


# The door


def test_a_file_waits_for_the_worker_and_its_hosts_are_counted_at_once(company, engineer):
    run = make_run(unit=company.northfield, actor=engineer)

    assert (run.state, run.observation_count, run.reader) == (State.WAITING, 2, "NMAP_XML")
    assert run.scan["networks"] == ["10.20.1.0/24"]
    assert run.file.size == len(make_scan())
    entry = AuditEntry.objects.get(verb="discovery-run.taken-in")
    assert (entry.actor, entry.subject_id) == (engineer, run.pk)


def test_the_worker_is_woken_once_the_run_is_there(company, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = make_run(unit=company.northfield)

    run.refresh_from_db()
    assert run.state == State.PROPOSED


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE nmaprun [<!ENTITY a "b">]><nmaprun></nmaprun>'
DOWN = make_scan(make_host("10.20.1.1", state="down"))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (ENTITIES, HostileDiscovery),
        (b"%PDF-1.7 ...", UnknownFormat),
        (b"PK\x03\x04...", UnknownFormat),
        (make_scan()[:-60], TruncatedDiscovery),
        (gzip.compress(make_scan())[:-30], TruncatedDiscovery),
        (b"", EmptyDiscovery),
        (b" \n", EmptyDiscovery),
        (DOWN, NothingDiscovered),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence_and_nothing_is_stored(company, content, error):
    with pytest.raises(error) as refused:
        intake.take_in(io.BytesIO(content), "nmap", actor=None, unit=company.northfield)

    assert str(refused.value).endswith(".")
    assert not DiscoveryRun.objects.exists()
    assert not StoredFile.objects.exists()


def test_the_limit_counts_what_is_unpacked(company, settings):
    settings.BROWSER_UPLOAD_LIMIT = 1000

    with pytest.raises(DiscoveryTooLarge):
        make_run(make_scan() + b" " * 100_000, unit=company.northfield, packed=True)

    assert not StoredFile.objects.exists()


def test_a_stream_that_is_read_only_once_is_taken_in_as_well(company):
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    run = intake.take_in(Pipe(make_scan()), "nmap", actor=None, unit=company.northfield)

    assert run.observation_count == 2


def test_a_source_needs_a_name(company):
    with pytest.raises(Invalid) as refused:
        make_run(unit=company.northfield, source="  ")

    assert list(refused.value.fields) == ["source"]


def test_without_the_permission_the_door_is_closed(company, person):
    with pytest.raises(PermissionDenied):
        make_run(unit=company.northfield, actor=person("COLLEAGUE"))


def test_nobody_takes_in_for_a_unit_they_do_not_work_for(company, person):
    with pytest.raises(OutOfReach):
        make_run(unit=company.northfield, actor=person("ENGINEER", unit=company.eastmere))


# A first scan


def test_hosts_become_proposals_and_accepted_ones_assets(company, engineer):
    run = read(unit=company.northfield)

    intake.accept(run.proposals.all(), actor=engineer)

    assert outline(run) == []
    plc = Asset.objects.get(name="plc-a1.northfield.verrow.example")
    assert (plc.kind, plc.ip_address, plc.mac_address) == ("OT_DEVICE", "10.20.1.11", "00:1b:1b:9f:20:01")
    assert plc.fqdn == "plc-a1.northfield.verrow.example"
    assert plc.services == ["80/tcp", "102/tcp"]
    assert plc.unit == company.northfield
    assert set(plc.identifiers.values_list("rung", flat=True)) == {"MAC", "FQDN", "IP"}
    assert Observation.objects.get(run=run, name=plc.name).asset == plc
    run.refresh_from_db()
    assert run.state == State.SETTLED


def test_accepting_is_recorded_with_its_actor_and_announced(company, engineer):
    run = read(unit=company.northfield)
    heard = []

    def listen(sender, asset_ids, cause, **kwargs):
        heard.append((asset_ids, cause))

    assets_changed.connect(listen)
    intake.accept(run.proposals.all(), actor=engineer)
    assets_changed.disconnect(listen)

    assert AuditEntry.objects.filter(verb="proposal.accepted", actor=engineer).count() == 2
    assert AuditEntry.objects.filter(verb="asset.discovered", actor=engineer).count() == 2
    assert heard == [(sorted(Asset.objects.values_list("pk", flat=True)), "asset.discovered")]


def test_a_proposal_is_settled_once(company, engineer):
    run = read(unit=company.northfield)
    proposal = run.proposals.first()
    intake.accept([proposal], actor=engineer)

    with pytest.raises(AlreadySettled):
        intake.accept([proposal], actor=engineer)

    assert Asset.objects.count() == 1


def test_one_settled_proposal_among_many_stops_them_all(company, engineer):
    run = read(unit=company.northfield)
    first, second = run.proposals.order_by("pk")
    intake.ignore([first], actor=engineer, reason="A test rig.")

    with pytest.raises(AlreadySettled):
        intake.accept([first, second], actor=engineer)

    second.refresh_from_db()
    assert second.state == Proposal.State.OPEN


def test_settling_takes_the_permission_and_the_unit(company, person):
    run = read(unit=company.northfield)

    with pytest.raises(PermissionDenied):
        intake.accept(run.proposals.all(), actor=person("OWNER"))
    with pytest.raises(OutOfReach):
        intake.accept(run.proposals.all(), actor=person("ENGINEER", unit=company.eastmere))


def test_ignoring_needs_a_reason_and_the_question_is_not_asked_again(company, engineer):
    run = read(unit=company.northfield)

    with pytest.raises(NoReasonGiven):
        intake.ignore(run.proposals.all(), actor=engineer, reason=" ")
    intake.ignore(run.proposals.all(), actor=engineer, reason="The supplier's test rig.")
    later = read(make_scan(start=1790009999), unit=company.northfield)

    assert set(run.proposals.values_list("state", "reason")) == {("IGNORED", "The supplier's test rig.")}
    assert later.state == State.SETTLED
    assert not later.proposals.exists()


# Later scans


@pytest.fixture
def first(company, engineer):
    run = read(unit=company.northfield)
    intake.accept(run.proposals.all(), actor=engineer)
    return run


def test_the_same_file_twice_changes_nothing_and_says_so(first, company):
    again = read(unit=company.northfield)

    assert (again.state, again.observation_count, again.file) == (State.UNCHANGED, 2, None)
    assert not again.proposals.exists()
    assert Asset.objects.count() == 2


def test_the_same_content_packed_is_the_same_file(first, company):
    assert make_run(unit=company.northfield, packed=True).state == State.UNCHANGED


def test_the_same_file_of_another_source_proposes_nothing_new(first, company):
    other = read(unit=company.northfield, source="nmap-audit")

    assert other.state == State.SETTLED
    assert not other.proposals.exists()


def test_a_later_scan_proposes_what_is_new_what_changed_and_what_vanished(first, company):
    later = read(
        make_scan(
            make_host("10.20.1.11", mac="00:1b:1b:9f:20:01", name="plc-a1.northfield.verrow.example", ports=(80, 102, 443)),
            make_host("10.20.1.77", mac="00:90:e8:00:00:77"),
        ),
        unit=company.northfield,
    )

    assert [(kind, rung) for kind, _, rung in outline(later)] == [("CHANGED", "MAC"), ("NEW", ""), ("VANISHED", "")]
    changed = later.proposals.get(kind=Kind.CHANGED)
    assert changed.changes == {"services": [["80/tcp", "102/tcp"], ["80/tcp", "102/tcp", "443/tcp"]]}
    assert later.proposals.get(kind=Kind.VANISHED).asset.fqdn == "hmi-a1.northfield.verrow.example"


def test_accepted_changes_are_followed_and_not_proposed_again(first, company, engineer):
    moved = make_host("10.20.1.99", mac="00:1b:1b:9f:20:01", name="plc-a9.northfield.verrow.example", ports=(102,))
    hmi = make_host("10.20.1.12", mac="00:1b:1b:9f:20:02", name="hmi-a1.northfield.verrow.example")
    later = read(make_scan(moved, hmi), unit=company.northfield)

    intake.accept(later.proposals.all(), actor=engineer)
    after = read(make_scan(moved, hmi, start=1790009999), unit=company.northfield)

    plc = Asset.objects.get(mac_address="00:1b:1b:9f:20:01")
    assert (plc.fqdn, plc.ip_address, plc.services) == ("plc-a9.northfield.verrow.example", "10.20.1.99", ["102/tcp"])
    assert plc.name == "plc-a1.northfield.verrow.example"
    assert set(plc.identifiers.values_list("rung", "value")) == {
        ("MAC", "00:1b:1b:9f:20:01"),
        ("FQDN", "plc-a9.northfield.verrow.example"),
        ("IP", "10.20.1.99"),
    }
    assert (after.state, after.proposals.count()) == (State.SETTLED, 0)


def test_a_change_that_is_no_longer_true_is_refused(first, company, engineer):
    changed = make_host("10.20.1.99", mac="00:1b:1b:9f:20:01", name="plc-a1.northfield.verrow.example", ports=(80, 102))
    later = read(make_scan(changed), unit=company.northfield)
    plc = Asset.objects.get(mac_address="00:1b:1b:9f:20:01")
    Identifier.objects.filter(asset=plc, rung="IP").update(value="10.20.1.50")

    with pytest.raises(NoLongerTrue):
        intake.accept(later.proposals.filter(kind=Kind.CHANGED), actor=engineer)

    plc.refresh_from_db()
    assert plc.ip_address == "10.20.1.11"


def test_a_vanished_asset_is_archived_once_accepted(first, company, engineer):
    later = read(make_scan(make_host("10.20.1.11", mac="00:1b:1b:9f:20:01", ports=(80, 102))), unit=company.northfield)

    intake.accept(later.proposals.filter(kind=Kind.VANISHED), actor=engineer)

    gone = Asset.objects.get(fqdn="hmi-a1.northfield.verrow.example")
    assert gone.archived_at is not None


def test_what_somebody_else_has_seen_since_did_not_vanish(first, company, engineer):
    later = read(make_scan(make_host("10.20.1.11", mac="00:1b:1b:9f:20:01", ports=(80, 102))), unit=company.northfield)
    gone = later.proposals.get(kind=Kind.VANISHED)
    Asset.objects.filter(pk=gone.asset_id).update(last_seen_at=clock.now() + timedelta(days=400))

    with pytest.raises(NoLongerTrue):
        intake.accept([gone], actor=engineer)

    gone.asset.refresh_from_db()
    assert gone.asset.archived_at is None


def test_what_was_declared_after_the_file_was_read_is_there_once_the_proposal_is_accepted(company, engineer):
    run = read(unit=company.northfield)
    declared = make_asset("The new controller", unit=company.northfield, lifecycle="DECLARED", mac_address="00:1b:1b:9f:20:01")

    intake.accept(run.proposals.all(), actor=engineer)

    declared.refresh_from_db()
    assert (declared.lifecycle, Asset.objects.count()) == ("IN_USE", 2)


def test_what_the_scan_did_not_look_at_did_not_vanish(first, company):
    elsewhere = read(make_scan(make_host("10.30.1.5"), networks="10.30.1.0/24"), unit=company.northfield)

    assert {one.kind for one in elsewhere.proposals.all()} == {Kind.NEW}


def test_another_source_knows_nothing_of_what_vanished(first, company):
    other = read(make_scan(make_host("10.20.1.200")), unit=company.northfield, source="nmap-audit")

    assert {one.kind for one in other.proposals.all()} == {Kind.NEW}


def test_a_complete_list_tells_what_is_gone(company, engineer):
    both = read(b"asset_id,name\nV-1,Press\nV-2,Oven\n", unit=company.northfield, source="cmdb", is_complete=True)
    intake.accept(both.proposals.all(), actor=engineer)

    part = read(b"asset_id,name\nV-1,Press\n", unit=company.northfield, source="cmdb")
    one = read(b"asset_id,name\nV-1,Press\n", unit=company.northfield, source="cmdb", is_complete=True)

    assert (part.state, outline(part)) == (State.SETTLED, [])
    assert outline(one) == [("VANISHED", str(Asset.objects.get(name="Oven")), "")]


def test_the_same_file_told_of_another_unit_is_read_for_that_one(company):
    north = read(unit=company.northfield)
    east = read(unit=company.eastmere)

    assert [set(one.proposals.values_list("kind", "state")) for one in (north, east)] == [{("NEW", "OVERTAKEN")}, {("NEW", "OPEN")}]


def test_questions_asked_again_overtake_the_older_ones(company):
    early = read(unit=company.northfield)
    later = read(make_scan(start=1790009999), unit=company.northfield)

    early.refresh_from_db()
    assert set(early.proposals.values_list("state", flat=True)) == {"OVERTAKEN"}
    assert early.state == State.SETTLED
    assert len(outline(later)) == 2


def test_what_two_sources_found_is_registered_once(company, engineer):
    north = read(unit=company.northfield)
    audit = read(unit=company.northfield, source="nmap-audit")
    intake.accept(north.proposals.all(), actor=engineer)

    intake.accept(audit.proposals.all(), actor=engineer)

    assert Asset.objects.count() == 2
    assert set(audit.proposals.values_list("asset", flat=True)) == set(Asset.objects.values_list("pk", flat=True))


# Conflicts


@pytest.fixture
def conflict(company):
    """The MAC of one asset with the name of another."""
    make_asset("One", unit=company.northfield, mac_address="00:1b:1b:9f:20:01")
    make_asset("Other", unit=company.northfield, fqdn="plc-a1.northfield.verrow.example")
    run = read(
        make_scan(make_host("10.20.1.11", mac="00:1b:1b:9f:20:01", name="plc-a1.northfield.verrow.example")),
        unit=company.northfield,
    )
    return run.proposals.get()


def test_a_conflict_names_its_contenders_and_needs_a_decision(conflict, engineer):
    assert (conflict.kind, conflict.cause, conflict.rung) == ("CONFLICT", "RUNGS_DISAGREE", "MAC")
    assert conflict.contenders == sorted(Asset.objects.values_list("pk", flat=True))

    with pytest.raises(Undecided):
        intake.accept([conflict], actor=engineer)


def test_a_conflict_settled_for_one_asset_gives_it_the_identifiers(conflict, engineer, company):
    one = Asset.objects.get(name="One")

    intake.accept([conflict], actor=engineer, choices={conflict.pk: one.pk})

    assert set(one.identifiers.values_list("rung", flat=True)) == {"MAC", "FQDN", "IP"}
    assert not Identifier.objects.filter(asset__name="Other").exists()
    again = read(
        make_scan(make_host("10.20.1.11", mac="00:1b:1b:9f:20:01", name="plc-a1.northfield.verrow.example"), start=1790009999),
        unit=company.northfield,
    )
    assert not again.proposals.exists()


def test_a_conflict_may_turn_out_to_be_something_new(conflict, engineer):
    intake.accept([conflict], actor=engineer, choices={conflict.pk: None})

    third = Asset.objects.exclude(name__in=["One", "Other"]).get()
    assert set(third.identifiers.values_list("rung", flat=True)) == {"MAC", "FQDN", "IP"}


# The worker


def test_a_run_whose_worker_was_killed_goes_on_where_it_stopped(company, monkeypatch):
    monkeypatch.setattr(reading, "BATCH", 3)
    hosts = [make_host(f"10.20.1.{n}", mac=f"00:1b:1b:9f:20:{n:02x}") for n in range(1, 11)]
    run = make_run(make_scan(*hosts), unit=company.northfield)
    compare, calls = reading._propose, []

    def killed(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        compare(*arguments)

    monkeypatch.setattr(reading, "_propose", killed)
    with pytest.raises(KeyboardInterrupt):
        reading.read(run.pk)
    run.refresh_from_db()
    assert (run.state, run.read_count, run.matched_count) == (State.READING, 10, 6)

    reading.read_waiting()

    run.refresh_from_db()
    assert (run.state, run.observations.count(), run.proposals.count()) == (State.PROPOSED, 10, 10)


def test_a_run_that_kills_its_workers_is_given_up(company):
    run = make_run(unit=company.northfield)
    DiscoveryRun.objects.filter(pk=run.pk).update(state=State.READING, attempts=reading.MOST_ATTEMPTS)

    reading.read_waiting()

    run.refresh_from_db()
    assert (run.state, run.refusal) == (State.REFUSED, {"code": "gave-up"})


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_batches_make_no_difference(company, engineer, monkeypatch, batch):
    make_asset("Gateway", unit=company.northfield, mac_address="00:90:e8:00:00:01", fqdn="gw.northfield.verrow.example")
    scan = make_scan(
        make_host("10.20.1.1", mac="00:90:e8:00:00:01"),
        make_host("10.20.1.2", name="gw.northfield.verrow.example"),
        make_host("10.20.1.3", mac="00:90:e8:00:00:09"),
        make_host("10.20.1.4", mac="00:90:e8:00:00:09"),
        make_host("10.20.1.5"),
    )
    monkeypatch.setattr(reading, "BATCH", batch)

    run = read(scan, unit=company.northfield)

    assert sorted(run.proposals.values_list("kind", "cause")) == [
        ("CONFLICT", "ALIKE"),
        ("CONFLICT", "ALIKE"),
        ("CONFLICT", "SEEN_TWICE"),
        ("CONFLICT", "SEEN_TWICE"),
        ("NEW", ""),
    ]


def test_reading_takes_a_constant_number_of_statements_a_batch(company, django_assert_max_num_queries):
    hosts = [make_host(f"10.20.{n >> 8}.{n & 255}") for n in range(1, 401)]
    make_run(make_scan(*hosts, networks="10.20.0.0/16"), unit=company.northfield)

    with django_assert_max_num_queries(60):
        reading.read_waiting()


# Real scans


@pytest.mark.parametrize(
    ("name", "answered"),
    [("2_hosts.xml", 2), ("full_sudo6.xml", 4), ("fullscan.xml", 2), ("os_scan6.xml", 3)],
)
def test_real_scans_are_taken_in_accepted_and_then_known(company, engineer, name, answered):
    content = shared_file(f"nmap/{name}").read_bytes()
    run = read(content, unit=company.northfield)
    assert (run.observation_count, run.proposals.filter(kind=Kind.NEW).count()) == (answered, answered)

    intake.accept(run.proposals.all(), actor=engineer)
    again = read(content + b"\n", unit=company.northfield)

    assert (again.state, again.proposals.count()) == (State.SETTLED, 0)


def test_the_same_real_network_later_changed_in_one_place(company, engineer):
    early = read(shared_file("nmap/2_hosts.xml").read_bytes(), unit=company.northfield)
    intake.accept(early.proposals.all(), actor=engineer)

    later = read(shared_file("nmap/2_hosts_achange.xml").read_bytes(), unit=company.northfield)

    assert [kind for kind, _, _ in outline(later)] == ["CHANGED"]
    assert "23/tcp telnet" in later.proposals.get().changes["services"][1]
