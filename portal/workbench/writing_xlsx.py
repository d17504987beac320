"""An Excel workbook of one sheet, written as it is read: nothing of it is kept but the part on its way. (calculation)"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from portal.workbench.cells import UNHELD
from portal.workbench.zipping import Sink

FIRST_DAY = date(1899, 12, 30)  # of Excel's count of days
LONGEST_CELL = 32_767  # characters
MOST_ROWS = 1_048_575  # beside the row of names
SENT_EACH = 32 * 1024  # bytes

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_REL}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}

Value = str | int | Decimal | date | None


def workbook(title: str, names: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """The file, part by part. Text is written as text, so that no spreadsheet computes it."""
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for name, body in PARTS.items():
            archive.writestr(zipfile.ZipInfo(name), _HEAD + body)
        archive.writestr(
            zipfile.ZipInfo("xl/workbook.xml"),
            f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>'
            f'<sheet name="{_sheet_name(title)}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        part = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
        part.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(part, "w") as sheet:
            sheet.write(
                f'{_HEAD}<worksheet xmlns="{_MAIN}">'
                '<sheetViews><sheetView workbookViewId="0">'
                '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
                "<sheetData>".encode()
            )
            sheet.write(_row(names, 1))
            for place, row in enumerate(rows):
                if place >= MOST_ROWS:
                    break
                sheet.write(_row(row))
                if sink.size >= SENT_EACH:
                    yield sink.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield sink.taken()


def _row(values: Sequence[Value], style: int = 0) -> bytes:
    return f"<row>{''.join(_cell(value, style) for value in values)}</row>".encode()


def _cell(value: Value, style: int) -> str:
    marked = f' s="{style}"' if style else ""
    if value is None or value == "":
        return f"<c{marked}/>"
    if isinstance(value, int | Decimal):
        return f"<c{marked}><v>{value}</v></c>"
    if isinstance(value, date):
        days = (value - FIRST_DAY).days
        return f'<c s="2"><v>{days}</v></c>' if days > 60 else _cell(value.isoformat(), style)  # Excel has a 29 February 1900
    words = escape(UNHELD.sub("", value)[:LONGEST_CELL])
    return f'<c{marked} t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>'


def _sheet_name(title: str) -> str:
    return escape(re.sub(r"[\[\]:*?/\\']", " ", title)[:31].strip() or "Sheet", {'"': "&quot;"})
