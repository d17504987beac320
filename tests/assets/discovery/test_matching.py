import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.discovery.candidate import Candidate, Identifier, IdentifierKind, Scan, Service, distinct, fqdn, ip, mac
from assets.discovery.candidate import own_id as own
from assets.discovery.candidate import serial as serial_number
from assets.discovery.matching import (
    Change,
    KnownAsset,
    Plan,
    Proposal,
    ProposalKind,
    Reason,
    differences,
    match,
)
from assets.discovery.readers import nmap_xml
from tests.shared_data import shared_file

OWN_ID, SERIAL, MAC, FQDN, IP = IdentifierKind
SCAN = Scan(ports=(("tcp", 1, 1024),))


def seen(name="PLC-A1", *identifiers, fields=None, services=(), scan=SCAN, guesses=None):
    return Candidate(name, distinct(*identifiers), fields or {}, tuple(services), guesses=guesses or {}, scan=scan)


def known(pk, *identifiers, fields=None, services=(), expected=False):
    return KnownAsset(pk, frozenset(identifiers), fields or {}, tuple(services), expected)


def only(plan):
    (proposal,) = plan.proposals
    return proposal


def outline(plan):
    """What a plan says, without the candidates themselves."""
    return [(one.kind, one.asset_id, one.rung, one.reason, one.contenders) for one in plan.proposals]


# The ladder


def test_what_nobody_knows_is_new():
    plc = seen("PLC-A1", mac("001b1b9f2001"), ip("10.20.1.11"))

    assert only(match([plc], [])) == Proposal(ProposalKind.NEW, plc)


@pytest.mark.parametrize(
    ("identifiers", "rung"),
    [
        ([own("V-1")], OWN_ID),
        ([serial_number("Siemens", "SC-1")], SERIAL),
        ([mac("001b1b9f2001")], MAC),
        ([fqdn("plc-a1.verrow.example")], FQDN),
        ([ip("10.20.1.11")], IP),
        ([ip("10.20.1.11"), own("V-1")], OWN_ID),
        ([ip("10.20.1.11"), mac("001b1b9f2001")], MAC),
        ([ip("10.20.1.11"), fqdn("plc-a1.verrow.example")], FQDN),
    ],
)
def test_the_strongest_rung_names_the_asset_and_is_recorded(identifiers, rung):
    asset = known(
        7,
        own("V-1"),
        serial_number("Siemens", "SC-1"),
        mac("001b1b9f2001"),
        fqdn("plc-a1.verrow.example"),
        ip("10.20.1.11"),
    )
    candidate = seen("PLC-A1", *identifiers)

    plan = match([candidate], [asset])

    assert plan.proposals == ()
    assert plan.identities[candidate.key].asset_id == 7
    assert plan.identities[candidate.key].rung == rung


def test_two_rungs_that_name_different_assets_conflict():
    candidate = seen("PLC-A1", mac("001b1b9f2001"), fqdn("plc-a1.verrow.example"))

    plan = match([candidate], [known(7, mac("001b1b9f2001")), known(8, fqdn("plc-a1.verrow.example"))])

    assert outline(plan) == [(ProposalKind.CONFLICT, None, MAC, Reason.RUNGS_DISAGREE, (7, 8))]


def test_one_rung_that_names_two_assets_conflicts():
    candidate = seen("Switch", mac("001b1b9f2001"), mac("001b1b9f2002"))

    plan = match([candidate], [known(7, mac("001b1b9f2001")), known(8, mac("001b1b9f2002"))])

    assert outline(plan) == [(ProposalKind.CONFLICT, None, MAC, Reason.AMBIGUOUS, (7, 8))]


def test_a_name_that_a_cluster_shares_agrees_with_the_mac_of_one_member():
    shared = fqdn("historian.verrow.example")
    first, second = known(7, mac("001b1b9f2001"), shared), known(8, mac("001b1b9f2002"), shared)

    assert match([seen("H", mac("001b1b9f2001"), shared)], [first, second]).proposals == ()


