"""What stands around every page: the rail with its counts, who is signed in, the organisation's day, the chosen theme.

Pages are named as strings; an entry shows only where its page exists and may be opened. Counts come from providers that
other rooms name once. The shell itself asks the database for nothing that the page has not asked already: the grants of
the reader are kept on the user, the organisation in the cache. To a stranger it says nothing until a template shows it, so
that even a page of an error stands without the database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from portal.people import access, openings, organisations
from portal.people.models import Appointment, RoleAssignment

ON_THE_BAR = 4  # entries that fit beside "More" on a phone
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class RailEntry:
    """One page of the rail: its word, where it leads, who may open it (empty: everybody signed in)."""

    key: str
    label: str | Promise
    url_name: str
    icon: str
    permission: str = ""
    letter: str = ""  # typed after g, it leads here


@dataclass(frozen=True, slots=True)
class Link:
    """A rail entry as one reader sees it; `current` is the value of aria-current, `count` None where there is none."""

    key: str
    label: str | Promise
    url: str
    icon: str
    current: str
    count: int | None
    letter: str = ""


def _no() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything `base.html` and `components/_rail.html` show; `first` stands on the bar of a phone, `rest` behind it."""

    first: tuple[Link, ...] = ()
    rest: tuple[Link, ...] = ()
    personal: tuple[Link, ...] = ()
    name: str = ""
    account_url: str = ""
    organisation: str = ""
    offices: str = ""
    seat: str = ""
    today: date | None = None
    theme: str = ""
    theme_url: str = ""
    sign_out_url: str = ""
    palette_url: str = ""
    keys_url: str = ""
    single_keys: bool = False
    is_empty: Callable[[], bool] = _no  # nobody lives here yet; asked where a page says so
    is_demo: Callable[[], bool] = _no


# In the order of the design; each page appears once its name exists.
RAIL = (
    RailEntry("today", _("Today"), "board:today", "today", "board.view_dashboard", "t"),
    RailEntry("risks", _("Risks"), "risks:register", "risks", "risks.view_risk", "r"),
    RailEntry("assets", _("Assets"), "assets:inventory", "assets", "assets.view_asset", "a"),
    RailEntry("change", _("Change"), "change:initiatives", "change", "change.view_initiative", "h"),
    RailEntry("decisions", _("Decisions"), "together:decisions", "decisions", "together.view_decision", "d"),
    RailEntry("together", _("Together"), "together:alignment", "together", "together.view_alignment", "g"),
    RailEntry("compliance", _("Compliance"), "compliance:frameworks", "compliance", "compliance.view_framework", "c"),
    RailEntry("money", _("Money"), "risks:money", "money", "risks.view_loss", "m"),
    RailEntry("board", _("Board"), "board:packs", "board", "board.view_pack", "b"),
)
# Who looks after the house works with these all day; others find them among all pages.
KEEPING = (
    RailEntry("people", _("People"), "people:people", "together", "people.change_user"),
    RailEntry("archive", _("Record"), "archive:heads", "record", "people.view_access"),
    RailEntry("settings", _("Settings"), "setup:settings", "settings", "people.change_organisation"),
)
PERSONAL = (
    RailEntry("search", _("Search"), "workbench:search", "discovery"),
    RailEntry("inbox", _("Inbox"), "attention:inbox", "inbox", "attention.view_inbox", "i"),
    RailEntry("reviews", _("Reviews"), "attention:reviews", "review", "attention.view_review", "v"),
    RailEntry("pages", _("All pages"), "pages", "more"),
)
_OFFICES = {**dict(Appointment.Seat.choices), **dict(RoleAssignment.Role.choices)}

Counts = Callable[[Any], Mapping[str, int]]
_count_with: list[Counts] = []


def count_with(provider: Counts) -> None:
    """Let `provider(user)` give counts of the rail by entry key; each is asked once a page, for the keys it knows."""
    _count_with.append(provider)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell`, worked out only where a template shows it."""
    return {"shell": SimpleLazyObject(lambda: _build(request))}


def _build(request: HttpRequest) -> Shell:
    theme = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    theme = theme if theme in THEMES else ""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Shell(theme=theme, is_empty=_is_empty, is_demo=_is_demo)
    counts = {key: count for provider in _count_with for key, count in provider(user).items()}
    rail = _links(RAIL + KEEPING, request, counts)
    organisation = organisations.current()
    held = access.grants(user)
    return Shell(
        first=rail[:ON_THE_BAR],
        rest=rail[ON_THE_BAR:],
        personal=_links(PERSONAL, request, counts),
        name=str(user),
        account_url=_address("people:account"),
        organisation=organisation.name if organisation else "",
        is_demo=_is_demo,
        offices=", ".join(str(_OFFICES[name]) for name in _OFFICES if name in held.names),
        seat=_seat(held.seats),
        today=organisations.today(),
        theme=theme,
        theme_url=_address("theme"),
        sign_out_url=_address("account_logout"),
        palette_url=_address("workbench:palette"),
        keys_url=_address("workbench:keys"),
        single_keys=user.single_keys,
    )


def _is_empty() -> bool:
    return organisations.current() is None and not openings.somebody_lives_here()


def _is_demo() -> bool:
    organisation = organisations.current()
    return organisation is not None and organisation.is_demo


def _seat(seats: frozenset[str]) -> str:
    if {"CIO", "CISO"} <= seats:
        return "both"
    return "cio" if "CIO" in seats else "ciso" if "CISO" in seats else ""


def _links(entries: tuple[RailEntry, ...], request: HttpRequest, counts: Mapping[str, int]) -> tuple[Link, ...]:
    links = []
    for entry in entries:
        url = _address(entry.url_name)
        if url and (not entry.permission or request.user.has_perm(entry.permission)):
            current = _current(request, entry, url)
            links.append(Link(entry.key, entry.label, url, entry.icon, current, counts.get(entry.key), entry.letter))
    return tuple(links)


def _current(request: HttpRequest, entry: RailEntry, url: str) -> str:
    """`page` on the entry's own page, `true` on a page below it or elsewhere in its room."""
    if request.path == url:
        return "page"
    if url != "/" and request.path.startswith(url):
        return "true"
    match = request.resolver_match
    if request.path == "/" or any(
        request.path.startswith(_address(other.url_name) or "-") for other in RAIL[1:] if other is not entry
    ):
        return ""  # a page of another entry, which lives in this one's room
    return "true" if match and match.namespaces and match.namespaces[0] == entry.key else ""


def _address(url_name: str) -> str:
    return _found(url_name, settings.ROOT_URLCONF, get_script_prefix())


@lru_cache(maxsize=1024)
def _found(url_name: str, urlconf: str, prefix: str) -> str:
    """Every page asks for a hundred of them, and none moves while a process lives."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
