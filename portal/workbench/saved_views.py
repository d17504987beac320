"""Name a question to a list, share it, change it, take it away; and what a list shows first."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people import access, roles
from portal.people.models import User
from portal.record import audit
from portal.workbench import listed, tables
from portal.workbench.errors import NotYourView, ViewSavedMeanwhile
from portal.workbench.models import SavedView

SHARE = "workbench.share_view"
CHANGEABLE = ("name", "params", "audience", "unit", "role", "is_default")
LONGEST_PARAMS = 4_000
LONGEST_NAME = 80
Audience = SavedView.Audience


def url(view: SavedView) -> str:
    """The list as the view asks for it."""
    return f"{listed.of_kind(view.kind).url}?{urlencode({**view.params, tables.SAVED: view.pk})}"


def standing(kind: str, user: Any) -> list[SavedView]:
    """The views of `kind` that `user` may open, one's own first. One query."""
    rows = SavedView.objects.visible_to(user).of(kind).select_related("unit", "owner")
    return sorted(rows, key=lambda view: (view.owner_id != user.pk, view.name.casefold(), view.pk))


def first(views: list[SavedView], user: Any) -> SavedView | None:
    """What the list shows first: the one set for a role of `user`, by the order in which roles are written down."""
    names = access.grants(user).names
    found = {view.role: view for view in views if view.is_default and view.role in names}
    return next((found[name] for name in roles.PERMISSIONS if name in found), None)


def may_change(view: SavedView, user: Any) -> bool:
    return view.owner_id == user.pk or (view.audience != Audience.PRIVATE and user.has_perm(SHARE))


@transaction.atomic
def keep(*, actor: Any, kind: str, name: str, params: Mapping[str, Any], **fields: Any) -> SavedView:
    """A named view of `actor`, for whoever `audience` says. Raises Invalid by field, NotYourView without the right to share,
    PermissionDenied for a kind one may not read."""
    of_kind = listed.of_kind(kind)
    if not actor.has_perm(of_kind.permission):
        raise PermissionDenied
    view = SavedView(kind=kind, owner=actor)
    _set(view, {"name": name, "params": params, **fields}, actor)
    return _saved(view, actor, "saved_view.kept")


@transaction.atomic
def change(view: SavedView, *, actor: Any, version: int | None, **fields: Any) -> SavedView:
    """Another name, question or audience. Raises NotYourView, ViewSavedMeanwhile (None: whatever version), Invalid by field."""
    view = _locked(view, actor, version)
    before = {field: getattr(view, field) for field in CHANGEABLE}
    _set(view, fields, actor)
    if all(getattr(view, field) == before[field] for field in CHANGEABLE):
        return view
    view.version += 1
    return _saved(view, actor, "saved_view.changed")


@transaction.atomic
def remove(view: SavedView, *, actor: Any, version: int | None = None) -> SavedView:
    """Offer it no more. Raises NotYourView, ViewSavedMeanwhile."""
    view = _locked(view, actor, version)
    view.archived_at, view.version = clock.now(), view.version + 1
    view.save(update_fields=["archived_at", "version"])
    audit.record(actor, "saved_view.removed", view, {"kind": view.kind})
    return view


@transaction.atomic
def hand_over(view: SavedView, successor: User, *, actor: Any) -> User:
    """Let `successor` keep a shared view instead of one who leaves; where they keep one of its name, it says whose it was."""
    view = SavedView.objects.select_for_update(of=["self"]).select_related("owner").get(pk=view.pk)
    before, theirs = view.owner, SavedView.objects.of(view.kind).filter(owner=successor)
    names = {name.lower() for name in theirs.values_list("name", flat=True)}
    view.name = next(name for name in _names_for(view) if name.lower() not in names)
    view.owner, view.version = successor, view.version + 1
    view.save(update_fields=["owner", "name", "version"])
    audit.record(actor, "saved_view.handed_over", view, {"owner": [before.pk, successor.pk]})
    return successor


def _names_for(view: SavedView) -> Iterator[str]:
    """Its own, else one that says whose it was, then counted on."""
    yield view.name
    for number in count(1):
        tail = f" ({view.owner.name[:30]})" if number == 1 else f" ({view.owner.name[:30]} {number})"
        yield view.name[: LONGEST_NAME - len(tail)] + tail


def _locked(view: SavedView, actor: Any, version: int | None) -> SavedView:
    view = SavedView.objects.select_for_update(of=["self"]).select_related("unit", "owner").get(pk=view.pk)
    if view.archived_at is not None or not may_change(view, actor):
        raise NotYourView
    if version is not None and version != view.version:
        raise ViewSavedMeanwhile(view)
    return view


def _set(view: SavedView, fields: Mapping[str, Any], actor: Any) -> None:
    if unknown := set(fields) - set(CHANGEABLE):
        raise TypeError(f"A view's {', '.join(sorted(unknown))} cannot be set.")
    shared = view.audience != Audience.PRIVATE
    for field, value in fields.items():
        setattr(view, field, value)
    view.name = " ".join(view.name.split())
    view.unit = view.unit if view.audience == Audience.UNIT else None
    view.role = view.role if view.audience == Audience.ROLE else ""
    view.is_default = view.is_default and view.audience == Audience.ROLE
    if (shared or view.audience != Audience.PRIVATE) and not actor.has_perm(SHARE):
        raise NotYourView(_("Your roles do not include sharing views. Keep it for yourself."))
    _check(view, actor)


def _check(view: SavedView, actor: Any) -> None:
    wrong: dict[str, list[str]] = {}
    if not 1 <= len(view.name) <= LONGEST_NAME:
        wrong["name"] = [_("Name the view in 1 to 80 characters.")]
    if view.audience == Audience.UNIT and (view.unit is None or not _reaches(actor, view.unit)):
        wrong["unit"] = [_("Choose a unit that you work for.")]
    if view.audience == Audience.ROLE and not view.role:
        wrong["role"] = [_("Choose the role that shall see it.")]
    known = tables.asked(listed.as_defined(view.kind), view.params).params
    if strange := sorted(set(view.params) - {*listed.as_defined(view.kind).filter_names, "columns", "sort", "group"}):
        wrong["params"] = [_("The list knows no %(names)s. Take the words of its address.") % {"names": ", ".join(strange)}]
    elif len(str(known)) > LONGEST_PARAMS:
        wrong["params"] = [_("The question is too long. Choose fewer columns or shorter words.")]
    if wrong:
        raise Invalid(_("Some answers do not fit yet."), wrong)
    view.params = known


def _reaches(actor: Any, unit: Any) -> bool:
    return access.grants(actor).reaches(unit.path)


def _saved(view: SavedView, actor: Any, verb: str) -> SavedView:
    """One view a role comes first: the one that was set last."""
    if view.is_default:
        before = SavedView.objects.select_for_update().of(view.kind).filter(role=view.role, is_default=True).exclude(pk=view.pk)
        for other in before:
            other.is_default, other.version = False, other.version + 1
            other.save(update_fields=["is_default", "version"])
            audit.record(actor, "saved_view.changed", other, {"fields": ["is_default"]})
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        sentence = _("You keep a view of this name already. Choose another, or change that one.")
        raise Invalid(sentence, {"name": [sentence]}) from None
    told = {"kind": view.kind, "audience": view.audience, "unit": view.unit_id, "role": view.role, "is_default": view.is_default}
    audit.record(actor, verb, view, told)
    return view
