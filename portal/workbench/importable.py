"""Which kinds can be imported: each app says once what columns its kind knows and which verbs a row calls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import subjects
from portal.workbench import cells
from portal.workbench.errors import Unfit
from portal.workbench.resolving import Resolved

Word = str | Promise
NUMBER = "number"  # the field by which a row names what stands here already


@dataclass
class Terms:
    """Under which terms a sheet is read: who imports, from which source, where rows belong that name no unit, what was asked
    and answered, and what names were found to mean so far."""

    actor: Any
    source: str
    unit: Any
    today: date
    choices: Mapping[str, str] = field(default_factory=dict)
    confirmed: Mapping[str, int] = field(default_factory=dict)
    known: Resolved = field(default_factory=Resolved)


Parser = Callable[[str, Terms], Any]  # raises errors.Unfit


@dataclass(frozen=True)
class Field:
    """One thing a column may be: `words` are the names sheets give it, beside its own name and label."""

    name: str
    label: Word
    parse: Parser
    words: Sequence[str] = ()
    required: bool = False
    example: str = ""


@dataclass(frozen=True)
class Question:
    """What a sheet does not say by itself; asked where one of the fields `about` is mapped."""

    name: str
    label: Word
    options: Sequence[tuple[str, Word]]
    about: frozenset[str]
    help: Word = ""
    required: bool = True
    ours: str = ""  # the answer of a file that our own list gave out


@dataclass(frozen=True)
class Plan:
    """What a row would do: `changes` are (what, before, after) in words, `steps` what the kind's own `carry_out` needs."""

    label: str
    changes: Sequence[tuple[str, str, str]] = ()
    steps: Any = None


@dataclass(frozen=True)
class Done:
    subject: Any
    undo: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Importable:
    """A kind that sheets may bring. The callables are its rules; all but `carry_out` and `take_back` only read.

    find(identities, terms) → identity → subject, archived ones left out, hidden ones too
    numbered(numbers, terms) → number → subject, the same way; None where rows of the kind have no number
    taken(identities, terms) → those of them that belong to subjects the actor may not see
    plan(told, existing, terms) → Plan; raises Invalid by field, or what else a rule refuses
    carry_out(told, existing, plan, terms) → Done, by the verbs of the kind
    take_back(subject, was_made, undo, terms)
    """

    kind: str
    permission: str
    fields: Sequence[Field]
    identified_by: Sequence[str]  # the fields that say which thing it is, where a row has no id of its own
    find: Callable[[Sequence[str], Terms], Mapping[str, Any]]
    taken: Callable[[Sequence[str], Terms], set[str]]
    plan: Callable[[Mapping[str, Any], Any, Terms], Plan]
    carry_out: Callable[[Mapping[str, Any], Any, Plan, Terms], Done]
    take_back: Callable[[Any, bool, Mapping[str, Any], Terms], None]
    numbered: Callable[[Sequence[str], Terms], Mapping[str, Any]] | None = None
    questions: Sequence[Question] = ()
    check_mapping: Callable[[Mapping[str, str], Mapping[str, str]], Mapping[str, str]] = lambda fields, choices: {}
    quiet_verbs: frozenset[str] = frozenset()  # entries the portal makes by itself: they touch nothing

    @property
    def subject(self) -> subjects.Subject:
        return subjects.of_kind(self.kind)

    def field(self, name: str) -> Field:
        return next(one for one in self.fields if one.name == name)

    def asked(self, fields: set[str]) -> list[Question]:
        return [one for one in self.questions if one.about & fields]


def _reference(told: str, terms: Terms) -> str:
    number = told.strip().upper()
    if not subjects.NUMBER.fullmatch(number):
        raise Unfit(_("Write its number as it stands here, such as R-0017, or leave it empty for something new."))
    return number


def number() -> Field:
    """By its number a row is about the very thing that stands here; without one it goes by the id of its source."""
    return Field(NUMBER, gettext_lazy("Number in Concord"), _reference, example="R-0017")


def same(told: Any, present: Any, field: Field, terms: Terms) -> bool:
    """Whether a sheet tells what stands there already: rows by their keys, texts as the field reads them from a sheet."""
    told, present = (getattr(value, "pk", value) for value in (told, present))
    if told == present or not (isinstance(told, str) and isinstance(present, str)):
        return told == present
    try:
        return told == field.parse(cells.plain_text(present), terms)
    except Unfit:
        return False


_importable: dict[str, Importable] = {}
_extension: list[Callable[[Importable], Importable]] = [lambda kind: kind]


def extend_with(extended: Callable[[Importable], Importable]) -> None:
    """What administrators add to kinds (custom_fields), said once when the app is ready."""
    _extension[0] = extended


def register(kind: Importable) -> None:
    """Once per kind, in the app's ready(). Raises ValueError when the kind is taken."""
    if kind.kind in _importable:
        raise ValueError(f"{kind.kind} is registered already")
    _importable[kind.kind] = kind


def of_kind(kind: str) -> Importable:
    """Raises Http404 for an unknown kind: kinds come from addresses."""
    try:
        return _importable[kind]
    except KeyError:
        raise Http404 from None


def as_defined(kind: str) -> Importable:
    """The same with the fields and tags that were added to it in this portal. One query after somebody defined something."""
    return _extension[0](of_kind(kind))


def all_kinds() -> Sequence[str]:
    return list(_importable)


def kinds_for(user: Any) -> list[Importable]:
    """What `user` may import."""
    return [one for one in _importable.values() if user.has_perm(one.permission)]
