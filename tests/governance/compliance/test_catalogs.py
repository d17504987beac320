"""The frameworks that come along, and the tree every catalog has to be."""

import csv
import json
from collections import Counter

import pytest

from governance.compliance import catalog, frameworks
from governance.compliance.catalog import BrokenCatalog, Catalog, Item
from governance.compliance.readers import csv_catalog
from tests.shared_data import shared_file

SHIPPED = {path.stem: csv_catalog.read(path.read_text()) for path in sorted(frameworks.SHIPPED.glob("*.csv"))}
CSF, ISO = SHIPPED["nist-csf-2.0"], SHIPPED["iso-27001-2022"]


def rules(*items: Item) -> Catalog:
    return Catalog("rules", "1", "Rules", "", items)


def rule(identifier: str, parent: str = "", **more) -> Item:
    return Item(identifier, parent, "rule", f"Rule {identifier}", **more)


def test_csf_has_6_functions_22_categories_and_106_subcategories():
    assert Counter(item.kind for item in CSF.items) == {"function": 6, "category": 22, "subcategory": 106}
    assert [item.identifier for item in CSF.items if item.kind == "function"] == ["GV", "ID", "PR", "DE", "RS", "RC"]
    assert all(item.assessable == (item.kind == "subcategory") for item in CSF.items)


def test_iso_27001_has_clauses_4_to_10_and_93_controls():
    controls = Counter(item.parent for item in ISO.items if item.kind == "control")
    chapters = [item.identifier for item in ISO.items if item.parent == "clauses"]

    assert controls == {"A.5": 37, "A.6": 8, "A.7": 14, "A.8": 34}
    assert chapters == ["4", "5", "6", "7", "8", "9", "10"]
    for theme, last in (("A.5", 37), ("A.6", 8), ("A.7", 14), ("A.8", 34)):
        assert [item.identifier for item in ISO.items if item.parent == theme] == [f"{theme}.{n}" for n in range(1, last + 1)]
    assert sum(item.assessable for item in ISO.items) == 93 + 30


def test_the_other_two_have_seven_each():
    assert [item.identifier for item in SHIPPED["cisa-secure-by-design"].items] == list("1234567")
    assert [item.identifier for item in SHIPPED["iec-62443-3-3"].items] == [f"FR {n}" for n in range(1, 8)]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_catalog_is_a_tree_in_our_own_short_words(name):
    placed = catalog.place(SHIPPED[name])

    assert [one.item for one in placed] == list(SHIPPED[name].items)
    assert all(len(item.title) <= 60 and not item.text for item in SHIPPED[name].items)
    assert not SHIPPED[name].is_official


def test_csf_has_the_official_identifiers_and_none_of_the_official_sentences():
    found = json.loads(shared_file("oscal/nist-csf-2.0-catalog.json").read_text())["catalog"]
    official, sentences = [], set()

    def walk(one, parent):
        official.append((one["id"], parent))
        sentences.update({one["title"], *(part["prose"] for part in one.get("parts", ()))})
        for child in one.get("controls", ()):
            walk(child, one["id"])

    for group in found["groups"]:
        walk(group, "")

    assert [(item.identifier, item.parent) for item in CSF.items] == official
    functions = {item.title for item in CSF.items if item.kind == "function"}  # names, not wording
    assert {item.title for item in CSF.items} & sentences == functions


def test_iso_has_the_official_identifiers_and_none_of_the_official_titles():
    outline = list(csv.DictReader(shared_file("crosswalk/iso-27001-2022-outline.csv").open()))
    names = [row["id"] if row["id"] != "core" else "clauses" for row in outline]

    assert [item.identifier for item in ISO.items] == names
    assert [item.assessable for item in ISO.items] == [row["assessable"] == "True" for row in outline]
    assert {item.title.casefold() for item in ISO.items} & {row["title"].casefold() for row in outline} == set()


def test_a_walk_gives_every_item_the_range_of_what_stands_below():
    placed = catalog.place(rules(rule("a"), rule("a.1", "a"), rule("b"), rule("a.2", "a"), rule("a.1.x", "a.1")))

    assert [(one.item.identifier, one.place, one.last_place, one.depth) for one in placed] == [
        ("a", 0, 3, 1),
        ("a.1", 1, 2, 2),
        ("a.1.x", 2, 2, 3),
        ("a.2", 3, 3, 2),
        ("b", 4, 4, 1),
    ]


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ([], "empty"),
        ([rule("a", assessable=False)], "empty"),
        ([rule("a"), rule("a")], "twice"),
        ([rule("a", "x")], "orphan"),
        ([rule("z"), rule("a", "b"), rule("b", "a")], "cycle"),
        ([rule("a", "a"), rule("b")], "cycle"),
        ([rule(str(n), str(n - 1) if n else "") for n in range(30)], "too-deep"),
        ([rule(" ")], "unnamed"),
        ([rule("a" * 81)], "too-long"),
        ([rule("a", text="x" * 50_001)], "too-long"),
        ([rule("a", text="a\x00b")], "unspeakable"),
        ([rule("a", text="a\ud800b")], "unspeakable"),
        ([rule("a", parts=[{"prose": "\ud800"}])], "unspeakable"),
    ],
)
def test_what_is_no_tree_is_refused(items, reason):
    with pytest.raises(BrokenCatalog) as told:
        catalog.place(rules(*items))

    assert told.value.reason == reason


def test_two_editions_differ_by_what_was_added_changed_and_withdrawn():
    before = [rule("a"), rule("b"), rule("c"), rule("d"), rule("g", assessable=False)]
    after = [rule("a"), rule("b", text="New words"), rule("c", assessable=False, is_withdrawn=True), rule("e")]

    found = catalog.compare(before, after)

    assert (found.added, found.changed, found.withdrawn, found.kept) == (("e",), ("b",), ("c", "d"), ("a",))


def test_a_catalog_survives_csv_with_whatever_a_cell_may_hold():
    one = rule("a", text='=HYPERLINK("x"), says "who"\nand more', guidance="'quoted'", assessable=True)
    whole = rules(rule("g", assessable=False), one, rule("a.1", "a", assessable=False, is_withdrawn=True))

    read = csv_catalog.read("".join(csv_catalog.write(whole)))

    assert read.items == whole.items
    assert (read.key, read.edition, read.name) == ("rules", "1", "Rules")
    assert "\"'=HYPERLINK" in "".join(csv_catalog.write(whole))
