"""A pack as a workbook: one sheet, block after block, every number in a cell of its own."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from governance.board.output.document import Document
from portal.workbench import writing_xlsx


def write(document: Document) -> bytes:
    names = [_("Block"), _("What"), *([""] * 6)]
    return b"".join(writing_xlsx.workbook(document["number"], names, _rows(document)))


def _rows(document: Document) -> Iterator[Sequence[str | int]]:
    yield [document["number"], document["title"]]
    yield ["", document["as_of"]]
    yield ["", document["released"] or document["draft"]]
    for block in document["blocks"]:
        heading = block["heading"]
        for one in block["said"]:
            yield [heading, one["text"], one["who"]]
        if block["sentence"]:
            yield [heading, block["sentence"]]
        for label, value in block["figures"]:
            yield [heading, label, _number(value)]
        if block["heat"]:
            yield [heading, f"{document['words']['likelihood']} × {document['words']['impact']}", *block["heat"]["columns"]]
            for row in block["heat"]["rows"]:
                yield [heading, row["word"], *(cell[0] for cell in row["cells"])]
        if block["columns"]:
            yield [heading, *(column["label"] for column in block["columns"])]
        for cells in block["strip"]["rows"] if block["strip"] else block["rows"]:
            yield [heading, *(_number(cell) for cell in cells)]
        if block["more"]:
            yield [heading, block["more"]]
    for office, who, when in document["signatures"]:
        yield [document["words"]["signed_off"], office, who, when]
    yield ["", document["words"]["notice"]]
    yield [document["words"]["digest"], document["digest"]]
    yield [document["words"]["seal"], document["seal"]]


def _number(text: str) -> str | int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 15 else text
