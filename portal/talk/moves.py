"""Changes of single fields that can be taken back exactly: each is written down with what stood there before."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet

from portal.talk.errors import MovedOn


class Moves:
    """What was changed so far, as plain values for a JSON column: [model, key, field, before, after]."""

    def __init__(self, told: Sequence[Sequence[Any]] = ()):
        self.told = [list(one) for one in told]

    def set(self, rows: QuerySet, **fields: Any) -> int:
        """Give every one of `rows` these values, a row at a time, so that its history and receivers hear of it."""
        found = list(rows.select_for_update(of=("self",)).order_by("pk"))
        for row in found:
            for name, value in fields.items():
                before = getattr(row, name)
                setattr(row, name, value)
                self.told.append([row._meta.label, _plain(row.pk), name, _plain(before), _plain(value)])
            row.save(update_fields=[row._meta.get_field(name).name for name in fields])
        return len(found)

    def set_unless_there(self, rows: QuerySet, name: str, value: Any, alike: Sequence[str]) -> int:
        """The same of one field, but for rows whose twin (equal in `alike`) has the value already: those stay where they are."""
        there = set(rows.model._default_manager.filter(**{name: value}).values_list(*alike))
        found = [row.pk for row in rows if tuple(getattr(row, one) for one in alike) not in there]
        return self.set(rows.model._default_manager.filter(pk__in=found), **{name: value})

    def take_back(self) -> None:
        """What was last comes first. Raises MovedOn where a row no longer says what it was given."""
        for label, key, name, before, after in reversed(self.told):
            model: type[Model] = apps.get_model(label)
            field = next(one for one in model._meta.concrete_fields if name in (one.name, one.attname))
            row = model._default_manager.select_for_update(of=("self",)).filter(pk=key).first()
            if row is None or getattr(row, field.attname) != _read(field, after):
                raise MovedOn
            setattr(row, field.attname, _read(field, before))
            row.save(update_fields=[field.name])


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _read(field: Any, told: Any) -> Any:
    target = field.target_field if field.is_relation else field
    return target.to_python(told)
