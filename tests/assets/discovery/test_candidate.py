import pytest

from assets.discovery.candidate import (
    Candidate,
    Identifier,
    IdentifierKind,
    Scan,
    Service,
    distinct,
    fqdn,
    ip,
    mac,
    own_id,
    plain,
    serial,
)


@pytest.mark.parametrize("spelled", ["00:1B:1B:9F:20:01", "00-1b-1b-9f-20-01", "001b.1b9f.2001", "001B1B9F2001"])
def test_a_mac_has_one_spelling(spelled):
    assert mac(spelled) == Identifier(IdentifierKind.MAC, "00:1b:1b:9f:20:01")


@pytest.mark.parametrize(
    "spelled",
    [
        "02:42:ac:11:00:02",  # locally administered: a container
        "01:00:5e:00:00:fb",  # multicast
        "ff:ff:ff:ff:ff:ff",
        "00:00:00:00:00:00",
        "00:1b:1b:9f:20",
        "not an address",
    ],
)
def test_placeholder_macs_identify_nothing(spelled):
    assert mac(spelled) is None


def test_a_full_name_is_lower_case_without_its_trailing_dot():
    assert fqdn("HMI-01.Northfield.Verrow.Example.") == Identifier(IdentifierKind.FQDN, "hmi-01.northfield.verrow.example")


@pytest.mark.parametrize(
    "name",
    ["localhost", "localhost.localdomain", "printer.local", "hmi-01", "", "10.20.0.4", "a b.example", "-x.example"],
)
def test_names_that_mean_another_machine_elsewhere_identify_nothing(name):
    assert fqdn(name) is None


@pytest.mark.parametrize(
    ("spelled", "address"),
    [(" 10.20.1.7 ", "10.20.1.7"), ("2001:DB8::0:7", "2001:db8::7"), ("::ffff:10.20.1.7", "10.20.1.7")],
)
def test_an_address_has_one_spelling(spelled, address):
    assert ip(spelled) == Identifier(IdentifierKind.IP, address)


@pytest.mark.parametrize("spelled", ["127.0.0.1", "::1", "169.254.3.4", "fe80::1%eth0", "224.0.0.1", "0.0.0.0", "10.1.1.300"])
def test_addresses_that_belong_to_no_single_device_identify_nothing(spelled):
    assert ip(spelled) is None


def test_a_serial_number_counts_within_its_vendor():
    assert serial("Siemens", " S C-X4U4 ") == Identifier(IdentifierKind.SERIAL, "siemens/s c-x4u4")
    assert serial("", "S C-X4U4") is None


@pytest.mark.parametrize("number", ["", "None", "To be filled by O.E.M.", "0000000", "123456789", "----"])
def test_placeholder_serial_numbers_identify_nothing(number):
    assert serial("Dell", number) is None


def test_identifiers_stand_once_in_the_order_of_the_ladder():
    found = distinct(ip("10.20.1.7"), mac("001b1b9f2001"), None, own_id("V-100"), ip("10.20.1.7"))

    assert [one.kind for one in found] == [IdentifierKind.OWN_ID, IdentifierKind.MAC, IdentifierKind.IP]


def test_the_scanning_machine_is_known_by_its_source():
    seen = Candidate("localhost", on_scanner=True)

    assert seen.seen_by("north").identifiers != seen.seen_by("east").identifiers
    assert seen.seen_by("north") == seen.seen_by("north")


def test_a_scanning_machine_seen_from_outside_keeps_its_own_identifiers():
    seen = Candidate("scan01", identifiers=distinct(ip("10.20.9.9")), on_scanner=True)

    assert seen.seen_by("north") is seen


def test_a_scan_covers_the_ports_it_tried():
    scan = Scan(ports=(("tcp", 1, 1024),))

    assert scan.covers(Service(102, "tcp"))
    assert not scan.covers(Service(44818, "tcp"))
    assert not scan.covers(Service(102, "udp"))


def test_text_is_one_printable_line_of_bounded_length():
    assert plain("S7-1500\r\n\x07 rack\t2 " + "x" * 400, 14) == "S7-1500 rack 2"
