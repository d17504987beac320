"""A tile as a picture and as a sheet: each with its caption, the moment it is of, and the way back."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import typst
from django.utils.translation import gettext as _

from governance.board.output import pictures
from governance.board.tiles import Tile
from portal.people import addresses
from portal.web import shown
from portal.workbench import writing_xlsx

TEMPLATE = Path(__file__).with_name("tile.typ")
PIXELS_PER_INCH = 200


def png(tile: Tile) -> bytes:
    """The same bytes for the same tile, on any machine."""
    told = {
        "caption": tile.caption,
        "heads": [str(head) for head in tile.heads],
        "rows": [[str(cell) for cell in row] for row in tile.rows],
        "numbers_from": tile.numbers_from,
        "heat": pictures.heat(tile.cells) if tile.cells else None,
        "strip": pictures.strip(tile.parts)["svg"] if tile.parts else None,
        "axes": _("Likelihood × impact"),
        "from": come_from(tile),
        "link": addresses.absolute(tile.path),
        "note": tile.note,
    }
    inputs = {"tile": json.dumps(told, sort_keys=True, ensure_ascii=False)}
    return typst.compile(TEMPLATE.read_bytes(), format="png", ppi=PIXELS_PER_INCH, ignore_system_fonts=True, sys_inputs=inputs)


def xlsx(tile: Tile) -> bytes:
    return b"".join(writing_xlsx.workbook(tile.key, [str(head) for head in tile.heads], _rows(tile)))


def come_from(tile: Tile) -> str:
    return _("%(scope)s, as of %(at)s") % {"scope": tile.scope, "at": shown.moment(tile.at)}


def _rows(tile: Tile) -> Iterator[Sequence[str | int]]:
    for row in tile.rows:
        yield [
            int(cell) if cell.isascii() and cell.isdigit() and place >= tile.numbers_from else cell
            for place, cell in enumerate(row)
        ]
    if tile.cells:
        heat = pictures.heat(tile.cells)
        yield []
        yield [_("Likelihood × impact"), *heat["columns"]]
        for one in heat["rows"]:
            yield [one["word"], *(cell[0] for cell in one["cells"])]
    yield []
    for told in (tile.caption, come_from(tile), addresses.absolute(tile.path), tile.note):
        if told:
            yield [told]


def _number(cell: str) -> str | int:
    return int(cell) if cell.isascii() and cell.isdigit() else cell
