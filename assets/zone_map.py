"""Where zones and what crosses between them stand on the map by Purdue level: a row a level, the office above. (calculation)"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

BOX_WIDTH, BOX_HEIGHT = 172, 44  # px
GAP, ROW_GAP, MARGIN, HEAD = 28, 34, 8, 74
LEVELS = ("5", "4", "3.5", "3", "2", "1", "0")


@dataclass(frozen=True, slots=True)
class Box:
    """A zone: its left upper corner."""

    id: int
    x: int
    y: int

    @property
    def text_x(self) -> int:
        return self.x + 8

    @property
    def name_y(self) -> int:
        return self.y + 18

    @property
    def note_y(self) -> int:
        return self.y + 35


@dataclass(frozen=True, slots=True)
class Line:
    """What joins two zones; `is_open` where a conduit does, else something crosses without one."""

    path: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Map:
    width: int
    height: int
    rows: Sequence[tuple[str, int, int]]  # level, y of its line, y of its word
    boxes: Sequence[Box]
    lines: Sequence[Line]

    box_width: int = BOX_WIDTH
    box_height: int = BOX_HEIGHT


def draw(levels: Mapping[int, str], conduits: Iterable[tuple[int, int]], faults: Iterable[tuple[int, int]]) -> Map:
    """`levels`: zone → Purdue level; only levels with a zone get a row."""
    used = [level for level in LEVELS if level in set(levels.values())]
    boxes: dict[int, Box] = {}
    widest = 0
    for row, level in enumerate(used):
        there = [zone for zone, of in levels.items() if of == level]
        for place, zone in enumerate(there):
            boxes[zone] = Box(zone, HEAD + MARGIN + place * (BOX_WIDTH + GAP), MARGIN + row * (BOX_HEIGHT + ROW_GAP))
        widest = max(widest, len(there))
    joined = {frozenset(pair): True for pair in conduits} | {frozenset(pair): False for pair in faults}
    lines = [
        Line(_path(*(boxes[zone] for zone in sorted(pair))), is_open)
        for pair, is_open in joined.items()
        if len(pair) == 2 and all(zone in boxes for zone in pair)
    ]
    rows = [
        (level, MARGIN + n * (BOX_HEIGHT + ROW_GAP) - ROW_GAP // 2, MARGIN + n * (BOX_HEIGHT + ROW_GAP) + 26)
        for n, level in enumerate(used)
    ]
    width = HEAD + 2 * MARGIN + widest * BOX_WIDTH + max(0, widest - 1) * GAP + GAP
    return Map(width, 2 * MARGIN + len(used) * (BOX_HEIGHT + ROW_GAP) - ROW_GAP, rows, list(boxes.values()), lines)


def _path(one: Box, other: Box) -> str:
    if one.y == other.y:
        left, right = sorted((one, other), key=lambda box: box.x)
        top = left.y + BOX_HEIGHT
        start, end = left.x + BOX_WIDTH * 3 // 4, right.x + BOX_WIDTH // 4
        return f"M{start} {top}C{start} {top + ROW_GAP // 2} {end} {top + ROW_GAP // 2} {end} {top}"
    upper, lower = sorted((one, other), key=lambda box: box.y)
    if lower.y - upper.y > BOX_HEIGHT + ROW_GAP:  # past the rows between, so that no line runs behind a box
        start, end = upper.x + BOX_WIDTH, lower.x + BOX_WIDTH
        out = max(start, end) + GAP
        top, bottom = upper.y + BOX_HEIGHT // 2, lower.y + BOX_HEIGHT // 2
        return f"M{start} {top}C{out} {top} {out} {bottom} {end} {bottom}"
    start, end = upper.x + BOX_WIDTH // 2, lower.x + BOX_WIDTH // 2
    top, bottom = upper.y + BOX_HEIGHT, lower.y
    middle = (top + bottom) // 2
    return f"M{start} {top}C{start} {middle} {end} {middle} {end} {bottom}"
