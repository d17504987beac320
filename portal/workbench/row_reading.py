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
from portal.workbench.importable import NUMBER, Field, Importable, Plan, Terms
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


def batches(one: SheetImport, kind: Importable, terms: Terms, *, locks: bool = False) -> Iterator[list[ReadRow]]:
    """All rows of the sheet, read and found, some hundred at a time; with `locks` nobody changes what they are about before the
    transaction ends. Raises UnreadableSheet."""
    layout = sheets.Layout(**one.layout)
    fields = _placed(layout.header, one.mapping, kind)
    with files.open_stream(one.file) as stream:
        rows = sheets.read(stream, layout)
        while batch := [_read(row, layout.header, fields, kind, terms) for row in islice(rows, BATCH)]:
            _find(batch, kind, terms, locks=locks)
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
    is_numbered = any(one.name == NUMBER and _cell(row, place).strip() for place, _column, one in fields)
    for place, column, one in fields:
        cell = _cell(row, place)
        try:
            value = _value(cell, one, terms, is_new=not is_numbered)
        except Unfit as misfit:
            read.misfits.append(Misfit(column, cell[:200].replace("\x00", "�"), str(misfit.sentence)))
            if misfit.person_id:
                read.suggestions[misfit.name.casefold()] = misfit.person_id
            continue
        if value is not None:
            read.told[one.name] = value
    if not is_numbered:
        _miss(read, kind, {one.name for _place, _column, one in fields})
    if not read.misfits:
        read.identity = _identity(read.told, kind, terms)
        if not is_numbered:
            read.told[OWN_ID] = read.identity
    return read


def _cell(row: Row, place: int) -> str:
    return row.cells[place] if place < len(row.cells) else ""


def _miss(read: ReadRow, kind: Importable, mapped: set[str]) -> None:
    """A sheet that names things by their numbers need not hold every column; a row without a number would be something new."""
    for one in kind.fields:
        if one.required and one.name not in mapped:
            sentence = _("Something new needs “%(label)s”. Give the sheet this column, or the row a number.")
            read.misfits.append(Misfit("", "", sentence % {"label": one.label}))


def _value(cell: str, one: Field, terms: Terms, *, is_new: bool) -> Any:
    if isinstance(cell, Formula):
        raise Unfit(_("Here stands a formula. Paste its value instead (Paste Special, Values)."))
    if isinstance(cell, Broken):
        raise Unfit(_("Here stands an error or bytes that are no text. Write the value, or leave it empty."))
    if not cell.strip():
        if one.required and is_new:
            raise Unfit(_("Every row needs one. Write it, or take the row out."))
        return None
    return one.parse(cell, terms)


def _identity(told: Mapping[str, Any], kind: Importable, terms: Terms) -> str:
    """What the register keeps as its external id: the row's own, or a fingerprint of what says which thing it is.

    The unit of the import counts where none is told.
    """
    if told.get(NUMBER):
        return f"{NUMBER} {told[NUMBER]}"
    if told.get(OWN_ID):
        return str(told[OWN_ID])
    parts = [told.get(name, terms.unit if name == "unit" else "") for name in kind.identified_by]
    words = "\n".join(str(getattr(part, "pk", None) or parsers.fold(str(part or ""))) for part in parts)
    return MADE_UP + hashlib.sha256(words.encode()).hexdigest()[:32]


def _find(batch: list[ReadRow], kind: Importable, terms: Terms, *, locks: bool) -> None:
    _look_up(batch, kind, terms)
    ids = {row.existing.pk for row in batch if row.existing is not None}
    if locks and ids:
        rows = kind.subject.model_class._default_manager.select_for_update(of=("self",)).filter(pk__in=ids)
        list(rows.order_by("pk").values_list("pk"))
        _look_up(batch, kind, terms)  # as they stand, now that nobody changes them


def _look_up(batch: list[ReadRow], kind: Importable, terms: Terms) -> None:
    wanted = [row for row in batch if row.identity]
    numbers = sorted({row.told[NUMBER] for row in wanted if row.told.get(NUMBER)})
    identities = sorted({row.identity for row in wanted if not row.told.get(NUMBER)})
    numbered = kind.numbered(numbers, terms) if numbers and kind.numbered else {}
    known, hidden = kind.find(identities, terms), kind.taken(identities, terms)
    for row in wanted:
        number = row.told.get(NUMBER)
        row.existing = numbered.get(number) if number else known.get(row.identity)
        if number and row.existing is None:
            row.misfits.append(Misfit("", "", _("There is no %(number)s that you may open.") % {"number": number}))
        elif not number and row.identity in hidden:
            row.misfits.append(Misfit("", "", _("This id belongs to something you may not open. Give the row another id.")))
