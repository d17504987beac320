"""One tile of Today on its own, to be taken along: a caption, rows, the map or the strip, the moment it is of, and the way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.board import dashboard, pack_strip
from governance.board.dashboard import Dashboard
from governance.change import under_way
from governance.compliance.heat_strip import Group
from portal.web import shown
from risks import heatmap, scales, wording

KEYS = ("position", "exposure", "movers", "safety", "between", "change", "compliance", "reviews", "assets")
OF_RISKS = frozenset({"position", "exposure", "movers", "safety", "between", "reviews"})


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
    if not _is_shown(board, key, user):
        raise Http404
    caption, heads, rows, more = _change(board, user) if key == "change" else _MADE[key](board)
    hides = board.withheld and key in OF_RISKS
    note = _("Confidential risks that the reader may not open count only in groups of three or more.") if hides else ""
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


def _is_shown(board: Dashboard, key: str, user: Any) -> bool:
    """Whether the Today of this reader has the tile."""
    known = board.figures.by_key
    shown_where = {
        "position": True,
        "between": board.between is not None,
        "change": key in board.tiles and user.has_perm("change.view_initiative"),
        "compliance": board.compliance is not None,
        "reviews": key in board.tiles and "review_overdue" in known,
        "assets": key in board.tiles and "assets" in known,
    }
    return shown_where.get(key, board.heat is not None)


def _position(board: Dashboard):
    words = {"open": _("Open risks"), "above_tolerance": _("Above tolerance"), "safety": _("Can hurt people")}
    words |= {"different": _("The offices differ on"), "unowned": _("Without owner"), "review_overdue": _("Reviews late")}
    return board.sentence.text, (_("Figure"), _("Number")), _counted(board, words), {}


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


def _between(board: Dashboard):
    count = board.figures.of("different").value
    told = ngettext("The offices differ on %(n)d risk", "The offices differ on %(n)d risks", count) % {"n": count}
    rows = [
        [
            str(row.round.risk),
            *(f"{one.likelihood_level} × {one.impact_level}" if one else shown.NOTHING for _seat, one in row.sides),
            shown.date_long(row.arbiter_on),
        ]
        for row in board.between.different
    ]
    heads = (_("Where we differ"), _("CIO"), _("CISO"), _("Between the two until"))
    return told, heads, rows, {"numbers_from": len(heads)}


def _change(board: Dashboard, user: Any):
    """The counts of the tile, which is fetched beside Today."""
    tile = under_way.read(user, board.scope.part_id)
    told = ngettext("%(n)d initiative is under way", "%(n)d initiatives are under way", tile.total) % {"n": tile.total}
    rows = [[str(stage.label), str(count)] for stage, count in tile.by_stage.items()]
    wanting = {_("Past their day"): tile.late, _("Date at risk or lost"): tile.at_risk, _("Security not asked"): tile.unasked}
    wanting |= {_("Things seen and not declared"): tile.undeclared, _("Gates past security's promise"): tile.waits_for_security}
    return told, (_("Change under way"), _("Number")), rows + [[str(word), str(n)] for word, n in wanting.items()], {}


def _reviews(board: Dashboard):
    late = board.figures.of("review_overdue").value
    told = ngettext("%(n)d review is late", "%(n)d reviews are late", late) % {"n": late}
    words = {"review_overdue": _("Late"), "review_due_soon": _("Due in 7 days"), "unowned": _("Nobody accountable")}
    return told, (_("Reviews"), _("Number")), _counted(board, words), {}


def _assets(board: Dashboard):
    unowned = board.figures.of("assets_unowned").value
    told = ngettext("%(n)d asset has no owner", "%(n)d assets have no owner", unowned) % {"n": unowned}
    words = {"assets": _("In the inventory"), "assets_new": _("New in 7 days"), "assets_unowned": _("Without owner")}
    return told, (_("Assets"), _("Number")), _counted(board, words), {}


def _counted(board: Dashboard, words: Mapping[str, str]) -> list[list[str]]:
    return [[word, str(board.figures.of(key).value)] for key, word in words.items() if key in board.figures.by_key]


def _compliance(board: Dashboard):
    """What the strip says, each category below its function."""
    tile = board.compliance
    caption = f"{tile.name}: {_('Practice by part, today against target')}"
    heads = (_("Part"), _("Today"), _("Target"), _("Below target"), _("Not rated"))
    return caption, heads, pack_strip.twin(tile.groups), {"parts": tile.groups}


_MADE = {
    "position": _position,
    "exposure": _exposure,
    "movers": _movers,
    "safety": _safety,
    "between": _between,
    "compliance": _compliance,
    "reviews": _reviews,
    "assets": _assets,
}
