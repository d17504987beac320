"""Where the boxes and lines of a layered graph stand: one column a layer, few crossings. (calculation)"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

BOX_WIDTH, BOX_HEIGHT = 184, 26  # px
COLUMN_GAP, ROW_GAP, MARGIN, HEAD = 56, 8, 8, 22
PASSES = 6
LONGEST_LABEL = 25


@dataclass(frozen=True, slots=True)
class Box:
    """One node: its left upper corner."""

    id: int
    layer: int
    x: int
    y: int

    @property
    def middle(self) -> int:
        return self.y + BOX_HEIGHT // 2

    @property
    def text_x(self) -> int:
        return self.x + 8

    @property
    def end_x(self) -> int:
        return self.x + BOX_WIDTH - 8

    @property
    def text_y(self) -> int:
        return self.y + 17


@dataclass(frozen=True, slots=True)
class Line:
    """One edge as an SVG path; `is_back` where it runs within a layer or against the others."""

    source: int
    target: int
    path: str
    is_back: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    boxes: Sequence[Box]
    lines: Sequence[Line]
    columns: Sequence[tuple[int, int]]  # (layer, x of its left edge)

    box_width: int = BOX_WIDTH
    box_height: int = BOX_HEIGHT


def draw(layers: Mapping[int, int], edges: Iterable[tuple[int, int]]) -> Drawing:
    """`layers`: node → layer, drawn from left to right; `edges`: (from, to). Nodes of a layer keep the order they are given in
    where nothing speaks for another."""
    links = [(one, other) for one, other in edges if one in layers and other in layers]
    columns: dict[int, list[int]] = {}
    for node, layer in layers.items():
        columns.setdefault(layer, []).append(node)
    order = [columns[layer] for layer in sorted(columns)]
    _untangle(order, links)
    tallest = max(map(len, order), default=0)
    boxes = {}
    for place, column in enumerate(order):
        top = HEAD + MARGIN + (tallest - len(column)) * (BOX_HEIGHT + ROW_GAP) // 2
        for row, node in enumerate(column):
            x = MARGIN + place * (BOX_WIDTH + COLUMN_GAP)
            boxes[node] = Box(node, layers[node], x, top + row * (BOX_HEIGHT + ROW_GAP))
    width = 2 * MARGIN + len(order) * BOX_WIDTH + max(0, len(order) - 1) * COLUMN_GAP
    height = HEAD + 2 * MARGIN + tallest * (BOX_HEIGHT + ROW_GAP)
    heads = [(layer, MARGIN + place * (BOX_WIDTH + COLUMN_GAP)) for place, layer in enumerate(sorted(columns))]
    lines = [_line(boxes[one], boxes[other]) for one, other in links]
    width += COLUMN_GAP // 2 if any(line.is_back for line in lines) else 0
    return Drawing(width, height, list(boxes.values()), lines, heads)


def shortened(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1].rstrip()}…"


def _untangle(order: list[list[int]], links: Sequence[tuple[int, int]]) -> None:
    """Each column by the mean place of its neighbours in the column before, then in the one after, a few times."""
    neighbours: dict[int, list[int]] = {}
    for one, other in links:
        neighbours.setdefault(one, []).append(other)
        neighbours.setdefault(other, []).append(one)
    for turn in range(PASSES):
        around = range(1, len(order)) if turn % 2 == 0 else range(len(order) - 2, -1, -1)
        for place in around:
            beside = order[place - 1 if turn % 2 == 0 else place + 1]
            at = {node: row / max(1, len(beside) - 1) for row, node in enumerate(beside)}
            mean = {
                node: _mean([at[one] for one in neighbours.get(node, ()) if one in at], row / max(1, len(order[place]) - 1))
                for row, node in enumerate(order[place])
            }
            order[place].sort(key=mean.__getitem__)


def _mean(places: Sequence[float], otherwise: float) -> float:
    return sum(places) / len(places) if places else otherwise


def _line(one: Box, other: Box) -> Line:
    if one.layer < other.layer:
        start, end = one.x + BOX_WIDTH, other.x
        bend = max(COLUMN_GAP // 2, (end - start) // 2)
        path = f"M{start} {one.middle}C{start + bend} {one.middle} {end - bend} {other.middle} {end} {other.middle}"
        return Line(one.id, other.id, path, is_back=False)
    start, end = one.x + BOX_WIDTH, other.x + BOX_WIDTH
    out = max(start, end) + COLUMN_GAP // 2
    return Line(
        one.id, other.id, f"M{start} {one.middle}C{out} {one.middle} {out} {other.middle} {end} {other.middle}", is_back=True
    )
