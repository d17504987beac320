"""Mapping controls, crosswalks that suggest, and what a new edition carries over."""

import random
from decimal import Decimal

import pytest

from governance.compliance import crosswalks, frameworks, mapping_book, mappings
from governance.compliance.errors import MappedAlready, NothingToAnswer, NotSuggested, UnreadableCatalog
from governance.compliance.models import ControlMapping, Coverage, Crosswalk, CrosswalkPair, Framework, Requirement
from portal.errors import Invalid, Stale
from portal.record.models import AuditEntry
from risks import controls
from risks.errors import ControlRetired
from risks.models import Control
from tests.factories.compliance import catalog_of, control_of, make_framework, stream_of
from tests.factories.risks import make_control
from tests.governance.compliance.test_coverage import brute_force, kept
from tests.shared_data import shared_file


@pytest.fixture
def analyst(person):
    return person("ANALYST")


@pytest.fixture
def control(company):
    return make_control(unit=company.northfield)


def rule(number, framework=None):
    rows = Requirement.objects.filter(framework=framework) if framework else Requirement.objects
    return rows.get(identifier=f"hr-{number}")


def walk(text, **more):
    return crosswalks.take_in(stream_of(text), actor=None, **more)


def test_a_mapping_counts_at_once_and_is_on_record(analyst, control):
    make_framework()

    found = mappings.add(control, rule(1), "SUBSET", actor=analyst, note="  Doors  only ")

    assert (found.note, found.mapped_by) == ("Doors only", analyst)
    assert Coverage.objects.get(requirement=rule(1)).share == Decimal("0.2250")  # a part, and half of 0.90 without evidence
    entry = AuditEntry.objects.get(verb="control_mapping.confirmed")
    assert (entry.subject_id, entry.params["relationship"]) == (found.pk, "SUBSET")


def test_each_refusal(analyst, control, company):
    make_framework()
    found = mappings.add(control, rule(1), "EQUAL", actor=analyst)

    with pytest.raises(MappedAlready):
        mappings.add(control, rule(1), "SUBSET", actor=analyst)
    with pytest.raises(NothingToAnswer):
        mappings.add(control, Requirement.objects.get(identifier="hr"), "EQUAL", actor=analyst)
    with pytest.raises(Invalid):
        mappings.add(control, rule(2), "SIMILAR", actor=analyst)
    with pytest.raises(Invalid):
        mappings.add(control, rule(2), "EQUAL", actor=analyst, note="x" * 501)
    with pytest.raises(Stale):
        mappings.change(found, actor=analyst, version=7, relationship="EQUAL", note="")
    mappings.remove(found, actor=analyst)
    with pytest.raises(NotSuggested):
        mappings.remove(found, actor=analyst)
    gone = controls.retire(make_control(unit=company.northfield), actor=analyst, reason="Old")
    with pytest.raises(ControlRetired):
        mappings.add(gone, rule(1), "EQUAL", actor=analyst)
    assert not Coverage.objects.filter(share__gt=0).exists()


def test_a_change_of_how_it_relates_counts_anew(analyst, control):
    make_framework()
    found = mappings.add(control, rule(1), "EQUAL", actor=analyst)
    whole = Coverage.objects.get(requirement=rule(1)).share

    mappings.change(found, actor=analyst, version=1, relationship="SUBSET", note="")

    assert Coverage.objects.get(requirement=rule(1)).share == whole / 2


def test_a_crosswalk_suggests_both_ways_and_a_person_confirms(analyst, control):
    one, two = make_framework(1, 2), make_framework(1, 2, title="Plant rules")
    walk("source,target,relationship\nhr-1,hr-2,equal\nhr-2,hr-1,intersect\n", source=one, target=two)
    mappings.add(control, rule(1, one), "SUPERSET", actor=analyst)
    mappings.add(control, rule(1, two), "SUPERSET", actor=analyst)

    forth = crosswalks.suggested([rule(2, two).pk], analyst)[rule(2, two).pk][0]
    back = crosswalks.suggested([rule(2, one).pk], analyst)[rule(2, one).pk][0]

    assert (forth.control, forth.relationship, forth.through) == (control, "SUPERSET", rule(1, one))
    assert (back.relationship, back.through) == ("INTERSECTS", rule(1, two))
    before = Coverage.objects.filter(share__gt=0).count()
    made = crosswalks.confirm(control, rule(2, two), actor=analyst)
    assert (made.suggested_by, made.relationship) == (forth.pair, "SUPERSET")
    assert Coverage.objects.filter(share__gt=0).count() == before + 1
    crosswalks.refuse(control, rule(2, one), actor=analyst)
    assert crosswalks.suggested([rule(2, one).pk, rule(2, two).pk], analyst) == {}
    with pytest.raises(NotSuggested):
        crosswalks.confirm(control, rule(2, one), actor=analyst)


