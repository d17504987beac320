"""One row of a sheet under its mapping: told values, all that does not fit, and which thing it is about."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from portal.errors import ConcordError
from portal.people import organisations
from portal.record import files
from portal.workbench import parsers, sheets
from portal.workbench.cells import Broken, Formula, Row
from portal.workbench.errors import Unfit
from portal.workbench.importable import Field, Importable, Plan, Terms
from portal.workbench.models import SheetImport

BATCH = 500
OWN_ID = "external_id"
MADE_UP = "row-"  # an identity that the sheet did not give


@dataclass(slots=True)
class Misfit:
    """One thing that does not fit: the column by name, "" for the row."""

    column: str
    value: str
    sentence: str


@dataclass(slots=True)
class ReadRow:
    """A row with what it tells by field; `plan` and `existing` come with `planned`."""

    number: int
    told: dict[str, Any]
    misfits: list[Misfit]
    suggestions: dict[str, int] = field(default_factory=dict)
    identity: str = ""
    existing: Any = None
    plan: Plan | None = None


def terms_of(one: SheetImport) -> Terms:
    return Terms(
        actor=one.started_by,
        source=one.source,
        unit=one.unit,
        today=organisations.today(),
        choices=one.choices,
        confirmed=one.confirmed,
    )


def batches(one: SheetImport, kind: Importable, terms: Terms) -> Iterator[list[ReadRow]]:
    """All rows of the sheet, read, found and planned, some hundred at a time. Raises UnreadableSheet."""
    layout = sheets.Layout(**one.layout)
    fields = _placed(layout.header, one.mapping, kind)
    with files.open_stream(one.file) as stream:
        rows = sheets.read(stream, layout)
        while batch := [_read(row, layout.header, fields, kind, terms) for row in islice(rows, BATCH)]:
            _find(batch, kind, terms)
            yield batch


def plan(row: ReadRow, kind: Importable, terms: Terms, columns: Mapping[str, str]) -> None:
    """Ask the rules of the kind what the row would do; what they refuse is a misfit of its column."""
    if row.misfits:
        return
    try:
        row.plan = kind.plan(row.told, row.existing, terms)
    except ConcordError as refusal:
        take(row, refusal, columns)
    except PermissionDenied:
        take(row, Exception(_("Your roles do not include what this row would do.")), columns)


def take(row: ReadRow, refusal: Exception, columns: Mapping[str, str]) -> None:
    """A refusal of the rules, told by column where a column is its field."""
    fields = getattr(refusal, "fields", None) or {"": [str(refusal)]}
    for name, sentences in fields.items():
        for sentence in sentences:
            row.misfits.append(Misfit(columns.get(name, ""), "", str(sentence)))


def columns_by_field(mapping: Mapping[str, str]) -> dict[str, str]:
    return {name: column for column, name in mapping.items() if name}


def _placed(header: Sequence[str], mapping: Mapping[str, str], kind: Importable) -> list[tuple[int, str, Field]]:
    return [(place, name, kind.field(mapping[name])) for place, name in enumerate(header) if mapping.get(name)]


def _read(row: Row, header: Sequence[str], fields: Sequence[tuple[int, str, Field]], kind: Importable, terms: Terms) -> ReadRow:
    read = ReadRow(row.number, {}, [])
    if any(cell.strip() for cell in row.cells[len(header) :]):
        sentence = _("This row has %(count)s cells, the row of names %(width)s. Look for a misplaced delimiter.")
        read.misfits.append(Misfit("", "", sentence % {"count": len(row.cells), "width": len(header)}))
    for place, column, one in fields:
        cell = row.cells[place] if place < len(row.cells) else ""
        try:
            value = _value(cell, one, terms)
        except Unfit as misfit:
            read.misfits.append(Misfit(column, cell[:200].replace("\x00", "�"), str(misfit.sentence)))
            if misfit.person_id:
                read.suggestions[misfit.name.casefold()] = misfit.person_id
            continue
        if value is not None:
            read.told[one.name] = value
    if not read.misfits:
        read.identity = read.told[OWN_ID] = _identity(read.told, kind, terms)
    return read


def _value(cell: str, one: Field, terms: Terms) -> Any:
    if isinstance(cell, Formula):
        raise Unfit(_("Here stands a formula. Paste its value instead (Paste Special, Values)."))
    if isinstance(cell, Broken):
        raise Unfit(_("Here stands an error or bytes that are no text. Write the value, or leave it empty."))
    if not cell.strip():
        if one.required:
            raise Unfit(_("Every row needs one. Write it, or take the row out."))
        return None
    return one.parse(cell, terms)


def _identity(told: Mapping[str, Any], kind: Importable, terms: Terms) -> str:
    """What the register keeps as its external id: the row's own, or a fingerprint of what says which thing it is.

    The unit of the import counts where none is told.
    """
    if told.get(OWN_ID):
        return str(told[OWN_ID])
    parts = [told.get(name, terms.unit if name == "unit" else "") for name in kind.identified_by]
    words = "\n".join(str(getattr(part, "pk", None) or parsers.fold(str(part or ""))) for part in parts)
    return MADE_UP + hashlib.sha256(words.encode()).hexdigest()[:32]


def _find(batch: list[ReadRow], kind: Importable, terms: Terms) -> None:
    identities = sorted({row.identity for row in batch if row.identity})
    known = kind.find(identities, terms)
    hidden = kind.taken(identities, terms)
    for row in batch:
        if row.identity in hidden:
            row.misfits.append(Misfit("", "", _("This id belongs to something you may not open. Give the row another id.")))
        elif row.identity:
            row.existing = known.get(row.identity)
