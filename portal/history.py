"""Row history by database triggers, so that raw SQL is seen as well."""

from collections.abc import Callable, Sequence

import pghistory
import pgtrigger

NO_TRUNCATE = pgtrigger.Trigger(
    name="no_truncate",
    level=pgtrigger.Statement,
    when=pgtrigger.Before,
    operation=pgtrigger.Truncate,
    func="RAISE EXCEPTION 'append-only';",
)
# UPDATE, DELETE and TRUNCATE are refused to everybody, the owner too; the application role lacks the privileges as well, for
# portal/record/privileges.py reads this trigger.
NEVER_CHANGED = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
APPEND_ONLY = [NEVER_CHANGED, NO_TRUNCATE]


def tracked(*, exclude: Sequence[str] = ()) -> Callable[[type], type]:
    """Keep every version of a model's rows in an append-only table `<model>event`, stamped by portal_now()."""
    return pghistory.track(exclude=list(exclude) or None, meta={"triggers": [NO_TRUNCATE]})


def tracked_once_changed() -> Callable[[type], type]:
    """The same from the first change on: who wrote a row is nowhere told, what became of it is."""
    return pghistory.track(pghistory.UpdateEvent(), meta={"triggers": [NO_TRUNCATE]})
