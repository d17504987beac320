"""Taking words away from where nothing can be changed: beside the audit log and in row history, by the owner's function alone."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import CharField, Field, Model, TextField

MARK = "█████"  # stands in the place of the words; the function `redact` writes the same
ENTRY_TEXT = "record_entrytext"
SHORTEST = 40  # shorter columns hold codes, numbers and choices
KEYS = {"source", "external_id"}  # how an integration finds its rows


def text_fields(model: type[Model]) -> list[Field]:
    """The columns of `model` into which people write."""
    return [one for one in model._meta.concrete_fields if _is_free_text(one)]


def _is_free_text(one: Field) -> bool:
    if not isinstance(one, CharField | TextField) or one.choices or one.unique or one.name in KEYS or one.generated:
        return False
    return one.editable and (one.max_length is None or one.max_length >= SHORTEST)


def allow(cursor: Any) -> None:
    """Write down, as the owner, which columns of row history may be redacted. After every migrate."""
    cursor.execute(
        "SELECT to_regclass('public.record_redactable') IS NOT NULL AND has_table_privilege('record_redactable', 'INSERT')"
    )
    if not cursor.fetchone()[0]:
        return
    for model in apps.get_models():
        events = getattr(model, "pgh_event_model", None)
        kept = {field.column for field in events._meta.concrete_fields} if events else set()
        for field in text_fields(model) if events else ():
            if field.column in kept:
                cursor.execute(
                    "INSERT INTO record_redactable (target, field) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                    [events._meta.db_table, field.column],
                )


def redact_history(redaction_id: int, model: type[Model], field: Field, ids: Sequence[int], *, keep: str | None = None) -> int:
    """Overwrite `field` in every version of the rows `ids`, but where it says `keep`; returns how many versions."""
    return _redact(redaction_id, model.pgh_event_model._meta.db_table, field.column, ids, keep)


def redact_entries(redaction_id: int, entry_ids: Sequence[int]) -> int:
    """Take the words of these audit entries away; the entries and their hashes stay. Returns how many had words."""
    return _redact(redaction_id, ENTRY_TEXT, "text", entry_ids, None)


def _redact(redaction_id: int, target: str, column: str, ids: Sequence[int], keep: str | None) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT redact(%s, %s, %s, %s, %s)", [redaction_id, target, column, list(ids), keep])
        return cursor.fetchone()[0]