def test_an_address_that_moved_is_a_change_of_the_asset_with_that_mac():
    candidate = seen("PLC-A1", mac("001b1b9f2001"), ip("10.20.1.12"))

    plan = match([candidate], [known(7, mac("001b1b9f2001"), ip("10.20.1.11")), known(8, ip("10.20.1.12"))])

    assert only(plan) == Proposal(ProposalKind.CHANGED, candidate, 7, MAC, (Change("IP", ("10.20.1.11",), ("10.20.1.12",)),))


@pytest.mark.parametrize(
    ("told", "held"),
    [
        (mac("001b1b9f2001"), mac("001b1b9f2002")),
        (serial_number("Siemens", "SC-1"), serial_number("Siemens", "SC-2")),
        (own("V-1"), own("V-2")),
    ],
)
def test_another_device_at_a_known_address_conflicts(told, held):
    plan = match([seen("PLC-A1", told, ip("10.20.1.11"))], [known(7, held, ip("10.20.1.11"))])

    assert outline(plan) == [(ProposalKind.CONFLICT, None, IP, Reason.CONTRADICTED, (7,))]


def test_a_replaced_network_card_is_a_change_of_the_asset_with_that_name():
    candidate = seen("HMI", mac("001b1b9f2002"), fqdn("hmi-1.verrow.example"))

    plan = match([candidate], [known(7, mac("001b1b9f2001"), fqdn("hmi-1.verrow.example"))])

    assert only(plan).changes == (Change("MAC", ("00:1b:1b:9f:20:01",), ("00:1b:1b:9f:20:01", "00:1b:1b:9f:20:02")),)


# Several sightings


def test_two_candidates_that_are_one_asset_conflict_where_they_bring_something_new():
    settled = seen("GW", mac("001b1b9f2001"))
    stranger = seen("GW", fqdn("gw.verrow.example"), ip("10.20.1.1"))

    plan = match([settled, stranger], [known(7, mac("001b1b9f2001"), fqdn("gw.verrow.example"))])

    assert outline(plan) == [(ProposalKind.CONFLICT, None, FQDN, Reason.SEEN_TWICE, (7,))]
    assert only(plan).candidate == stranger


def test_two_faces_of_an_asset_that_are_both_known_say_nothing_new():
    gateway = known(7, ip("10.20.1.1"), ip("10.20.2.1"), services=[Service(22, "tcp"), Service(80, "tcp")])
    faces = [
        seen("GW", ip("10.20.1.1"), services=[Service(22, "tcp")]),
        seen("GW", ip("10.20.2.1"), services=[Service(80, "tcp")]),
    ]

    assert match(faces, [gateway]).proposals == ()


def test_a_host_that_a_file_lists_twice_is_proposed_once_with_all_its_services():
    plan = match(
        [
            seen("H", ip("10.20.1.1"), services=[Service(22, "tcp")]),
            seen("H", ip("10.20.1.1"), services=[Service(80, "tcp")]),
        ],
        [],
    )

    assert only(plan).candidate.services == (Service(22, "tcp"), Service(80, "tcp"))


def test_unknown_candidates_that_share_a_mac_conflict():
    plan = match([seen("A", mac("001b1b9f2001"), ip("10.20.1.1")), seen("B", mac("001b1b9f2001"), ip("10.20.1.2"))], [])

    assert [(one.kind, one.reason) for one in plan.proposals] == [(ProposalKind.CONFLICT, Reason.ALIKE)] * 2


def test_candidates_without_identifiers_are_left_out():
    assert match([seen("nobody")], []) == Plan((), {})


# Changes


def test_a_change_names_field_before_and_after():
    plc = seen("PLC-A1", mac("001b1b9f2001"), fields={"version_in_use": "2.9.7", "product": "515-2AM02"})

    changes = differences(plc, known(7, mac("001b1b9f2001"), fields={"version_in_use": "2.9.4", "product": "515-2AM02"}))

    assert changes == (Change("version_in_use", ("2.9.4",), ("2.9.7",)),)


def test_silence_is_no_change():
    plc = seen("PLC-A1", mac("001b1b9f2001"), fields={"version_in_use": ""})

    assert differences(plc, known(7, mac("001b1b9f2001"), ip("10.20.1.1"), fields={"version_in_use": "2.9.4"})) == ()


