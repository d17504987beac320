"""How a value of a list is written: for people on the page, in the cell of a sheet, and for programs."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from portal.web import shown
from portal.workbench.listed import Choice, is_row

Cell = str | int | Decimal | date | None


def on_page(value: Any) -> str:
    """As people read it; "" where there is nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return shown.moment(value)
    if isinstance(value, date):
        return shown.date_long(value)
    return getattr(value, "name", None) or str(value) if is_row(value) else str(value)


def in_sheet(value: Any, places: Mapping[str, Mapping[int, str]] | None = None) -> Cell:
    """A cell of a file that an import reads back: people by mail, days as days, moments in UTC, words for choices. `places` are
    the spellings of rows whose name others have too, by model."""
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return for_programs(value)
    if is_row(value):
        told = (places or {}).get(value._meta.label, {}).get(value.pk)
        if told:
            return told
        mail = getattr(value, "email", "")
        return f"{value.name} <{mail}>" if mail else getattr(value, "name", None) or str(value)
    return value if isinstance(value, int | Decimal) else str(value)


def for_programs(value: Any) -> Any:
    """A value of JSON: keys of choices, ids of rows with their names, decimals as strings."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Choice):
        return value.key
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if is_row(value):
        mail = {"email": value.email} if getattr(value, "email", "") else {}
        return {"id": value.pk, "name": getattr(value, "name", None) or str(value), **mail}
    return str(value)
