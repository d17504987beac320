"""One tile of Today on its own, to be taken along: a caption, rows, the map or the strip, the moment it is of, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.board import dashboard, pack_strip
from governance.board.dashboard import Dashboard
from governance.compliance.heat_strip import Group
from portal.web import shown
from risks import heatmap, scales, wording

KEYS = ("position", "exposure", "movers", "safety", "compliance")


@dataclass(frozen=True)
class Tile:
    """`rows` under `heads`, of which the last ones from `numbers_from` on hold numbers; `cells` of the map as
    (likelihood, impact, count, band), `parts` of the strip; `path` leads back to the tile."""

    key: str
    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    scope: str
    at: datetime
    path: str
    numbers_from: int = 1
    cells: Sequence[Sequence[Any]] = ()
    parts: Sequence[Group] = ()
    note: str = ""


def of(user: Any, key: str, unit: str = "") -> Tile:
    """The tile as Today shows it to `user`, or as that of one unit. Raises Http404 for one that they do not have."""
    if key not in KEYS:
        raise Http404
    board = dashboard.build(user, unit)
    shows_nothing = board.compliance is None if key == "compliance" else key != "position" and board.heat is None
    if shows_nothing:
        raise Http404
    caption, heads, rows, more = _MADE[key](board)
    note = _("Confidential risks that the reader may not open count only in groups of three or more.") if board.withheld else ""
    return Tile(
        key,
        caption,
        heads,
        rows,
        board.scope.label,
        board.at,
        f"{reverse('board:today')}{board.scope.asked}#{key}",
        note=note,
        **more,
    )


def _position(board: Dashboard):
    words = {"open": _("Open risks"), "above_tolerance": _("Above tolerance"), "safety": _("Can hurt people")}
    words |= {"different": _("The offices differ on"), "unowned": _("Without owner"), "review_overdue": _("Reviews late")}
    rows = [[label, str(board.figures.of(key).value)] for key, label in words.items() if key in board.figures.by_key]
    return board.sentence.text, (_("Figure"), _("Number")), rows, {}


def _exposure(board: Dashboard):
    above, count = board.figures.of("above_tolerance").value, board.figures.of("open").value
    told = ngettext("%(above)d of %(open)d lies above tolerance", "%(above)d of %(open)d lie above tolerance", above)
    pairs = [(likelihood, impact) for likelihood in scales.LEVELS for impact in scales.LEVELS]
    cells = [[*pair, board.figures.of(f"cell.{pair[0]}.{pair[1]}").value, heatmap.band_of(*pair)] for pair in pairs]
    rows = [[str(wording.band(one["key"])), str(one["figure"].value)] for one in board.bands]
    if board.figures.of("unscored"):
        rows.append([_("Not enough data"), str(board.figures.of("unscored").value)])
    return told % {"above": above, "open": count}, (_("Band"), _("Risks")), rows, {"cells": cells}


def _movers(board: Dashboard):
    rows = []
    for one in board.movers:
        change = one.mover.change
        points = shown.points(change.points, signed=True)
        rows.append([str(one.mover.risk), shown.score(change.before), shown.score(change.after), points])
    told = ngettext("%(n)d risk moved since %(day)s", "%(n)d risks moved since %(day)s", board.moved)
    heads = (_("Risk"), _("Then"), _("Now"), _("Points"))
    return told % {"n": board.moved, "day": shown.date_long(board.since)}, heads, rows, {}


def _safety(board: Dashboard):
    states = [(str(risk), risk.score_state) for risk in board.safety]
    rows = [[label, wording.band(state.current_band), shown.score(state.current_value)] for label, state in states]
    count = board.figures.of("safety").value
    told = ngettext("%(n)d risk can hurt people", "%(n)d risks can hurt people", count) % {"n": count}
    return told, (_("Risk"), _("Band"), _("Score")), rows, {"numbers_from": 2}


def _compliance(board: Dashboard):
    """What the strip says, each category below its function."""
    tile = board.compliance
    caption = f"{tile.name}: {_('Practice by part, today against target')}"
    heads = (_("Part"), _("Today"), _("Target"), _("Below target"), _("Not rated"))
    return caption, heads, pack_strip.twin(tile.groups), {"parts": tile.groups}


_MADE = {"position": _position, "exposure": _exposure, "movers": _movers, "safety": _safety, "compliance": _compliance}
