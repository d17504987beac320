"""A pack as slides: a title, a slide a block, and who signed it."""

import io
from datetime import datetime
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.util import Emu, Inches, Pt

from governance.board.output import pdf
from governance.board.output.document import Document

WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
LEFT, TOP, ACROSS = Inches(0.7), Inches(1.4), Inches(11.9)
EDGE, ROW = Inches(0.2), Inches(0.3)  # what stays free below, a row of a table
TITLE, TITLE_ONLY = 0, 5  # layouts
MOST_ROWS = 12  # fit on a slide; the file beside it holds all
BANDS = ("F4F3F0", "E6EEF0", "BCD7DF", "E0B75C", "D06C2C", "8E1B23")


def write(document: Document) -> bytes:
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    about = deck.core_properties
    about.title, about.author, about.language = f"{document['number']} {document['title']}", document["organisation"], "en"
    if document["moment"]:
        about.created = about.modified = datetime.fromisoformat(document["moment"]).replace(tzinfo=None)
    first = deck.slides.add_slide(deck.slide_layouts[TITLE])
    first.shapes.title.text = document["title"]
    lines = [document["organisation"], document["released"] or document["draft"], document["as_of"]]
    first.placeholders[1].text = "\n".join(line for line in lines if line)
    for block in document["blocks"]:
        _block(deck, document, block)
    _signed(deck, document)
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _block(deck: Any, document: Document, block: Document) -> None:
    slide = _slide(deck, block["heading"])
    lines = [line for one in block["said"] for line in (one["text"], f"({one['who']})")]
    lines += [block["sentence"]] if block["sentence"] else []
    lines += [f"{label}: {value}" for label, value in block["figures"]]
    lines += [document["words"]["stale"]] if block["is_stale"] else []
    lines += [document["words"]["strip"]] if block["strip"] else []
    top = TOP
    if lines:
        top = _text(slide, lines, top)
    if block["heat"]:
        _heat(slide, document, block["heat"], top)
    elif block["curve"] and block["curve"]["svg"]:
        _picture(slide, block["curve"], top, height=HEIGHT - top - Inches(0.4))
    elif block["strip"]:
        _strip(slide, block, top)
    elif block["rows"]:
        rows = block["rows"][:MOST_ROWS]
        grid = [[column["label"] for column in block["columns"]], *rows]
        _table(slide, grid, top, block["heading"])
    left = len(block["rows"]) - MOST_ROWS
    note = [f"+ {left}"] if left > 0 else []
    note += [block["more"]] if block["more"] else []
    note += ["  ".join(row) for row in block["strip"]["rows"]] if block["strip"] else []  # each category, in figures
    if note:
        slide.notes_slide.notes_text_frame.text = "\n".join(note)


def _signed(deck: Any, document: Document) -> None:
    slide = _slide(deck, document["words"]["signed_off"])
    lines = [f"{office}: {who}, {when}" for office, who, when in document["signatures"]] or [document["draft"]]
    lines += [document["words"]["notice"], f"{document['words']['digest']}: {document['digest']}"]
    _text(slide, lines, TOP)


def _slide(deck: Any, heading: str) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    title = slide.shapes.title
    title.left, title.top, title.width, title.height = LEFT, Inches(0.35), ACROSS, Inches(0.9)
    title.text = heading
    return slide


def _text(slide: Any, lines: list[str], top: Emu) -> Emu:
    """The lines in a box; returns where what follows may begin."""
    count = sum(1 + len(line) // 120 for line in lines)
    height = min(Inches(0.28) * count + Inches(0.2), HEIGHT - top)
    frame = slide.shapes.add_textbox(LEFT, top, ACROSS, height).text_frame
    frame.word_wrap = True
    for place, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.text = line
        paragraph.font.size = Pt(14)
    return Emu(min(top + height, HEIGHT - Inches(2)))


def _picture(slide: Any, drawn: Document, top: Emu, **size: Emu) -> Any:
    """A drawing with the words that stand for it."""
    picture = slide.shapes.add_picture(io.BytesIO(pdf.picture(drawn["svg"])), LEFT, top, **size)
    picture._element._nvXxPr.cNvPr.set("descr", drawn["alt"])
    return picture


def _strip(slide: Any, block: Document, top: Emu) -> None:
    """The drawing, as wide as there is height for, and the functions below it where they fit; the notes list all in figures."""
    room = HEIGHT - top - EDGE
    drawn = _picture(slide, block["strip"], top, width=ACROSS)
    if drawn.height > room:
        drawn.width, drawn.height = Emu(drawn.width * room // drawn.height), room
    grid = [[column["label"] for column in block["columns"]], *block["rows"]]
    if drawn.height + ROW * len(grid) <= room:
        _table(slide, grid, Emu(top + drawn.height), block["heading"])


def _table(slide: Any, rows: list[list[str]], top: Emu, words: str) -> Any:
    shape = slide.shapes.add_table(len(rows), len(rows[0]), LEFT, top, ACROSS, ROW * len(rows))
    shape._element._nvXxPr.cNvPr.set("descr", words)
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            cell = shape.table.cell(y, x)
            cell.text = str(text)
            cell.text_frame.paragraphs[0].font.size = Pt(11)
    return shape.table


def _heat(slide: Any, document: Document, heat: Document, top: Emu) -> None:
    words = document["words"]
    rows = [[f"{words['likelihood']} × {words['impact']}", *heat["columns"]]]
    rows += [[row["word"], *(f"{count} {band}" for count, _number, band in row["cells"])] for row in heat["rows"]]
    table = _table(slide, rows, top, heat["alt"])
    for y, row in enumerate(heat["rows"], 1):
        for x, (_count, number, _band) in enumerate(row["cells"], 1):
            fill = table.cell(y, x).fill
            fill.solid()
            fill.fore_color.rgb = RGBColor.from_string(BANDS[number])
            paragraph = table.cell(y, x).text_frame.paragraphs[0]
            paragraph.font.color.rgb = RGBColor.from_string("FFFFFF" if number == 5 else "000000")