def by_force():
    """(requirement, control) for each pair that leads from what a control answers to what nobody has said of it yet."""
    said = {(row.requirement_id, row.control_id): row.state for row in ControlMapping.objects.filter(archived_at=None)}
    found = set()
    for pair in CrosswalkPair.objects.all():
        for known, goal in ((pair.source_id, pair.target_id), (pair.target_id, pair.source_id)):
            for one in Control.objects.exclude(state="RETIRED"):
                if said.get((known, one.pk)) == "CONFIRMED" and (goal, one.pk) not in said:
                    found.add((goal, one.pk))
    return found


def offered(analyst):
    found = crosswalks.suggested(Requirement.objects.assessable().values_list("pk", flat=True), analyst)
    return {(goal, one.control.pk) for goal, ones in found.items() for one in ones}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_a_crosswalk_offers_and_then_covers_is_what_brute_force_finds(analyst, company, seed):
    chance = random.Random(seed)
    one, two = make_framework(1, 2, 3, 4, 5), make_framework(1, 2, 3, 4, 5, title="Plant rules")
    pairs = sorted({(chance.randint(1, 5), chance.randint(1, 5)) for _ in range(8)})
    lines = [f"hr-{left},hr-{right},{chance.choice(('equal', 'subset', 'intersect'))}" for left, right in pairs]
    walk("\n".join(["source,target,relationship", *lines]), source=one, target=two)
    guards = [make_control(unit=company.northfield) for _ in range(3)]
    for guard in guards:
        for framework in (one, two):
            mappings.add(guard, rule(chance.randint(1, 5), framework), chance.choice(("EQUAL", "SUBSET")), actor=analyst)

    for _step in range(6):
        assert offered(analyst) == by_force()
        if not (left := sorted(by_force())):
            break
        goal, guard = chance.choice(left)
        settle = chance.choice((crosswalks.confirm, crosswalks.confirm, crosswalks.refuse))
        settle(Control.objects.get(pk=guard), Requirement.objects.get(pk=goal), actor=analyst)
        assert kept() == brute_force()
    controls.retire(guards[0], actor=analyst, reason="Replaced")
    assert offered(analyst) == by_force()


def test_suggestions_name_no_control_that_one_may_not_open(analyst, person, company):
    one, two = make_framework(1), make_framework(1, title="Plant rules")
    walk("source,target,relationship\nhr-1,hr-1,equal\n", source=one, target=two)
    far = make_control(unit=company.eastmere)
    mappings.add(far, rule(1, one), "EQUAL", actor=analyst)
    engineer = person("ENGINEER", unit=company.northfield)

    assert crosswalks.suggested([rule(1, two).pk], engineer) == {}
    explained = mapping_book.explain(rule(1, one), engineer)
    assert (explained.lines, explained.hidden, explained.percent) == ([], 1, 45)


def test_the_published_crosswalk_comes_whole_and_once(db):
    frameworks.add_shipped()
    path = shared_file("crosswalk/nist-csf-2.0-to-iso-27001-2022.csv")

    with path.open("rb") as stream:
        found, is_new = crosswalks.take_in(stream, actor=None)
    with path.open("rb") as stream:
        again, is_new_again = crosswalks.take_in(stream, actor=None)

    pairs = set(CrosswalkPair.objects.values_list("source__identifier", "target__identifier"))
    told = {tuple(line.split(",")[:2]) for line in path.read_text().splitlines()[1:]}
    assert (found.source.key, found.target.key, found.pair_count, is_new) == ("nist-csf", "iso-27001", 341, True)
    assert pairs == told
    assert (again, is_new_again, Crosswalk.objects.count()) == (found, False, 1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "has the columns"),
        ("a,b\n1,2\n", "has the columns"),
        ("source,target,relationship\nhr-1,hr-2,likes\n", "Line 2"),
        ("source,target,relationship\nhr-1,hr-2,equal\nhr-1,hr-2,equal\n", "Line 3"),
        ("source,target,relationship\nhr-1,zz-2,equal\n", "No single framework here holds zz-2"),
        ('source,target,relationship\nhr-1,"hr-2,equal\n', "no CSV"),
    ],
)
def test_a_broken_crosswalk_gets_one_sentence(db, text, sentence):
    make_framework(1, 2)

    with pytest.raises(UnreadableCatalog, match=sentence):
        walk(text)
    with pytest.raises(UnreadableCatalog, match="has no hr-9"):
        walk("source,target,relationship\nhr-1,hr-9,equal\n", source=Framework.objects.get(), target=Framework.objects.get())
    assert not Crosswalk.objects.exists()


def test_a_new_edition_takes_over_what_was_said_of_what_stayed(analyst, control):
    first = make_framework(1, 2)
    mappings.add(control, rule(1), "EQUAL", actor=analyst, note="Doors")
    mappings.add(control, rule(2), "EQUAL", actor=analyst)

    second = frameworks.take_in(stream_of(catalog_of(control_of(1), control_of(3), version="2.0")), actor=analyst).framework

    carried = list(
        ControlMapping.objects.filter(requirement__framework=second).values_list("requirement__identifier", "note", "mapped_by")
    )
    assert carried == [("hr-1", "Doors", analyst.pk)]
    assert ControlMapping.objects.filter(requirement__framework=first).count() == 2
    assert Coverage.objects.get(requirement=rule(1, second)).share == Coverage.objects.get(requirement=rule(1, first)).share
