"""Sheets with what an administrator added: custom fields and tags as columns, planned, carried out and taken back with the row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import Invalid
from portal.workbench import cells, custom_fields, listed, parsers, particulars, resolving, spelling
from portal.workbench.errors import Unfit
from portal.workbench.importable import Done, Field, Importable, Parser, Plan, Terms
from portal.workbench.listed import Listed
from portal.workbench.models import CustomField
from portal.workbench.particulars import NO, YES, kept_as, name_of

Type = CustomField.Type
TAGS, OWN = "tags", "own"
FLAGS = {"yes": YES, "no": NO, "true": YES, "false": NO, "1": YES, "0": NO, "x": YES}


@dataclass(frozen=True)
class Steps:
    """The plan of the kind itself, and what is said besides where it differs; `tags` None: as before."""

    kind: Plan
    answers: Mapping[CustomField, Any]
    tags: tuple[int, ...] | None


def extended(brought: Importable) -> Importable:
    """`brought` with its custom fields and the tags, as they are defined now."""
    kind, defined = listed.all_kinds().get(brought.kind), custom_fields.known()
    if kind is None or kind.change is None or not (defined.of(brought.kind) or defined.tags):
        return brought
    fields = {name_of(one): one for one in defined.of(brought.kind)}
    columns = [Field(name, one.label, _parser(one), (one.key,)) for name, one in fields.items()]
    columns += [Field(TAGS, gettext_lazy("Tags"), _tags, ("tag", "labels", "keywords"))] if defined.tags else []
    return replace(
        brought,
        fields=(*brought.fields, *columns),
        find=partial(_carrying, brought.find, brought.kind),
        numbered=brought.numbered and partial(_carrying, brought.numbered, brought.kind),
        plan=partial(_plan, brought, kind, fields),
        carry_out=partial(_carry_out, brought, kind, fields),
        take_back=partial(_take_back, brought, kind, fields),
    )


def _carrying(find: Callable[..., Mapping[str, Any]], kind: str, named: Sequence[str], terms: Terms) -> Mapping[str, Any]:
    found = find(named, terms)
    particulars.carry(kind, found.values())
    return found


def _plan(
    brought: Importable, kind: Listed, fields: Mapping[str, CustomField], told: Mapping[str, Any], existing: Any, terms: Terms
) -> Plan:
    planned = brought.plan(_rest(told, fields), existing, terms)
    before = particulars.of(kind.kind, existing) if existing is not None else particulars.Said(None, None)
    answers, changes = {}, []
    for name, field in fields.items():
        if name in told and not _same(field, told[name], before.told.get(kept_as(field)), terms):
            answers[field] = told[name]
            kept = particulars.plain(field, told[name])
            changes.append((field.label, _said(field, before.told.get(kept_as(field))), _said(field, kept)))
    tags = tuple(sorted(told[TAGS])) if TAGS in told else None
    if tags is not None and tags != before.tags:
        changes.append((_("Tags"), _names(before.tags), _names(tags)))
    else:
        tags = None
    if changes and not terms.actor.has_perm(kind.write_permission):
        raise Invalid(_("Your roles do not include changing this. Leave the row out, or ask an analyst."))
    if changes and existing is not None:
        kind.open_to(existing, terms.actor)
    shown = changes if existing is not None else []
    return Plan(planned.label, [*planned.changes, *shown], Steps(planned, answers, tags))


def _carry_out(
    brought: Importable,
    kind: Listed,
    fields: Mapping[str, CustomField],
    told: Mapping[str, Any],
    existing: Any,
    planned: Plan,
    terms: Terms,
) -> Done:
    steps: Steps = planned.steps
    done = Done(existing)
    if existing is None or steps.kind.changes:
        done = brought.carry_out(_rest(told, fields), existing, steps.kind, terms)
    if not steps.answers and steps.tags is None:
        return done
    before = particulars.of(kind.kind, done.subject)
    row = particulars.tell(kind, done.subject, actor=terms.actor, version=None, answers=steps.answers, tags=steps.tags)
    kept = {kept_as(field): before.told.get(kept_as(field)) for field in steps.answers}
    return Done(row, {**done.undo, OWN: {"told": kept, TAGS: None if steps.tags is None else list(before.tags)}})


def _take_back(
    brought: Importable,
    kind: Listed,
    fields: Mapping[str, CustomField],
    row: Any,
    was_made: bool,
    undo: Mapping[str, Any],
    terms: Terms,
) -> None:
    """Last step first: what was said besides, then what the kind itself did."""
    own, rest = undo.get(OWN), {name: value for name, value in undo.items() if name != OWN}
    if own and not was_made:
        by_id = {kept_as(field): field for field in fields.values()}
        answers = {by_id[name]: particulars.put_back(by_id[name], kept) for name, kept in own["told"].items() if name in by_id}
        row = particulars.tell(kind, row, actor=terms.actor, version=None, answers=answers, tags=own[TAGS])
    if rest or was_made:
        brought.take_back(row, was_made, rest, terms)


def _rest(told: Mapping[str, Any], fields: Mapping[str, CustomField]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in fields and name != TAGS}


def _parser(field: CustomField) -> Parser:
    if field.type == Type.TEXT:
        return parsers.text(particulars.LONGEST_TEXT)
    if field.type == Type.DAY:
        return parsers.day
    if field.type == Type.PERSON:
        return resolving.person
    if field.type in (Type.FLAG, Type.CHOICE):
        words = FLAGS if field.type == Type.FLAG else {parsers.fold(one["label"]): one["key"] for one in field.options}
        return parsers.one_of(words)

    def number(told: str, terms: Any) -> Any:
        found = parsers.number(told, terms)
        try:
            particulars.plain(field, found)
        except Invalid as error:
            raise Unfit(next(iter(error.fields.values()))[0]) from None
        return found

    return number


def _tags(told: str, terms: Any) -> tuple[int, ...]:
    known = {tag.name.casefold(): tag.pk for tag in custom_fields.known().tags}
    names = [name for part in told.replace(",", ";").split(";") if (name := " ".join(part.split()))]
    strange = next((name for name in names if name.casefold() not in known), None)
    if strange is not None:
        raise Unfit(_("There is no tag “%(name)s”. Name it on the page of tags first.") % {"name": strange[:40]})
    return tuple(sorted({known[name.casefold()] for name in names}))


def _same(field: CustomField, told: Any, kept: Any, terms: Terms) -> bool:
    if particulars.plain(field, told) == kept:
        return True
    if field.type != Type.TEXT or kept is None:
        return False
    return told == _parser(field)(cells.plain_text(kept), terms)


def _said(field: CustomField, kept: Any) -> str:
    return spelling.on_page(particulars.value(field, kept))


def _names(tags: Sequence[int]) -> str:
    names = {tag.pk: tag.name for tag in custom_fields.known().tags}
    return "; ".join(sorted(names[pk] for pk in tags if pk in names))
