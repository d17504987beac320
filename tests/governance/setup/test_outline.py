import pytest

from governance.setup import outline
from portal.errors import Invalid
from portal.people.models import Unit
from portal.record.models import AuditEntry

TREE = """
Southmere (site)
    Press shop
    Paint line

- Group services (division)
\t- IT
\t- Finance (Group)
Northfield
  Packing
"""


def written(planned):
    return [(one.name, one.kind, one.depth, bool(one.unit)) for one in planned]


def test_indentation_is_the_tree_and_what_is_there_is_recognised(company):
    assert written(outline.plan(TREE)) == [
        ("Southmere", "SITE", 0, False),
        ("Press shop", "DEPARTMENT", 1, False),
        ("Paint line", "DEPARTMENT", 1, False),
        ("Group services", "DIVISION", 0, False),
        ("IT", "DEPARTMENT", 1, False),
        ("Finance (Group)", "DEPARTMENT", 1, False),
        ("Northfield", "SITE", 0, True),
        ("Packing", "DEPARTMENT", 1, False),
    ]
    assert Unit.objects.count() == 4


def test_only_what_is_new_is_founded_in_its_place(person, company):
    admin = person("ADMIN")

    founded = outline.found_all(TREE, actor=admin)

    assert len(founded) == 7
    assert Unit.objects.get(name="Packing").parent == company.northfield
    assert Unit.objects.get(name="IT").parent.name == "Group services"
    assert AuditEntry.objects.filter(verb="unit.founded", actor=admin).count() == 7


def test_the_same_again_founds_nothing(company):
    outline.found_all(TREE, actor=None)

    assert outline.found_all(TREE, actor=None) == []


def test_a_tree_may_go_back_to_any_level_above(company):
    planned = outline.plan("A\n        B\n            C\n        D\n    E\nF")

    assert [(one.name, one.depth) for one in planned] == [("A", 0), ("B", 1), ("C", 2), ("D", 1), ("E", 1), ("F", 0)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("North\nNorth", "Line 2: “North” stands here twice."),
        ("North\n\n   Halden (company)", "Line 3: the company stands at the top already; take division, department or site."),
        ("x" * 121, "Line 1: a name has at most 120 characters."),
        ("(site)", "Line 1: name the unit."),
    ],
)
def test_every_wrong_line_is_told_by_its_number_and_nothing_is_founded(company, text, told):
    with pytest.raises(Invalid) as refusal:
        outline.found_all(text, actor=None)

    assert refusal.value.fields == {"outline": [told]}
    assert Unit.objects.count() == 4


def test_too_many_lines_are_refused_as_a_whole(company):
    with pytest.raises(Invalid):
        outline.plan("\n".join(f"Unit {n}" for n in range(501)))
