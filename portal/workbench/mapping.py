"""Which column is which field: guessed by its words, remembered from the last sheet of the source, settled by a person."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import subjects
from portal.errors import Invalid
from portal.workbench import listed, parsers
from portal.workbench.importable import NUMBER, Importable, Question
from portal.workbench.models import SheetImport
from portal.workbench.sheets import letter

IGNORED = ""  # on purpose
ALIKE = 0.8  # of difflib: "Tittle" is meant to be "Title"
EXAMPLES = 3
OURS_AT_LEAST = 4  # names of our own columns
DAY_ORDER = Question(
    name="day_order",
    label=gettext_lazy("Days like 03/04/2026: what comes first?"),
    options=((parsers.DAY_FIRST, gettext_lazy("The day: 3 April")), (parsers.MONTH_FIRST, gettext_lazy("The month: 4 March"))),
    about=frozenset(),
)


def columns_of(header: Sequence[str], rows: Sequence[Any], kind: Importable, remembered: Mapping[str, str]) -> list[dict[str, Any]]:
    """What the mapping page shows of each column: name, some cells, and what it may be. A guess is sure where the words are
    known or were settled before; a field is guessed once."""
    columns = [_column(index, name, rows) for index, name in enumerate(header)]
    known = _our_own(columns, kind) or _words(kind)
    taken: set[str] = set()
    for is_sure in (True, False):
        for column in columns:
            if column["guess"] is None:
                guess = _guess(column["name"], known, remembered, is_sure=is_sure)
                if guess == IGNORED or (guess is not None and guess not in taken):
                    column |= {"guess": guess, "is_sure": is_sure}
                    taken.add(guess)
    return columns


def is_our_own(columns: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the columns were taken for those of a file that our own list gave out."""
    return any(column["guess"] == NUMBER and column["is_sure"] for column in columns)


def _words(kind: Importable) -> dict[str, str]:
    """Folded word → field."""
    known: dict[str, str] = {}
    for field in kind.fields:
        for word in (field.name, str(field.label), *field.words):
            known.setdefault(parsers.fold(word), field.name)
    return known


def _our_own(columns: Sequence[Mapping[str, Any]], kind: Importable) -> dict[str, str] | None:
    """The same for a file of our own list, known by its names and by numbers that look like ours: what is computed here is
    ignored. None where it is a sheet of somebody else."""
    our = listed.all_kinds().get(kind.kind)
    if our is None or kind.numbered is None or NUMBER not in our.by_name:
        return None
    labels = {parsers.fold(str(column.label)): column.name for column in our.columns}
    names = [parsers.fold(column["name"]) for column in columns]
    numbers = next((column for column, name in zip(columns, names, strict=True) if labels.get(name) == NUMBER), None)
    if numbers is None or sum(name in labels for name in names) < min(OURS_AT_LEAST, len(names)):
        return None
    if not numbers["examples"] or not all(subjects.NUMBER.fullmatch(told) for told in numbers["examples"]):
        return None
    by_label = {parsers.fold(str(field.label)): field.name for field in kind.fields}
    return {label: NUMBER if name == NUMBER else by_label.get(label, IGNORED) for label, name in labels.items()}


def remembered(kind: str, source: str) -> dict[str, str]:
    """What the columns meant the last time, by their folded names."""
    rows = SheetImport.objects.filter(kind=kind, source=source).exclude(mapping={})
    last = rows.order_by("-pk").values_list("mapping", flat=True).first()
    return {parsers.fold(name): field for name, field in (last or {}).items()}


def settle(one: SheetImport, kind: Importable, mapping: Mapping[str, str | None], choices: Mapping[str, str]) -> None:
    """Keep on `one` what each column means. Raises Invalid with all that is missing, by column and question."""
    wrong: dict[str, list[str]] = {}
    names = [column["name"] for column in one.columns]
    for name in set(mapping) - set(names):
        wrong[name] = [_("The sheet has no such column.")]
    settled = {name: mapping[name] or IGNORED for name in names if name in mapping}
    fields: dict[str, str] = {}
    for name in names:
        if name not in settled:
            wrong[name] = [_("Say what “%(name)s” is, or ignore it on purpose.") % {"name": name}]
        elif settled[name] == IGNORED:
            continue
        elif settled[name] not in {field.name for field in kind.fields}:
            wrong[name] = [_("There is no such field. Choose one of the list.")]
        elif settled[name] in fields:
            wrong[name] = [_("“%(other)s” is that already. One column a field.") % {"other": fields[settled[name]]}]
        else:
            fields[settled[name]] = name
    for field in kind.fields:
        if field.required and field.name not in fields and NUMBER not in fields:
            wrong.setdefault("", []).append(_("No column is “%(label)s”, and every row needs one.") % {"label": field.label})
    given = _answers(kind, set(fields), choices, wrong)
    for name, sentence in kind.check_mapping(fields, given).items():
        wrong.setdefault(fields.get(name, name), []).append(sentence)
    if wrong:
        raise Invalid(_("The mapping is not complete yet."), wrong)
    one.mapping, one.choices = settled, given


def _answers(kind: Importable, fields: set[str], choices: Mapping[str, str], wrong: dict[str, list[str]]) -> dict[str, str]:
    known = {question.name: question for question in (*kind.questions, DAY_ORDER)}
    given = {name: told for name, told in choices.items() if told}
    for name, told in given.items():
        if name not in known:
            wrong[name] = [_("There is no such question.")]
        elif told not in dict(known[name].options):
            wrong[name] = [_("Choose one of the answers.")]
    for question in kind.asked(fields):
        if question.required and question.name not in given:
            wrong[question.name] = [_("Choose one of the answers.")]
    return given


def _column(index: int, name: str, rows: Sequence[Any]) -> dict[str, Any]:
    cells = [row.cells[index] for row in rows if index < len(row.cells) and row.cells[index].strip()]
    return {
        "name": name,
        "letter": letter(index),
        "examples": [cell[:60] for cell in dict.fromkeys(cells)][:EXAMPLES],
        "day_order": parsers.day_order_of(cells),
        "has_ambiguous_days": any(parsers.is_ambiguous(cell) for cell in cells),
        "guess": None,
        "is_sure": False,
    }


def _guess(name: str, known: Mapping[str, str], remembered: Mapping[str, str], *, is_sure: bool) -> str | None:
    folded = parsers.fold(name)
    if is_sure:
        return remembered.get(folded, known.get(folded))
    close = get_close_matches(folded, known, n=1, cutoff=ALIKE)
    return known[close[0]] if close else None
