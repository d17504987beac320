"""Kinds whose rows are made by one verb and changed by another: what a row of a sheet would do, does, and how it is taken back."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from portal import clock, subjects
from portal.errors import Invalid
from portal.people.models import Unit, User
from portal.record import audit
from portal.web import shown
from portal.workbench.importable import NUMBER, Done, Field, Importable, Plan, Terms, same

UNDONE = "import.undone"
OWN_ID = "external_id"
KNOWN_TO_ALL = (Unit, User)  # by name, whoever imports


@dataclass(frozen=True)
class PlainSheet:
    """What differs from kind to kind; the callables are its rules.

    add(actor, **fields) and change(row, actor, version, **fields): the verbs
    check(draft, actor, changed): raises Invalid by field; `changed` None for something new
    check_open(row): raises what the verb would refuse before it looks at any field
    follows(row): what a change brings with it besides, as (what, before, after)
    end(row, actor, reason): what has to stop before a made row is archived
    """

    kind: str
    fields: Sequence[Field]
    add: Callable[..., Any]
    change: Callable[..., Any]
    check: Callable[..., None]
    check_open: Callable[[Any], None]
    end: Callable[..., Any]
    related: Sequence[str] = ("unit", "owner")
    fixed: frozenset[str] = frozenset()  # said once, when it is made
    otherwise: Mapping[str, Any] | None = None  # of something new, where the sheet does not say
    derived: frozenset[str] = frozenset()  # what `check` may set on a draft, from what else is said of it
    follows: Callable[[Any], Sequence[tuple[str, str, str]]] = lambda row: ()

    def importable(self, permission: str, identified_by: Sequence[str]) -> Importable:
        return Importable(
            kind=self.kind,
            permission=permission,
            fields=self.fields,
            identified_by=identified_by,
            find=self.find,
            numbered=self.numbered,
            taken=self.taken,
            plan=self.plan,
            carry_out=self.carry_out,
            take_back=self.take_back,
        )

    def find(self, identities: Sequence[str], terms: Terms) -> Mapping[str, Any]:
        return {row.external_id: row for row in self._read(self._known(identities, terms), terms)}

    def numbered(self, numbers: Sequence[str], terms: Terms) -> Mapping[str, Any]:
        rows = self._model._default_manager.current().filter(number__in=list(numbers))
        return {row.number: row for row in self._read(rows, terms)}

    def taken(self, identities: Sequence[str], terms: Terms) -> set[str]:
        known = self._known(identities, terms)
        seen = self._model._default_manager.visible_to(terms.actor).values("pk")
        return set(known.exclude(pk__in=seen).values_list("external_id", flat=True))

    def plan(self, told: Mapping[str, Any], existing: Any, terms: Terms) -> Plan:
        known = {field.name: field for field in self.fields if field.name not in (NUMBER, OWN_ID)}
        values = {name: told[name] for name in known if name in told}
        if existing is None:
            return self._plan_of_new(values, terms)
        fields = {name: value for name, value in values.items() if not same(value, getattr(existing, name), known[name], terms)}
        if not fields:
            return Plan(str(existing))
        self.check_open(existing)
        if wrong := {name: [_("This is said once, when it is made.")] for name in self.fixed & set(fields)}:
            raise Invalid(_("Some answers do not fit yet."), wrong)
        draft = copy.copy(existing)
        for name, value in fields.items():
            setattr(draft, name, value)
        self.check(draft, actor=terms.actor, changed=set(fields))
        fields |= {name: getattr(draft, name) for name in self.derived if getattr(draft, name) != getattr(existing, name)}
        changes = [(str(known[name].label), self._before(existing, name, terms), self._said(draft, name)) for name in fields]
        return Plan(str(existing), [*changes, *self.follows(existing)], {"fields": fields})

    def carry_out(self, told: Mapping[str, Any], existing: Any, planned: Plan, terms: Terms) -> Done:
        fields = planned.steps["fields"]
        if existing is None:
            return Done(self.add(actor=terms.actor, **fields, source=terms.source, external_id=told[OWN_ID]))
        undo = {name: _plain(getattr(existing, name)) for name in fields}
        return Done(self.change(existing, actor=terms.actor, version=existing.version, **fields), undo)

    def take_back(self, row: Any, was_made: bool, undo: Mapping[str, Any], terms: Terms) -> None:
        """A made row ends and is archived, so that its id is free again; a changed one becomes what it was."""
        if was_made:
            self.end(row, actor=terms.actor, reason=_("The import of %(source)s was undone") % {"source": terms.source})
            row = self._model._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
            row.archived_at, row.version = clock.now(), row.version + 1
            row.save(update_fields=["archived_at", "version"])
            audit.record(terms.actor, UNDONE, row)
            return
        self.change(row, actor=terms.actor, version=None, **{name: self._put_back(name, kept) for name, kept in undo.items()})

    @property
    def _model(self) -> Any:
        return subjects.of_kind(self.kind).model_class

    def _known(self, identities: Sequence[str], terms: Terms) -> QuerySet:
        return self._model._default_manager.current().filter(source=terms.source, external_id__in=list(identities))

    def _read(self, rows: Any, terms: Terms) -> QuerySet:
        return rows.visible_to(terms.actor).select_related(*self.related)

    def _plan_of_new(self, values: dict[str, Any], terms: Terms) -> Plan:
        if "unit" in {field.name for field in self.fields}:
            values.setdefault("unit", terms.unit)
        for name, value in (self.otherwise or {}).items():
            values.setdefault(name, value)
        draft = self._model(**values)
        self.check(draft, actor=terms.actor, changed=None)
        return Plan(str(values.get("name") or values.get("title") or draft).strip(), (), {"fields": values})

    def _before(self, row: Any, name: str, terms: Terms) -> str:
        """What stood there; of another thing only as far as whoever imports may open it."""
        value = getattr(row, name)
        if isinstance(value, Model) and not isinstance(value, KNOWN_TO_ALL):
            seen = type(value)._default_manager.visible_to(terms.actor).filter(pk=value.pk)
            if not terms.known.get(("opens", type(value), value.pk), seen.exists):
                return _("one you may not open")
        return self._said(row, name)

    def _said(self, row: Any, name: str) -> str:
        value = getattr(row, name)
        if value is None or value == "":
            return ""
        word = getattr(row, f"get_{name}_display", None)
        return str(word()) if word else shown.date_long(value) if isinstance(value, date) else str(value)

    def _put_back(self, name: str, kept: Any) -> Any:
        field = self._model._meta.get_field(name)
        if kept is not None and field.is_relation:
            return field.related_model._default_manager.filter(pk=kept).first()
        return None if kept is None else field.to_python(kept)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | date):
        return str(value)
    return getattr(value, "pk", value)
