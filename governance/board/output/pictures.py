"""The pictures of a pack as files show them, each with the words that stand for it."""

from collections.abc import Sequence
from html import escape
from typing import Any

from django.utils.translation import gettext as _

from governance.board import pack_strip
from governance.compliance import heat_strip
from governance.compliance.heat_strip import BOTTOM, TOP, Drawn, Group
from portal.web import shown
from portal.web.charts.curve import Line, drawings
from risks import loss_words, scales, wording

INK, ACCENT, FAINT = "#1c1b18", "#145d70", "#d9d6cf"
ROOM, LEVEL, BELOW = "#efece7", "#8a857b", "#4c4841"  # of a strip: up to 4, practised, practised below its target
FONT = "Libertinus Serif"  # the one that typst carries with it


def heat(cells: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """The map as a table, the most likely first: words of the scales, and for each cell its count and band."""
    found = {(cell[0], cell[1]): cell for cell in cells}
    rows = []
    for likelihood in sorted(scales.LEVELS, reverse=True):
        row = [found[likelihood, impact] for impact in scales.LEVELS]
        cells_of_row = [[cell[2], shown.band_number(cell[3]), wording.band(cell[3])] for cell in row]
        rows.append({"word": f"{likelihood} {wording.LIKELIHOODS[likelihood]}", "cells": cells_of_row})
    count = sum(cell[2] for cell in cells)
    highest = sum(cell[2] for cell in cells if shown.band_number(cell[3]) >= 4)
    alt = _("Heat map of %(count)d risks by likelihood and impact; %(high)d of them stand in bands High or Severe.")
    columns = [f"{impact} {wording.IMPACTS[impact]}" for impact in scales.LEVELS]
    return {"columns": columns, "rows": rows, "alt": alt % {"count": count, "high": highest}}


def curve(lines: Sequence[dict[str, Any]]) -> dict[str, str]:
    """The curve as SVG with fixed colours, and what it says."""
    told = [
        Line(one["name"], one["kind"], [(float(loss), float(chance)) for loss, chance in one["points"]])
        for one in lines
        if one["points"]
    ]
    if not told:
        return {"svg": "", "alt": ""}
    drawing = drawings(told)[0]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{drawing.width}" height="{drawing.height}"'
        f' viewBox="0 0 {drawing.width} {drawing.height}" font-family="{FONT}" font-size="13" fill="{INK}">'
    ]
    for tick in drawing.chances:
        word = _("each year") if tick.value == 1 else _("1 in %(n)s") % {"n": shown.whole(tick.value)}
        parts.append(f'<path d="M{drawing.left} {tick.at}H{drawing.right}" stroke="{FAINT}"/>')
        parts.append(f'<text x="{drawing.left - 8}" y="{tick.at}" dy="4" text-anchor="end">{escape(word)}</text>')
    for tick in drawing.losses:
        parts.append(f'<path d="M{tick.at} {drawing.top}V{drawing.bottom}" stroke="{FAINT}"/>')
        word = escape(loss_words.money(tick.value))
        parts.append(f'<text x="{tick.at}" y="{drawing.bottom}" dy="18" text-anchor="{tick.anchor}">{word}</text>')
    for line in drawing.lines:
        colour = ACCENT if line.kind == "after" else INK
        dash = ' stroke-dasharray="6 4"' if line.kind == "after" else ""
        parts.append(f'<path d="{line.path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        name = escape(line.name)
        parts.append(f'<text x="{line.label_x}" y="{line.label_y}" text-anchor="{line.anchor}" fill="{colour}">{name}</text>')
    axis = escape(_("a year costs more than"))
    parts.append(f'<text x="{drawing.right}" y="{drawing.height - 6}" text-anchor="end">{axis}</text></svg>')
    names = ", ".join(line.name for line in told)
    return {"svg": "".join(parts), "alt": _("Curve of how likely a year costs more than a sum: %(names)s.") % {"names": names}}


def strip(groups: Sequence[Group]) -> dict[str, Any]:
    """The strip of a profile as SVG with fixed colours, what it says, and its table: each category below its function."""
    drawing = heat_strip.draw(groups, "paper")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{drawing.width}" height="{drawing.height}"'
        f' viewBox="0 0 {drawing.width} {drawing.height}" font-family="{FONT}" font-size="12" fill="{INK}">'
    ]
    for group in drawing.groups:
        parts.append(f'<text x="{group.x}" y="12" font-weight="bold">{escape(group.group.title)}</text>')
        parts += [_part(one, drawing.height) for one in group.columns]
    parts.append("</svg>")
    return {"svg": "".join(parts), "alt": pack_strip.said(groups), "rows": pack_strip.twin(groups), "heads": _heads(groups)}


def _heads(groups: Sequence[Group]) -> list[int]:
    """Which rows of its table are functions."""
    counts = [1 + len(group.columns) for group in groups]
    return [sum(counts[:place]) for place in range(len(counts))]


def _part(one: Drawn, height: int) -> str:
    colour = BELOW if one.column.sum.gap else LEVEL
    drawn = [
        f'<rect x="{one.x}" y="{TOP}" width="{one.width}" height="{BOTTOM - TOP}" fill="{ROOM}"/>',
        f'<rect x="{one.x}" y="{one.y}" width="{one.width}" height="{one.height}" fill="{colour}"/>',
        f'<text x="{one.middle}" y="{height}" text-anchor="middle">{escape(one.label)}</text>',
    ]
    if one.tick_y:
        drawn.append(f'<path d="M{one.x} {one.tick_y}h{one.width}" stroke="{ACCENT}" stroke-width="2.5" fill="none"/>')
    return "".join(drawn)
