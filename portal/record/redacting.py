"""Taking words away from where nothing can be changed: beside the audit log and in row history, by the owner's function alone.

Which columns hold words of people is known here: the free text of every model, the JSON and lists that an app names, and words
about a subject that stand in rows of another model (`Beside`).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import CharField, Field, JSONField, Model, QuerySet, TextField
from django.utils.functional import Promise

MARK = "█████"  # stands in the place of the words; the function `redact` writes the same
ENTRY_TEXT = "record_entrytext"
SHORTEST = 40  # shorter columns hold codes, numbers and choices
# How an integration finds its rows; what is computed, drawn or looked up.
KEYS = {"source", "external_id", "time_zone", "subject_kind", "content_type", "nonce", "session_key", "message_id", "request_id"}
KEYS |= {"sha256", "digest", "text_digest", "input_digest", "request_digest", "content_digest", "signed_digest", "fingerprint"}
KEYS |= {"kind", "password"}


@dataclass(frozen=True)
class Beside:
    """Words about a subject of one kind, "*" of any, in rows of another model. `field` is a column, or "column.key" of a JSON
    object. `rows` gives the filter for a subject (kind, id). Rows that are neither kept in history nor append-only are
    overwritten by `forget`. What goes `at_its_end` is taken away once the time of the subject is over, never on somebody's word."""

    kind: str
    name: str  # as a redaction names them: "levels.reason"
    label: str | Promise
    model: str
    field: str
    rows: Callable[[str, int], Mapping[str, Any]]
    forget: Callable[[QuerySet], int] | None = None
    at_its_end: bool = False

    @property
    def model_class(self) -> type[Model]:
        return apps.get_model(self.model)

    def of(self, kind: str, pk: int) -> QuerySet:
        return self.model_class._default_manager.filter(**self.rows(kind, pk))


_beside: list[Beside] = []
_wordy: set[tuple[str, str]] = set()


def add(beside: Beside) -> None:
    """An app names words that stand beside a subject, once, in its ready()."""
    if any(known.name == beside.name and known.kind in (beside.kind, "*") for known in _beside):
        raise ValueError(f"{beside.kind} has {beside.name} already")
    _beside.append(beside)


def name_words(model: str, *fields: str) -> None:
    """JSON objects and lists of `model` in which people write, or what is told of people."""
    _wordy.update((model, field) for field in fields)


def beside(kind: str) -> list[Beside]:
    """What else holds words about subjects of this kind."""
    return [one for one in _beside if one.kind in (kind, "*")]


def all_beside() -> Sequence[Beside]:
    return tuple(_beside)


def text_fields(model: type[Model]) -> list[Field]:
    """The columns of `model` into which people write."""
    return [one for one in model._meta.concrete_fields if _is_free_text(one) or (model._meta.label, one.name) in _wordy]


def _is_free_text(one: Field) -> bool:
    if not isinstance(one, CharField | TextField) or one.choices or one.unique or one.name in KEYS or one.generated:
        return False
    return one.editable and (one.max_length is None or one.max_length >= SHORTEST)


def marked(one: Field, value: Any) -> Any:
    """What stands in `one` once its words are gone; as the function `redact` writes it."""
    if isinstance(one, JSONField):
        return {"redacted": MARK}
    return [MARK] * len(value) if isinstance(one, ArrayField) else MARK


def allow(cursor: Any) -> None:
    """Write down, as the owner, which columns of row history may be redacted. After every migrate."""
    cursor.execute(
        "SELECT to_regclass('public.record_redactable') IS NOT NULL AND has_table_privilege('record_redactable', 'INSERT')"
    )
    if not cursor.fetchone()[0]:
        return
    for target, field in sorted(_redactable()):
        cursor.execute("INSERT INTO record_redactable (target, field) VALUES (%s, %s) ON CONFLICT DO NOTHING", [target, field])


def _redactable() -> set[tuple[str, str]]:
    found = set()
    for model in apps.get_models():
        events = getattr(model, "pgh_event_model", None)
        kept = {field.column for field in events._meta.concrete_fields} if events else set()
        found |= {
            (events._meta.db_table, field.column) for field in text_fields(model) if events is not None and field.column in kept
        }
    for one in _beside:
        if one.forget is None:
            model = getattr(one.model_class, "pgh_event_model", one.model_class)
            found.add((model._meta.db_table, one.field))
    return found


def redact_history(redaction_id: int, model: type[Model], column: str, ids: Sequence[int], *, keep: Any = None) -> int:
    """Overwrite `column` in every version of the rows `ids`, but where it says `keep`; returns how many versions."""
    return _redact(redaction_id, model.pgh_event_model._meta.db_table, column, ids, keep)


def redact_rows(redaction_id: int, model: type[Model], column: str, ids: Sequence[int]) -> int:
    """Overwrite `column` in rows that are only ever added; returns how many."""
    return _redact(redaction_id, model._meta.db_table, column, ids, None)


def redact_entries(redaction_id: int, entry_ids: Sequence[int]) -> int:
    """Take the words of these audit entries away; the entries and their hashes stay. Returns how many had words."""
    return _redact(redaction_id, ENTRY_TEXT, "text", entry_ids, None)


def _redact(redaction_id: int, target: str, column: str, ids: Sequence[int], keep: Any) -> int:
    kept = None if keep is None else json.dumps(keep)
    with connection.cursor() as cursor:
        cursor.execute("SELECT redact(%s, %s, %s, %s, %s)", [redaction_id, target, column, list(ids), kept])
        return cursor.fetchone()[0]
