"""`portal/clock.py` is the only source of time."""

import ast
from collections.abc import Iterator

from tests.house.source import modules, named, tree

PRESENT = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("timezone", "now")}
PRESENT |= {("timezone", "localdate"), ("time", "time"), ("functions", "Now")}
CLOCK = "portal/clock.py"
# The runtime has no Django and waits for processes; the demo asks once which day it is, to build its past from there.
MAY = {"portal/runtime/", "governance/board/demo/times.py"}


def asks_for_the_present(source: ast.Module) -> Iterator[int]:
    for node in ast.walk(source):
        if isinstance(node, ast.Attribute):
            owner = node.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if (name, node.attr) in PRESENT:
                yield node.lineno
        if isinstance(node, ast.keyword) and node.arg in ("auto_now", "auto_now_add"):
            yield node.lineno
        if isinstance(node, ast.ImportFrom) and any(
            (node.module or "").endswith("functions") and a.name == "Now" for a in node.names
        ):
            yield node.lineno


def test_nobody_else_asks_what_time_it_is():
    found = [
        f"{named(path)}:{line}"
        for path in modules()
        for line in asks_for_the_present(tree(path))
        if named(path) != CLOCK and not any(named(path).startswith(place) for place in MAY)
    ]

    assert found == []


def test_this_finds_every_way_to_ask():
    ways = """
datetime.now(UTC)
datetime.datetime.utcnow()
date.today()
timezone.now()
time.time()
DateTimeField(auto_now=True)
DateField(auto_now_add=True)
"""

    assert list(asks_for_the_present(ast.parse(ways))) == [2, 3, 4, 5, 6, 7, 8]
