import io

import pytest

from assets.discovery.candidate import Identifier, IdentifierKind
from assets.discovery.readers import csv_inventory
from assets.errors import EmptyDiscovery, NotAnInventory, NothingListed, UnknownFormat

HEADER = "Asset ID,Name,Type,Manufacturer,Serial Number,MAC Address,IP\n"
PRESS = "V-100,Press 1,OT device,Schuler,PX-77,00-1B-1B-9F-20-01,10.20.1.11\n"


def candidates(text, encoding="utf-8"):
    return list(csv_inventory.read(io.BytesIO(text.encode(encoding))))


def test_a_row_becomes_a_candidate_with_its_identifiers():
    (press,) = candidates(HEADER + PRESS)

    assert press.name == "Press 1"
    assert press.identifiers == (
        Identifier(IdentifierKind.OWN_ID, "v-100"),
        Identifier(IdentifierKind.SERIAL, "schuler/px-77"),
        Identifier(IdentifierKind.MAC, "00:1b:1b:9f:20:01"),
        Identifier(IdentifierKind.IP, "10.20.1.11"),
    )
    assert press.fields == {"vendor": "Schuler", "serial_number": "PX-77"}
    assert press.guesses == {"kind": "OT_DEVICE"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_ways_in_which_spreadsheets_save_are_read(encoding, separator):
    (press,) = candidates((HEADER + PRESS).replace(",", separator).replace("Press 1", "Prüfstand"), encoding)

    assert press.name == "Prüfstand"


def test_a_cell_may_hold_several_addresses():
    (gateway,) = candidates("name,ip\nGateway,10.20.1.1; 10.20.2.1\n")

    assert [one.value for one in gateway.identifiers] == ["10.20.1.1", "10.20.2.1"]


def test_quoted_cells_may_hold_separators_and_line_ends():
    rows = candidates('asset_id,name\nV-1,"Press, large\nhall 2"\nV-2,Oven\n')

    assert [one.name for one in rows] == ["Press, large hall 2", "Oven"]


def test_empty_rows_say_nothing():
    assert len(candidates(HEADER + "\n" + PRESS + ",,,,,,\n")) == 1


@pytest.mark.parametrize("text", ["", "\n", "  \r\n"])
def test_an_empty_file_says_so(text):
    with pytest.raises(EmptyDiscovery):
        candidates(text)


def test_a_header_alone_says_so():
    with pytest.raises(NothingListed):
        candidates(HEADER)


def test_plain_prose_is_no_inventory():
    with pytest.raises(UnknownFormat):
        candidates("Dear colleagues\nthe list follows tomorrow\n")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("V-100,Press 1\nV-101,Press 2\n", "no column that identifies"),
        ("name,owner\nPress,Weir\n", "no column that identifies"),
        (HEADER + PRESS + "V-101,Press 2\n", "Line 3 has 2 cells"),
        (HEADER + PRESS.strip() + ",more\n", "Line 2 has 8 cells"),
        (HEADER + ",Press 1,,Schuler,,,\n", "Line 2 has nothing that identifies"),
        (HEADER + PRESS.replace("10.20.1.11", "10.20.1.300"), "Line 2: “10.20.1.300” is no IP address"),
        (HEADER + PRESS.replace("00-1B-1B", "00-1B-"), "Line 2: “00--9F-20-01”|is no MAC address"),
        ("ip,ip address\n10.1.1.1,10.1.1.2\n", "Two columns both mean “ip”"),
        (HEADER + PRESS.replace("Press 1", "Pre\x00ss"), "Line 2 holds bytes that are no text"),
        ('asset_id,name\nV-1,"Press\nV-2,Oven\n', "quotation mark"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(text, sentence):
    with pytest.raises(NotAnInventory, match=sentence):
        candidates(text)


def test_another_encoding_is_refused_with_the_way_out():
    with pytest.raises(NotAnInventory, match="CSV UTF-8"):
        candidates(HEADER + PRESS.replace("Press 1", "Prüfstand"), "latin-1")


def test_the_stream_stays_open_for_its_owner():
    stream = io.BytesIO((HEADER + PRESS).encode())

    list(csv_inventory.read(stream))

    assert not stream.closed


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory():
    class Endless(io.RawIOBase):
        pulled = 0

        def readable(self):
            return True

        def readinto(self, buffer):
            head = HEADER.encode() if not self.pulled else b"x" * len(buffer)
            buffer[: len(head)] = head
            self.pulled += len(head)
            assert self.pulled < 10_000_000
            return len(head)

    with pytest.raises(NotAnInventory):
        list(csv_inventory.read(Endless()))
