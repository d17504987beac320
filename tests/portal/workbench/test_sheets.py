"""Sheets as people and attackers send them: what is understood, and one clear sentence for the rest."""

import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from portal.workbench import sheets
from portal.workbench.cells import Broken, Formula, cell_of, guarded
from portal.workbench.errors import UnreadableSheet
from tests.factories.sheets import HEADER, make_csv, make_line, make_xlsx


def read(content):
    stream = io.BytesIO(content)
    layout, first = sheets.sniff(stream, len(content))
    rows = list(sheets.read(stream, layout))
    assert rows[: len(first)] == first
    return layout, rows


def refused(content):
    with pytest.raises(UnreadableSheet) as refusal:
        read(content)
    return [str(sentence) for sentence in refusal.value.fields["file"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    layout, rows = read(make_csv(make_line(1, Title="a, b; c | d"), delimiter=delimiter))

    assert layout.delimiter == delimiter
    assert rows[0].cells[1] == "a, b; c | d"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found(written, found):
    layout, rows = read(make_csv(make_line(1, Title="Düsseldorf – Öl läuft aus"), encoding=written))

    assert (layout.encoding, layout.header[0]) == (found, "ID")
    assert rows[0].cells[1] == "Düsseldorf – Öl läuft aus"


def test_excel_s_own_first_line_names_the_delimiter_and_is_no_row():
    layout, rows = read(b"sep=;\r\nTitle;Unit\r\nFire;North, west\r\n")

    assert (layout.delimiter, layout.header, rows[0].number) == (";", ["Title", "Unit"], 2)


def test_rows_are_numbered_as_a_spreadsheet_does_blank_ones_and_line_breaks_included():
    _layout, rows = read(b'\r\nTitle,Unit\r\n"Fire\r\nin hall 2",North\r\n,\r\n\r\nFlood,South\r\n')

    assert [(row.number, row.cells[0]) for row in rows] == [(3, "Fire\r\nin hall 2"), (6, "Flood")]


def test_a_workbook_gives_what_somebody_would_have_typed():
    content = make_xlsx(["x", 3.0, 2.5, True, datetime(2026, 4, 3), date(2026, 4, 3), None, "=1+1", "'t", "t"])

    layout, rows = read(content)

    assert (layout.format, layout.sheet, layout.header) == ("XLSX", "Sheet", list(HEADER))
    assert rows[0].cells == ["x", "3", "2.5", "yes", "2026-04-03", "2026-04-03", "", "=1+1", "'t", "t"]
    assert isinstance(rows[0].cells[7], Formula)


def test_the_first_visible_sheet_is_read():
    book = Workbook()
    book.active.append(["Hidden"])
    book.active.sheet_state = "hidden"
    shown = book.create_sheet("Register")
    shown.append(["Title"])
    shown.append(["Fire"])
    stream = io.BytesIO()
    book.save(stream)

    layout, rows = read(stream.getvalue())

    assert (layout.sheet, layout.sheet_count, rows[0].cells) == ("Register", 2, ["Fire"])


def test_all_double_names_are_told_at_once():
    content = make_csv(["1"] * 5, header=("Owner", "Title", "owner", "Unit", "TITLE"))

    assert refused(content) == [
        "Columns A, C are all called “Owner”. Give each a name of its own, such as “Owner 2”.",
        "Columns B, E are all called “Title”. Give each a name of its own, such as “Title 2”.",
    ]


def test_a_column_without_a_name_goes_by_its_letter():
    assert read(b"Title,,Unit\nFire,x,North\n")[0].header == ["Title", "Column B", "Unit"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"   \n\n", "The sheet has no rows."),
        (b"Title,Unit\n", "a row of names and nothing below"),
        (b"%PDF-1.7", "This file is a PDF."),
        (b"\x89PNG\r\n\x1a\n", "This file is a picture."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook, or one with a password"),
        (b"\x1f\x8b\x08\x00", "This file is a packed file."),
        (b"<html><table>", "a web page or data for programs"),
        (b'{"title": 1}', "a web page or data for programs"),
        (b"PK\x03\x04 and then nothing", "damaged or holds parts that are not allowed"),
        (b"Title\nFire \x81\x8d\n", "The letters of this file cannot be read."),
        ("Title\nFire\n".encode("utf-16-le")[:-1] + b"\xd8\x00\xd8", "The letters of this file cannot be read."),
        (b'Title\n"never closed', "cannot be read beyond row 2"),
        (b'Title\n"a"b\n', "cannot be read beyond row 2"),
        (b",".join(b"c%d" % n for n in range(1_000_000)) + b"\n1\n", "more than 300 columns"),
        (b"a," * 400 + b"\n" + b"1," * 400 + b"\n", "more than 300 columns"),
        (b"Title\n" + b"x" * 2_000_000, "longer than a million letters"),
    ],
    ids=range(17),
)
def test_what_is_no_sheet_gets_one_clear_sentence(content, sentence):
    assert sentence in " ".join(refused(content))


def rezipped(content, **parts):
    """A workbook with some of its parts replaced or added."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return changed.getvalue()


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"xl/externalLinks/externalLink1.xml": b"<x/>"}, "takes values from other workbooks"),
        ({"xl/vbaProject.bin": b"x"}, "holds macros"),
        ({"xl/sharedStrings.xml": b" " * (65 * 1024 * 1024)}, "unpacks to more than can be read"),
        ({f"xl/media/{n}.txt": b"" for n in range(2100)}, "unpacks to more than can be read"),
        ({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row>"}, "damaged or holds parts that are not allowed"),
        (
            {"xl/worksheets/sheet1.xml": b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'},
            "damaged or holds parts that are not allowed",
        ),
        ({"xl/workbook.xml": b"<nothing/>"}, "has no sheet to read"),
    ],
    ids=["links", "macros", "words", "parts", "broken", "entities", "no book"],
)
def test_a_hostile_workbook_gets_one_clear_sentence(parts, sentence):
    assert sentence in refused(rezipped(make_xlsx(), **parts))[0]


def test_a_zip_bomb_is_refused_by_what_it_says_before_anything_is_unpacked():
    packed = io.BytesIO(make_xlsx())
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, archive.open("xl/bomb", "w") as part:
        for _piece in range(401):
            part.write(bytes(1024 * 1024))

    assert "unpacks to more than can be read" in refused(packed.getvalue())[0]


def test_a_packed_file_that_is_no_workbook_is_told_as_such():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "x")

    assert "no Excel workbook" in refused(packed.getvalue())[0]


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet_xml(*rows):
    """A sheet of one column, of (row number, cell), that says it is as large as Excel allows."""
    cells = "".join(f'<row r="{number}"><c t="inlineStr"><is><t>{cell}</t></is></c></row>' for number, cell in rows)
    return f'<worksheet xmlns="{MAIN}"><dimension ref="A1:XFD1048576"/><sheetData>{cells}</sheetData></worksheet>'.encode()


def test_a_workbook_that_lies_about_its_size_is_read_by_what_it_holds():
    layout, found = read(rezipped(make_xlsx(), **{"xl/worksheets/sheet1.xml": sheet_xml((1, "Title"), (2, "Fire"))}))

    assert (layout.header, [row.cells for row in found]) == (["Title"], [["Fire"]])


def test_a_row_far_beyond_the_end_of_excel_is_not_walked_to():
    far = sheet_xml((1, "Title"), (999_999_999_999, "Fire"))

    assert "nothing below" in refused(rezipped(make_xlsx(), **{"xl/worksheets/sheet1.xml": far}))[0]


def test_a_cell_with_an_error_of_the_spreadsheet_is_marked():
    content = make_xlsx(["#REF!"])

    assert isinstance(read(content)[1][0].cells[0], Broken)


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)

    assert "more than 3 rows" in refused(make_csv(*(make_line(number) for number in range(4))))[0]


@pytest.mark.parametrize("text", ["=1+1", "=cmd|' /C calc'!A0"])
def test_a_formula_in_a_csv_file_is_marked(text):
    assert isinstance(cell_of(text), Formula)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40).map(str.strip))
def test_what_is_guarded_for_a_spreadsheet_is_read_back_unchanged(text):
    assert guarded(text)[:1] not in set("=+-@")
    if not text.startswith("'"):
        assert cell_of(guarded(text)) == text
        assert not isinstance(cell_of(guarded(text)), (Formula, Broken)) or text[:1] not in "=+-@"


LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"], exclude_characters="='")
WORDS = st.text(alphabet=LETTERS, min_size=1, max_size=12)


@given(st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=1, max_size=8), st.sampled_from([",", ";", "\t"]))
def test_any_csv_that_was_written_is_read_as_it_was(lines, delimiter):
    content = make_csv(*lines, header=("First name", "Second name", "Third name"), delimiter=delimiter)

    _layout, rows = read(content)

    assert [row.cells for row in rows] == lines


@given(st.binary(max_size=400))
def test_whatever_bytes_come_the_answer_is_a_sheet_or_a_sentence(content):
    try:
        read(content)
    except UnreadableSheet as refusal:
        assert all(str(sentence).endswith(".") for sentence in refusal.fields["file"])


def test_the_workbooks_of_the_tests_are_real_ones():
    assert load_workbook(io.BytesIO(make_xlsx())).active.max_row == 3
