"""Which rows somebody may see: what they hold, and the query set that asks it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, models
from django.db.models import Q

from portal.people import roles, seating


@dataclass(frozen=True)
class Grants:
    """Everything access needs to know of one person, read in one query and kept on the user for the request."""

    user_id: int
    names: frozenset[str]  # roles and seats, as in roles.PERMISSIONS
    seats: frozenset[str]
    unit_paths: tuple[str, ...]  # subtrees a role opens
    permissions: frozenset[str]
    is_service: bool = False
    has_factor: bool = False
    beside: frozenset[tuple[str, str]] = frozenset()  # (what, answer) that rooms above had read along
    filled: frozenset[tuple[str, int]] = frozenset()  # (seat, user id): who fills each seat, read along

    def beside_of(self, what: str) -> frozenset[str]:
        """What a room above had read along under this name."""
        return frozenset(answer for name, answer in self.beside if name == what)

    def holder_of(self, seat: str) -> int | None:
        """The id of whoever fills `seat`, None while nobody does."""
        return dict(self.filled).get(seat)

    @property
    def needs_factor(self) -> bool:
        """True for seats and roles that act for the organisation or over its accounts."""
        return not self.is_service and bool(self.names & roles.NEED_FACTOR)

    @property
    def everywhere(self) -> bool:
        """True when no unit bounds the view."""
        return bool(self.names & roles.EVERYWHERE)

    @property
    def opens_confidential(self) -> bool:
        return bool(self.names & roles.OPENS_CONFIDENTIAL)

    @property
    def unit_ids(self) -> list[int]:
        """The units at the top of those subtrees."""
        return [int(path.strip("/").rsplit("/", 1)[-1]) for path in self.unit_paths]

    def reaches(self, path: str) -> bool:
        """True for the unit of `path` where it lies in the subtrees of this person."""
        return self.everywhere or path.startswith(self.unit_paths or ("//",))

    def in_reach(self, field: str) -> Q:
        """Rows whose unit (`field`, as in "unit") lies in the subtrees of this person."""
        if self.everywhere:
            return ~Q(pk__in=())  # always true; an empty Q would vanish inside an OR
        if not self.unit_paths:
            return Q(pk__in=())
        reach = Q()
        for path in self.unit_paths:
            reach |= Q(**{f"{field}__path__startswith": path})
        return reach


NOBODY = Grants(user_id=0, names=frozenset(), seats=frozenset(), unit_paths=(), permissions=frozenset())

_beside: dict[str, str] = {}


def read_beside(what: str, select: str) -> None:
    """Something small that a room above needs of a person on every page, read in the same query: `select` gives (user id, text)
    of the people `%(users)s`. Once, in ready()."""
    columns = f"'beside', b.user_id, '{what}', b.answer, NULL, NULL, NULL"
    _beside[what] = f"UNION ALL SELECT {columns} FROM ({select}) AS b (user_id, answer)"  # noqa: S608  (written in the code)


_GRANTS = f"""
    WITH {seating.ELIGIBLE}
    SELECT 'seat' AS source, NULL AS user_id, seat AS name, '' AS path, holder_id, substitute_id, since
    FROM ({seating.NEWEST}) AS seats
    UNION ALL
    SELECT 'role', r.user_id, r.role, u.path, NULL, NULL, NULL
    FROM people_roleassignment r JOIN people_unit u ON u.id = r.unit_id
    WHERE r.user_id = ANY(%(users)s) AND r.ended_at IS NULL
    UNION ALL
    SELECT 'factor', f.user_id, f.type, '', NULL, NULL, NULL
    FROM mfa_authenticator f WHERE f.user_id = ANY(%(users)s) AND f.type <> 'recovery_codes'
"""  # noqa: S608  (no value is written into it)


def grants(user: Any) -> Grants:
    """What `user` may do and see; NOBODY for strangers and inactive accounts. One query, then kept on the user."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return NOBODY
    if getattr(user, "_grants", None) is None:
        read_grants([user])
    return user._grants


def read_grants(users: Sequence[Any]) -> None:
    """Keep on every one of `users` what they may do and see: one query however many they are."""
    given: dict[int, list[tuple[str, str]]] = {user.pk: [] for user in users}
    beside: dict[int, set[tuple[str, str]]] = {user.pk: set() for user in users}
    named: list[seating.Named] = []
    with_factor: set[int] = set()
    with connection.cursor() as cursor:
        asked = f"{_GRANTS} {' '.join(_beside.values())} ORDER BY since, name"
        cursor.execute(asked, {"users": list(given), "kept_out": sorted(roles.NEVER_SEATED)})
        for source, user_id, name, path, holder_id, substitute_id, _since in cursor.fetchall():
            if source == "role":
                given[user_id].append((name, path))
            elif source == "factor":
                with_factor.add(user_id)
            elif source == "beside":
                beside[user_id].add((name, path))
            else:
                named.append(seating.Named(name, holder_id, substitute_id))
    filled = seating.fill(named)
    holders = frozenset((seat, who.user_id) for seat, who in filled.items())
    for user in users:
        seats = frozenset(seat for seat, who in filled.items() if who.user_id == user.pk)
        found = _add_up(user, seats, given[user.pk], user.pk in with_factor, frozenset(beside[user.pk]))
        user._grants = replace(found, filled=holders)


def _add_up(
    user: Any,
    seats: frozenset[str],
    given: list[tuple[str, str]],
    has_factor: bool,
    beside: frozenset[tuple[str, str]],
) -> Grants:
    names = seats | frozenset(name for name, _ in given)
    paths = {path for name, path in given if name in roles.SEES_UNITS}
    return Grants(
        user_id=user.pk,
        names=names,
        seats=seats,
        unit_paths=tuple(sorted(p for p in paths if not any(p != other and p.startswith(other) for other in paths))),
        permissions=frozenset().union(*(roles.PERMISSIONS[name] for name in names)),
        is_service=user.is_service,
        has_factor=has_factor,
        beside=beside,
    )


EVERY_ROW = ~Q(pk__in=())  # an empty Q would vanish inside an OR


@dataclass(frozen=True)
class Clause:
    """One reason to see rows: `why` names it (its words are in `explained`), `rows` finds what it opens. `unit` is the path to
    the row's unit where the reason is a role there."""

    why: str
    rows: Q
    unit: str = ""


def any_of(clauses: Sequence[Clause]) -> Q:
    """Rows that at least one clause opens; none without a clause."""
    opened = Q(pk__in=())
    for clause in clauses:
        opened = opened | clause.rows
    return opened


class VisibleQuerySet(models.QuerySet):
    """Every kind of row people see: its model says with `visibility(grants) -> Q` who sees which. Never joins to many. A model
    that says it by `clauses(grants)` can be explained reason by reason."""

    def visible_to(self, user: Any):
        seen = grants(user)
        return self.none() if seen is NOBODY else self.filter(self.model.visibility(seen))

    def hidden_from(self, user: Any):
        """The rows `user` may count but not open: the "+ n you may not open" of a list."""
        seen = grants(user)
        return (
            self.none()
            if seen is NOBODY
            else self.filter(self.model.countable(seen)).exclude(pk__in=self.visible_to(user).values("pk"))
        )

    def current(self):
        return self.filter(archived_at=None)


SMALLEST_HIDDEN_GROUP = 3  # fewer would give away one of them (risks/hidden.py)


@dataclass(frozen=True)
class Tally:
    """How many rows a list shows and how many more it counts without opening them. `left_out`: those count in groups alone."""

    visible: int
    hidden: int = 0
    left_out: bool = False

    @property
    def counted(self) -> int:
        return self.visible + self.hidden