def test_guesses_are_never_compared():
    plc = seen("PLC-A1", mac("001b1b9f2001"), guesses={"kind": "endpoint"})

    assert differences(plc, known(7, mac("001b1b9f2001"), fields={"kind": "ot_device"})) == ()


def test_services_compare_by_port_and_only_where_the_scan_looked():
    before = known(7, mac("001b1b9f2001"), services=[Service(22, "tcp", "ssh"), Service(8080, "tcp", "http-proxy")])

    quiet = seen("H", mac("001b1b9f2001"), services=[Service(22, "tcp", "ssh?")])
    opened = seen("H", mac("001b1b9f2001"), services=[Service(22, "tcp", "ssh"), Service(23, "tcp", "telnet")])
    without_ports = seen("H", mac("001b1b9f2001"), scan=Scan())

    assert differences(quiet, before) == ()
    assert differences(without_ports, before) == ()
    assert differences(opened, before) == (
        Change("services", ("22/tcp ssh", "8080/tcp http-proxy"), ("22/tcp ssh", "23/tcp telnet", "8080/tcp http-proxy")),
    )


# What did not answer


def test_an_expected_asset_that_did_not_answer_vanished():
    plan = match(
        [seen("A", ip("10.20.1.1"))],
        [known(7, ip("10.20.1.1"), expected=True), known(8, ip("10.20.1.2"), expected=True), known(9, ip("10.20.1.3"))],
    )

    assert outline(plan) == [(ProposalKind.VANISHED, 8, None, None, ())]


def test_an_asset_in_a_conflict_did_not_vanish():
    plan = match(
        [seen("A", mac("001b1b9f2001"), ip("10.20.1.1"))],
        [known(7, mac("001b1b9f2002"), ip("10.20.1.1"), expected=True)],
    )

    assert [one.kind for one in plan.proposals] == [ProposalKind.CONFLICT]


# Properties

IDENTIFIERS = st.one_of(
    st.builds(lambda n: own(f"V-{n}"), st.integers(1, 4)),
    st.builds(lambda n: serial_number("Siemens", f"SC-{n}"), st.integers(1, 4)),
    st.builds(lambda n: mac(f"001b1b9f200{n}"), st.integers(1, 4)),
    st.builds(lambda n: fqdn(f"host-{n}.verrow.example"), st.integers(1, 4)),
    st.builds(lambda n: ip(f"10.20.1.{n}"), st.integers(1, 4)),
)
SERVICES = st.sets(st.builds(Service, st.sampled_from([22, 80, 102, 8080]), st.just("tcp")), max_size=3)
FIELDS = st.dictionaries(st.sampled_from(["version_in_use", "product"]), st.sampled_from(["1", "2"]), max_size=2)
CANDIDATES = st.lists(
    st.builds(
        lambda name, found, fields, services: seen(name, *found, fields=fields, services=sorted(services)),
        st.sampled_from(["A", "B"]),
        st.lists(IDENTIFIERS, max_size=4),
        FIELDS,
        SERVICES,
    ),
    max_size=6,
)
INVENTORIES = st.lists(st.tuples(st.lists(IDENTIFIERS, max_size=3), FIELDS, st.booleans()), max_size=5).map(
    lambda rows: [known(pk, *found, fields=fields, expected=expected) for pk, (found, fields, expected) in enumerate(rows)]
)


def accepted(plan, inventory):
    """The inventory once every proposal but the conflicts is accepted, by this test's own bookkeeping."""
    assets = {asset.id: asset for asset in inventory}
    for one in plan.proposals:
        if one.kind == ProposalKind.NEW:
            pk = max(assets, default=0) + 1
            assets[pk] = known(pk, *one.candidate.identifiers, fields=one.candidate.fields, services=one.candidate.services)
        elif one.kind == ProposalKind.VANISHED:
            del assets[one.asset_id]
        elif one.kind == ProposalKind.CHANGED:
            assets[one.asset_id] = changed(assets[one.asset_id], one.changes)
    return list(assets.values())


