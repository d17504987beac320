"""An inventory in Excel is read as one in CSV, by headings that a source explained once."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from assets.discovery import intake
from assets.discovery.readers import csv_inventory, xlsx_inventory
from assets.errors import NotAnInventory, NothingListed, UnknownFormat
from assets.models import DiscoveryRun
from portal import clock
from portal.errors import Invalid

HEADINGS = ["Asset ID", "Name", "Manufacturer", "Serial Number", "MAC Address", "IP", "Remark"]
PRESS = ["V-100", "Press 1", "Schuler", 7712, "00-1B-1B-9F-20-01", "10.20.1.11", None]


def workbook(*rows):
    book = Workbook()
    book.properties.created = book.properties.modified = clock.now().replace(tzinfo=None)
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def candidates(content, told=xlsx_inventory.listing.NOTHING_TOLD):
    return list(xlsx_inventory.read(io.BytesIO(content), told))


def test_a_workbook_says_what_the_same_list_says_in_csv():
    text = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in (HEADINGS, PRESS))

    assert candidates(workbook([], HEADINGS, PRESS, [None] * 7)) == list(csv_inventory.read(io.BytesIO(text.encode())))


def test_a_heading_is_what_somebody_said_of_it():
    (press,) = candidates(
        workbook(["Gerät", "Raum", "IP"], ["Presse", "Halle 2", "10.20.1.11"]), {"gerät": "name", "ip": "ip", "raum": "-"}
    )

    assert (press.name, dict(press.fields)) == ("Presse", {})


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([HEADINGS, [*PRESS, "more"]], "Row 2 has a cell beside"),
        ([HEADINGS, ["=A1", *PRESS[1:]]], "Row 2 holds a formula"),
        ([HEADINGS, ["V-1"], [None, "Press"]], "Line 3 has nothing that identifies"),
        ([["Name", "Owner"], ["Press", "Weir"]], "names no column that identifies"),
    ],
)
def test_what_does_not_fit_is_told_with_its_row(rows, sentence):
    with pytest.raises(NotAnInventory, match=sentence):
        candidates(workbook(*rows))


def test_what_is_no_workbook_or_holds_nothing_is_refused():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("readme.txt", "no workbook")

    for content, error in (
        (workbook(), NothingListed),
        (workbook(HEADINGS), NothingListed),
        (b"PK\x03\x04...", UnknownFormat),
        (archive.getvalue(), NotAnInventory),
    ):
        with pytest.raises(error):
            candidates(content)


def test_what_was_told_of_the_headings_is_remembered_for_the_source(company):
    def bring(row, **told):
        content = io.BytesIO(workbook(["Seriennummer", "Hersteller", "Standort"], row))
        return intake.take_in(content, "cmdb", actor=None, unit=company.northfield, **told)

    with pytest.raises(NotAnInventory):
        bring(["PX-77", "Schuler", "Hall 2"])
    for wrong in ("Standort", "Standort = place", " = location"):
        with pytest.raises(Invalid) as refused:
            bring(["PX-77", "Schuler", "Hall 2"], headings=[wrong])
        assert list(refused.value.fields) == ["headings"]

    first = bring(["PX-77", "Schuler", "Hall 2"], headings=["Seriennummer = serial", "Hersteller = vendor"])
    later = bring(["PX-78", "Schuler", "Hall 3"], headings=["Standort = location"])
    again = bring(["PX-78", "Schuler", "Hall 3"])

    told = {"seriennummer": "serial", "hersteller": "vendor"}
    assert (first.headings, later.headings) == (told, told | {"standort": "location"})
    assert (first.reader, again.state) == (DiscoveryRun.Reader.XLSX_INVENTORY, DiscoveryRun.State.UNCHANGED)
