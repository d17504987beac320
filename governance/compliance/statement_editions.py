"""What a new edition of a framework asks to be looked at in a statement of applicability that was carried over to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from governance.compliance import frameworks
from governance.compliance.models import Statement, StatementLine


@dataclass(frozen=True, slots=True)
class Changed:
    """What an edition did to the controls of a statement: lines that are new and not decided, lines carried over whose wording is
    another one, and lines of the statement before it that are gone, with what was decided there."""

    before: Statement
    added: Sequence[StatementLine]
    changed: Sequence[StatementLine]
    withdrawn: Sequence[StatementLine]
    kept: int


def changed(statement: Statement, user: Any) -> Changed | None:
    """What its edition changed against the statement before it; None where there is none that `user` may open. Five queries."""
    replaced = statement.framework.replaces_id
    rows = Statement.objects.visible_to(user).filter(framework=replaced, unit=statement.unit_id).select_related("framework", "unit")
    before = rows.order_by("-pk").first() if replaced else None
    if before is None:
        return None
    old, new = ({line.requirement.identifier: line for line in _lines(one)} for one in (before, statement))
    told = frameworks.compare(before.framework, statement.framework)
    altered = [line for identifier, line in new.items() if identifier in old and identifier in set(told.changed)]
    return Changed(
        before,
        [line for identifier, line in new.items() if identifier not in old],
        altered,
        [line for identifier, line in old.items() if identifier not in new],
        len(old.keys() & new.keys()) - len(altered),
    )


def _lines(statement: Statement) -> Any:
    return statement.lines.select_related("requirement", "owner").order_by("requirement__place")
