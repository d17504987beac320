"""A catalog as CSV, in and out: one row a requirement; framework, version, name and publisher stand in the first row."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from governance.compliance.catalog import LONGEST_TEXT, MOST_ITEMS, BrokenCatalog, Catalog, Item
from governance.compliance.errors import UnreadableCatalog

HEAD = ("framework", "version", "name", "publisher")
NEEDED = ("framework", "version", "identifier", "title")
COLUMNS = (*HEAD, "identifier", "parent", "kind", "title", "text", "guidance", "assessable", "withdrawn")
YES, NO = {"yes", "true", "1", "ja", "oui", "x"}, {"no", "false", "0", "", "nein", "non"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read(text: str) -> Catalog:
    """Raises UnreadableCatalog."""
    rows = _rows(text)
    try:
        header = [name.strip().lower() for name in next(rows, [])]
    except csv.Error:
        raise UnreadableCatalog from None
    missing = [name for name in NEEDED if name not in header]
    if len(missing) == len(NEEDED):
        raise UnreadableCatalog
    if missing or len(set(header)) < len(header):
        told = ", ".join(missing) or _("a column that is there twice")
        raise UnreadableCatalog(_("The header does not fit: %(told)s. Give each of these columns once.") % {"told": told})
    lines = list(_lines(rows, header))
    head = {name: lines[0].get(name, "") if lines else "" for name in HEAD}
    if any(line.get(name, "") not in ("", head[name]) for line in lines for name in HEAD):
        raise UnreadableCatalog(_("The rows name more than one framework or version. Bring each in a file of its own."))
    key = slugify(head["framework"])
    return Catalog(
        key=key,
        edition=head["version"],
        name=head["name"] or head["framework"],
        publisher=head["publisher"],
        items=tuple(_item(line) for line in lines),
        is_official=any(line.get("text") for line in lines),
    )


def write(catalog: Catalog) -> Iterator[str]:
    """The lines of the same file; reading it gives the same catalog, but for the parts of each wording."""
    yield _line(COLUMNS)
    for place, item in enumerate(catalog.items):
        head = (catalog.key, catalog.edition, catalog.name, catalog.publisher) if place == 0 else ("",) * 4
        told = (item.identifier, item.parent, item.kind, item.title, item.text, item.guidance)
        yield _line([*head, *map(guarded, told), "yes" if item.assessable else "no", "yes" if item.is_withdrawn else "no"])


def guarded(cell: str) -> str:
    """No cell is a formula to a spreadsheet."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def plain_cell(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _line(cells: Iterable[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _rows(text: str) -> Iterator[list[str]]:
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(LONGEST_TEXT * 2)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _lines(rows: Iterator[list[str]], header: list[str]) -> Iterator[dict[str, str]]:
    number = 1
    try:
        for number, row in enumerate(rows, start=2):
            if number > MOST_ITEMS + 1:
                raise BrokenCatalog("too-many", f"{MOST_ITEMS:,}")
            if any(cell.strip() for cell in row):
                if len(row) > len(header):
                    sentence = _("Line %(line)d has more cells than the header. Quote the cells that hold a comma.")
                    raise UnreadableCatalog(sentence % {"line": number})
                if len(row) <= max(header.index(name) for name in ("identifier", "title")):
                    sentence = _("Line %(line)d ends before its identifier or its title. Fill in both.")
                    raise UnreadableCatalog(sentence % {"line": number})
                yield {name: plain_cell(cell.strip()) for name, cell in zip(header, row, strict=False)}
    except csv.Error:
        raise UnreadableCatalog(_("Line %(line)d cannot be read as CSV. Check its quotes.") % {"line": number + 1}) from None


def _item(line: dict[str, str]) -> Item:
    is_withdrawn = _truth(line, "withdrawn", default=False)
    return Item(
        identifier=line["identifier"],
        parent=line.get("parent", ""),
        kind=line.get("kind", ""),
        title=line.get("title", ""),
        text=line.get("text", ""),
        guidance=line.get("guidance", ""),
        assessable=_truth(line, "assessable", default=True) and not is_withdrawn,
        is_withdrawn=is_withdrawn,
    )


def _truth(line: dict[str, str], name: str, *, default: bool) -> bool:
    told = line.get(name)
    if told is None:
        return default
    if told.lower() not in YES | NO:
        sentence = _("%(identifier)s: say yes or no in the column %(name)s.")
        raise UnreadableCatalog(sentence % {"identifier": " ".join(line["identifier"][:40].split()), "name": name})
    return told.lower() in YES