def changed(asset, changes):
    for change in changes:
        if change.field in list(IdentifierKind):
            kept = {one for one in asset.identifiers if one.kind != change.field}
            now = {Identifier(IdentifierKind(change.field), value) for value in change.after}
            asset = replace(asset, identifiers=frozenset(kept | now))
        elif change.field == "services":
            services = tuple(Service(int(label.split("/")[0]), "tcp") for label in change.after)
            asset = replace(asset, services=services)
        else:
            asset = replace(asset, fields={**asset.fields, change.field: change.after[0]})
    return asset


@given(CANDIDATES, INVENTORIES, st.randoms(use_true_random=False))
def test_order_does_not_matter(candidates, inventory, random):
    shuffled, rearranged = list(candidates), list(inventory)
    random.shuffle(shuffled)
    random.shuffle(rearranged)

    assert match(shuffled, rearranged) == match(candidates, inventory)


@given(CANDIDATES, INVENTORIES)
def test_the_same_input_twice_proposes_nothing_after_a_plan_without_conflicts(candidates, inventory):
    plan = match(candidates, inventory)
    if any(one.kind == ProposalKind.CONFLICT for one in plan.proposals):
        return

    assert [one for one in match(candidates, accepted(plan, inventory)).proposals if one.kind != ProposalKind.CONFLICT] == []


@given(CANDIDATES)
def test_a_first_scan_of_an_empty_inventory_then_the_same_again_leaves_only_its_conflicts(candidates):
    first = match(candidates, [])
    second = match(candidates, accepted(first, []))

    assert {one.kind for one in first.proposals} <= {ProposalKind.NEW, ProposalKind.CONFLICT}
    assert {one.kind for one in second.proposals} <= {ProposalKind.CONFLICT}


@given(CANDIDATES, INVENTORIES)
def test_each_candidate_and_each_asset_is_proposed_about_at_most_once(candidates, inventory):
    plan = match(candidates, inventory)

    about = [one.candidate.key for one in plan.proposals if one.candidate]
    changed_or_gone = [one.asset_id for one in plan.proposals if one.asset_id is not None]
    assert len(about) == len(set(about))
    assert len(changed_or_gone) == len(set(changed_or_gone))


@settings(max_examples=60)
@given(CANDIDATES, INVENTORIES)
def test_nothing_expected_goes_missing_silently(candidates, inventory):
    plan = match(candidates, inventory)

    named = {one.asset_id for one in plan.identities.values()}
    named |= {pk for one in plan.identities.values() for pk in one.contenders}
    vanished = {one.asset_id for one in plan.proposals if one.kind == ProposalKind.VANISHED}
    assert {one.id for one in inventory if one.expected} == vanished | {
        one.id for one in inventory if one.expected and one.id in named
    }


# Real scans


def read(name):
    with shared_file(f"nmap/{name}").open("rb") as stream:
        return [one.seen_by("lab") for one in nmap_xml.read(stream)]


def test_the_same_real_network_later_shows_one_opened_and_two_closed_ports():
    first = match(read("2_hosts.xml"), [])
    inventory = accepted(first, [])

    later = match(read("2_hosts_achange.xml"), inventory)

    assert [one.kind for one in first.proposals] == [ProposalKind.NEW] * 2
    change = only(later)
    assert change.candidate.name == "localhost"
    assert [one.field for one in change.changes] == ["services"]
    assert set(change.changes[0].after) - set(change.changes[0].before) == {"23/tcp telnet"}
    assert set(change.changes[0].before) - set(change.changes[0].after) == {"111/tcp rpcbind", "25/tcp smtp"}


@pytest.mark.parametrize("name", ["2_hosts.xml", "full_sudo6.xml", "fullscan.xml", "os_scan6.xml"])
def test_a_real_scan_taken_in_twice_proposes_nothing(name):
    candidates = read(name)

    assert match(candidates, accepted(match(candidates, []), [])).proposals == ()


def test_a_stream_of_bytes_is_enough():
    text = shared_file("nmap/2_hosts.xml").read_bytes()

    assert [one.name for one in nmap_xml.read(io.BytesIO(text))] == ["localhost", "scanme.nmap.org"]
