"""docs/security.md walks every point of the standard, and each test it names exists."""

import re

from tests.house.source import ROOT

DOCUMENT = ROOT / "docs" / "security.md"
# OWASP ASVS 5.0.0, levels 1 and 2: section → its points. Those of level 3 are left out.
POINTS = {
    "1.1": "1-2",
    "1.2": "1-9",
    "1.3": "1-11",
    "1.4": "1-3",
    "1.5": "1-2",
    "2.1": "1-3",
    "2.2": "1-3",
    "2.3": "1-4",
    "2.4": "1",
    "3.2": "1-2",
    "3.3": "1-4",
    "3.4": "1-6",
    "3.5": "1-5",
    "3.7": "1-2",
    "4.1": "1-3",
    "4.2": "1",
    "4.3": "1-2",
    "4.4": "1-4",
    "5.1": "1",
    "5.2": "1-3",
    "5.3": "1-2",
    "5.4": "1-3",
    "6.1": "1-3",
    "6.2": "1-12",
    "6.3": "1-4",
    "6.4": "1-4",
    "6.5": "1-5",
    "6.6": "1-3",
    "6.8": "1-4",
    "7.1": "1-3",
    "7.2": "1-4",
    "7.3": "1-2",
    "7.4": "1-5",
    "7.5": "1-2",
    "7.6": "1-2",
    "8.1": "1-2",
    "8.2": "1-3",
    "8.3": "1",
    "8.4": "1",
    "9.1": "1-3",
    "9.2": "1-4",
    "10.1": "1-2",
    "10.2": "1-2",
    "10.3": "1-4",
    "10.4": "1-11",
    "10.5": "1-5",
    "10.6": "1-2",
    "10.7": "1-3",
    "11.1": "1-2",
    "11.2": "1-3",
    "11.3": "1-3",
    "11.4": "1-4",
    "11.5": "1",
    "11.6": "1",
    "12.1": "1-3",
    "12.2": "1-2",
    "12.3": "1-4",
    "13.1": "1",
    "13.2": "1-5",
    "13.3": "1-2",
    "13.4": "1-5",
    "14.1": "1-2",
    "14.2": "1-4",
    "14.3": "1-3",
    "15.1": "1-3",
    "15.2": "1-3",
    "15.3": "1-7",
    "16.1": "1",
    "16.2": "1-5",
    "16.3": "1-4",
    "16.4": "1-3",
    "16.5": "1-3",
    "17.1": "1",
    "17.2": "1-4",
    "17.3": "1-2",
}
STATES = {"holds", "by reading", "not ours", "open"}


def spread(told):
    """ "1-3" → 1, 2, 3."""
    first, _dash, last = told.partition("-")
    return range(int(first), int(last or first) + 1)


def expected():
    return [f"{section}.{number}" for section, told in POINTS.items() for number in spread(told)]


def walked():
    """(points, state, what is said, tests) of each row."""
    for line in DOCUMENT.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if re.match(r"\d+\.\d+\.\d+", cells[0]):
            points = []
            for part in cells[0].split(", "):
                first, _dash, last = part.partition("–")
                section = first.rpartition(".")[0]
                points += [
                    f"{section}.{number}" for number in spread(f"{first.rpartition('.')[2]}-{(last or first).rpartition('.')[2]}")
                ]
            yield points, cells[1], cells[2], re.findall(r"`(tests/[^`]+)`", line)


def test_every_point_is_walked_once():
    told = [point for points, *_rest in walked() for point in points]

    assert len(expected()) == 253
    assert sorted(told) == sorted(expected())


def test_what_holds_is_shown_and_what_is_open_says_what_is_missing():
    wrong = [
        points
        for points, state, said, tests in walked()
        if state not in STATES
        or not said
        or (state == "holds" and not tests)
        or (state == "open" and "**Missing:**" not in said and "**On purpose**" not in said)
    ]

    assert wrong == []


def test_every_test_it_names_exists():
    named = {test for *_rest, tests in walked() for test in tests}
    gone = []
    for test in named:
        path, _colons, name = test.partition("::")
        file = ROOT / path
        if not file.exists() or not re.search(rf"^def {re.escape(name)}\(", file.read_text(), re.MULTILINE):
            gone.append(test)

    assert len(named) > 100
    assert gone == []


def test_it_is_found_from_where_one_looks():
    assert "docs/security.md" in (ROOT / "README.md").read_text()
    assert "security.md" in (ROOT / "docs" / "operating.md").read_text()
