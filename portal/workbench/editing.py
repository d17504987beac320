"""Fields of a kind that lists may change: what a form asks, how an answer is kept, and how it is put back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from portal.people.models import Unit
from portal.workbench import offered, spelling
from portal.workbench.listed import Choice

Text = str | Promise


@dataclass(frozen=True)
class Editable:
    """One field that the verb of its kind takes under the same name. `field(user)` cleans to what the verb wants; `several`:
    it may be set for many rows at once; `read(row)` and `say(row)` where it stands in no column of the row."""

    name: str
    label: Text
    field: Callable[[Any], forms.Field]
    several: bool = True
    read: Callable[[Any], Any] | None = None
    say: Callable[[Any], Any] | None = None


class _Place(forms.ModelChoiceField):
    def label_from_instance(self, unit: Any) -> str:
        return offered.indented(unit)


def words(name: str, label: Text, longest: int, *, required: bool = True, several: bool = False) -> Editable:
    return Editable(name, label, lambda user: forms.CharField(label=label, max_length=longest, required=required), several)


def choice(name: str, label: Text, choices: Sequence[tuple[Any, Text]], *, blank: Text = "") -> Editable:
    """One of `choices`; `blank` is the word for none of them."""
    offers = [*([("", blank)] if blank else []), *choices]
    return Editable(name, label, lambda user: forms.ChoiceField(label=label, choices=offers, required=not blank))


def person(name: str, label: Text, people: Callable[[], QuerySet], *, blank: Text = "") -> Editable:
    def field(user: Any) -> forms.Field:
        return forms.ModelChoiceField(label=label, queryset=people(), required=not blank, empty_label=blank or None)

    return Editable(name, label, field)


def place(name: str, label: Text, units: Callable[[Any], QuerySet] | None = None) -> Editable:
    def field(user: Any) -> forms.Field:
        return _Place(label=label, queryset=units(user) if units else Unit.objects.filter(archived_at=None), empty_label=None)

    return Editable(name, label, field)


def day(name: str, label: Text, *, required: bool = True) -> Editable:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return Editable(name, label, lambda user: forms.DateField(label=label, required=required, widget=widget))


def whole(name: str, label: Text, least: int, most: int) -> Editable:
    return Editable(name, label, lambda user: forms.IntegerField(label=label, min_value=least, max_value=most))


def money(name: str, label: Text) -> Editable:
    return Editable(name, label, lambda user: forms.DecimalField(label=label, min_value=0, max_digits=18, decimal_places=2))


def plain(value: Any) -> str:
    """A value as JSON keeps it and a form takes it."""
    if value is None:
        return ""
    if isinstance(value, Model):
        return str(value.pk)
    return value.isoformat() if isinstance(value, date) else str(value)


def present(row: Any, one: Editable) -> Any:
    """What stands in the row."""
    return one.read(row) if one.read is not None else getattr(row, one.name)


def put_back(field: forms.Field, kept: str) -> Any:
    """The value that `plain` kept, also where it is no longer offered."""
    if isinstance(field, forms.ModelChoiceField):
        return field.queryset.model._default_manager.filter(pk=kept).first() if kept else None
    if isinstance(field, forms.ChoiceField):
        return kept
    return field.to_python(kept)


def shown(row: Any, one: Editable) -> str:
    """What stands in the row, as people read it."""
    if one.say is not None:
        value = one.say(row)
        return str(value) if isinstance(value, Decimal) else spelling.on_page(value)
    value = getattr(row, one.name)
    word = getattr(row, f"get_{one.name}_display", None)
    if word is not None and value not in ("", None):
        return spelling.on_page(Choice(str(value), str(word())))
    return str(value) if isinstance(value, Decimal) else spelling.on_page(value)
