"""The page "if this fails": both sides of an asset as tables, and the nearest of them as a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assets import graph_drawing, reach
from assets.graph_drawing import Box, Drawing
from assets.models import Asset, CriticalityOverride
from assets.reach import Side

MOST_DRAWN = 60
MOST_LISTED = 150  # on each side


@dataclass(frozen=True)
class Node:
    """A box with the asset it stands for."""

    box: Box
    asset: Asset

    @property
    def label(self) -> str:
        return graph_drawing.shortened(self.asset.name)


@dataclass(frozen=True)
class Reached:
    """`left_out` of the drawing are those that stand in the tables alone."""

    fails: Side
    leans_on: Side
    drawing: Drawing
    nodes: Sequence[Node]
    left_out: int
    overrides: Sequence[CriticalityOverride]

    @property
    def tables(self) -> Sequence[tuple[str, Side]]:
        return (("fails", self.fails), ("leans-on", self.leans_on))


def read(asset: Asset, user: Any) -> Reached:
    up, down, links = reach.both_sides(asset, user, MOST_LISTED)
    near = sorted([*((one, -one.depth) for one in up.steps), *((one, one.depth) for one in down.steps)], key=_nearness)
    drawn = near[: MOST_DRAWN - 1]
    assets = {asset.pk: asset} | {one.asset.pk: one.asset for one, __ in drawn}
    layers = {asset.pk: 0} | {one.asset.pk: layer for one, layer in drawn}
    edges = dict.fromkeys((link.dependent_id, link.supporting_id) for link in links)
    drawing = graph_drawing.draw(layers, edges)
    overrides = asset.criticality_overrides.current().select_related("set_by").order_by("pk")
    return Reached(
        fails=up,
        leans_on=down,
        drawing=drawing,
        nodes=[Node(box, assets[box.id]) for box in drawing.boxes],
        left_out=len(near) - len(drawn),
        overrides=list(overrides),
    )


def _nearness(one: tuple[reach.Step, int]) -> tuple[int, int, str, int]:
    step, layer = one
    return abs(layer), -(step.asset.effective_criticality or 0), step.asset.name, step.asset.pk
