"""What stands around every page: the rail with its counts, who is signed in, the chosen theme.

The ground floor names pages as strings and shows an entry only where its page exists and may be opened. Counts and the
office a person holds come from providers that a higher room sets once, so the shell itself asks the database nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

ON_THE_BAR = 4  # entries that fit beside "More" on a phone
THEMES = {"light", "dark"}
THEME_COOKIE = "theme"


@dataclass(frozen=True, slots=True)
class RailEntry:
    """One page of the rail: its word, where it leads, who may open it (empty: everybody signed in)."""

    key: str
    label: str | Promise
    url_name: str
    icon: str
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A rail entry as one reader sees it; `current` is the value of aria-current, `count` None where there is none."""

    key: str
    label: str | Promise
    url: str
    icon: str
    current: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Who the reader is in this organisation: its name, the office in words, the seat ("cio", "ciso", "both" or "")."""

    organisation: str = ""
    office: str | Promise = ""
    seat: str = ""


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything `components/_rail.html` and `base.html` show."""

    first: list[Link] = field(default_factory=list)
    rest: list[Link] = field(default_factory=list)
    personal: list[Link] = field(default_factory=list)
    name: str = ""
    organisation: str = ""
    office: str | Promise = ""
    seat: str = ""
    theme: str = ""
    sign_out_url: str = ""


# In the order of the design; each page is named by its address and appears once that address exists.
RAIL = (
    RailEntry("today", _("Today"), "today", "today"),
    RailEntry("risks", _("Risks"), "risks:register", "risks"),
    RailEntry("assets", _("Assets"), "assets:inventory", "assets"),
    RailEntry("change", _("Change"), "change:initiatives", "change"),
    RailEntry("decisions", _("Decisions"), "together:decisions", "decisions"),
    RailEntry("together", _("Together"), "together:alignment", "together"),
    RailEntry("compliance", _("Compliance"), "compliance:frameworks", "compliance"),
    RailEntry("money", _("Money"), "change:ledger", "money"),
    RailEntry("board", _("Board"), "board:board-packs", "board"),
)
PERSONAL = (
    RailEntry("inbox", _("Inbox"), "attention:inbox", "inbox"),
    RailEntry("reviews", _("Reviews"), "attention:reviews", "review"),
)

_providers: dict[str, Callable] = {}


def count_with(provider: Callable[[object], Mapping[str, int]]) -> None:
    """Let `provider(user)` give the counts of the rail by entry key; it is asked once a page."""
    _providers["counts"] = provider


def introduce_with(provider: Callable[[object], Standing]) -> None:
    """Let `provider(user)` say what office a reader holds; it is asked once a page."""
    _providers["standing"] = provider


def shell(request) -> dict:
    """Context processor: `shell`, worked out only where a template shows it."""
    return {"shell": SimpleLazyObject(lambda: _build(request))}


def _build(request) -> Shell:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    theme = theme if theme in THEMES else ""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Shell(theme=theme)
    counts = _providers["counts"](user) if "counts" in _providers else {}
    standing = _providers["standing"](user) if "standing" in _providers else Standing()
    rail = _links(RAIL, request, user, counts)
    return Shell(
        first=rail[:ON_THE_BAR],
        rest=rail[ON_THE_BAR:],
        personal=_links(PERSONAL, request, user, counts),
        name=user.get_full_name() or str(user),
        organisation=standing.organisation,
        office=standing.office,
        seat=standing.seat,
        theme=theme,
        sign_out_url=_address("account_logout") or "",
    )


def _links(entries, request, user, counts: Mapping[str, int]) -> list[Link]:
    links = []
    for entry in entries:
        url = _address(entry.url_name)
        if url is None or (entry.permission and not user.has_perm(entry.permission)):
            continue
        links.append(Link(entry.key, entry.label, url, entry.icon, _current(request, entry, url), counts.get(entry.key)))
    return links


def _current(request, entry: RailEntry, url: str) -> str:
    """`page` on the entry's own page, `true` on a page below it or in its room."""
    if request.path == url:
        return "page"
    if url != "/" and request.path.startswith(url):
        return "true"
    match = request.resolver_match
    room = match.namespaces[0] if match and match.namespaces else ""
    return "true" if room and room == entry.key else ""


def _address(url_name: str) -> str | None:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None
