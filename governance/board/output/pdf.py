"""A pack as PDF/UA-1, by typst: the same bytes for the same pack, on any machine."""

import json
from datetime import datetime
from pathlib import Path

import typst

from governance.board.output.document import Document

TEMPLATE = Path(__file__).with_name("pack.typ")


def write(document: Document) -> bytes:
    """The file. Fonts of the machine are left alone, and the moment in it is that of the release."""
    moment = int(datetime.fromisoformat(document["moment"]).timestamp()) if document["moment"] else 0
    return typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"pack": json.dumps(document, sort_keys=True, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=moment,
    )


def picture(svg: str) -> bytes:
    """A drawing as PNG, for formats that take no SVG."""
    page = '#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
    return typst.compile(page.encode(), format="png", ppi=200, ignore_system_fonts=True, sys_inputs={"svg": svg})
