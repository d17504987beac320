"""Files of catalogs on their way in: whole, twice without effect, broken ones with one sentence."""

import copy
import io
import json
import tracemalloc

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.compliance import catalog, frameworks, readers
from governance.compliance.catalog import BrokenCatalog
from governance.compliance.errors import EditionTaken, NoSuchCatalog, UnreadableCatalog
from governance.compliance.models import Framework, Requirement
from governance.compliance.readers import csv_catalog, oscal_catalog, oscal_profile
from portal.record.models import AuditEntry
from tests.factories.compliance import catalog_of, control_of, make_framework, stream_of
from tests.shared_data import shared_file

CSF, LOW = "oscal/nist-csf-2.0-catalog.json", "oscal/nist-sp-800-53-rev5-low-catalog.json"


def take_in(document, **more):
    return frameworks.take_in(stream_of(document), actor=None, **more)


def take_in_file(name):
    with shared_file(name).open("rb") as stream:
        return frameworks.take_in(stream, actor=None)


def everything():
    return list(Framework.objects.order_by("pk").values()), list(Requirement.objects.order_by("pk").values_list("pk", "text"))


def read_independently(path):
    """Groups, controls, enhancements and parts of an OSCAL file, counted and collected without our reader."""
    found = json.loads(path.read_text())["catalog"]
    holders, parts = [], []

    def of_parts(holder):
        for part in holder.get("parts", ()):
            parts.append((part.get("id", ""), part["name"], part.get("prose", "")))
            of_parts(part)

    def of_holder(one, level, parent):
        holders.append((one["id"], level, parent, one.get("title", "")))
        of_parts(one)
        for name in ("groups", "controls"):
            for child in one.get(name, ()):
                of_holder(child, "group" if name == "groups" else "control", one["id"])

    for name in ("groups", "controls"):
        for one in found.get(name, ()):
            of_holder(one, "group" if name == "groups" else "control", None)
    return holders, parts


def stored(framework):
    rows = list(framework.requirements.select_related("parent").order_by("place"))
    parts = []

    def of_parts(held):
        for part in held:
            parts.append((part["id"], part["name"], part["prose"]))
            of_parts(part.get("parts", ()))

    for row in rows:
        of_parts(row.parts)
    return rows, parts


@pytest.mark.parametrize(("name", "groups", "controls", "assessable"), [(CSF, 6, 128, 106), (LOW, 18, 149, 149)])
def test_the_real_catalogs_come_whole(db, name, groups, controls, assessable):
    holders, parts = read_independently(shared_file(name))

    framework = take_in_file(name).framework

    rows, kept = stored(framework)
    assert [(row.source_id, row.parent.source_id if row.parent else None) for row in rows] == [(h[0], h[2]) for h in holders]
    assert kept == parts
    assert sum(level == "group" for _id, level, _parent, _title in holders) == groups
    assert framework.requirement_count == groups + controls
    assert framework.assessable_count == sum(row.assessable for row in rows) == assessable
    assert all(row.title == h[3] or row.identifier == h[3] for row, h in zip(rows, holders, strict=True))
    assert framework.is_official


def test_the_wording_reads_as_printed(db):
    framework = take_in_file(LOW).framework

    policy = framework.requirements.get(identifier="AC-1")
    assert policy.kind == "control"
    assert policy.text.startswith("a. Develop, document, and disseminate to [organization-defined personnel or roles]:\n  1. [org")
    assert "insert: param" not in "".join(framework.requirements.values_list("text", flat=True))
    assert framework.requirements.filter(kind="enhancement").count() == 18


def test_the_same_file_twice_changes_nothing(db):
    take_in_file(LOW)
    before, entries = everything(), AuditEntry.objects.count()

    again = take_in_file(LOW)

    assert again.outcome == frameworks.UNCHANGED
    assert everything() == before
    assert AuditEntry.objects.count() == entries


def test_the_shipped_ones_come_once_and_take_the_official_wording(db):
    assert len(frameworks.add_shipped()) == 4
    assert frameworks.add_shipped() == []
    ours = Requirement.objects.get(framework__key="nist-csf", identifier="GV.OC-01")

    done = take_in_file(CSF)

    assert (done.outcome, done.framework.key, done.framework.is_official) == (frameworks.REWORDED, "nist-csf", True)
    official = Requirement.objects.get(pk=ours.pk)
    assert official.title == ours.title == "Security work follows from why we exist"
    assert official.text == "The organizational mission is understood and informs cybersecurity risk management"
    assert Requirement.objects.get(framework__key="nist-csf", identifier="GV.OC").title == "Organizational Context"
    assert take_in_file(CSF).outcome == frameworks.UNCHANGED
    assert frameworks.add_shipped() == []
    assert list(AuditEntry.objects.filter(verb="framework.reworded").values_list("subject_id", flat=True)) == [done.framework.pk]


def test_a_new_edition_supersedes_the_old_one_and_tells_what_changed(db):
    first = take_in(catalog_of(control_of(1), control_of(2), control_of(3)))

    second = take_in(catalog_of(control_of(1), control_of(2, "Doors are watched."), control_of(4), version="2.0"))

    told = second.comparison
    assert (second.outcome, told.added, told.changed, told.withdrawn) == ("NEW_EDITION", ("hr-4",), ("hr-2",), ("hr-3",))
    assert second.framework.replaces == first.framework
    assert list(Framework.objects.order_by("pk").values_list("state", flat=True)) == ["SUPERSEDED", "CURRENT"]


def test_an_older_edition_stands_behind_the_current_one(db):
    current = take_in(catalog_of(control_of(1), control_of(2), version="2.0")).framework

    done = take_in(catalog_of(control_of(1), control_of(3), version="1.1"))

    assert (done.outcome, done.framework.state, done.framework.replaces) == (frameworks.OLD_EDITION, "SUPERSEDED", None)
    current.refresh_from_db()
    assert (current.state, current.version, done.comparison) == ("CURRENT", 1, frameworks.NOTHING)
    assert take_in(catalog_of(control_of(1), control_of(3), version="1.1")).outcome == frameworks.UNCHANGED
    assert take_in(catalog_of(control_of(1), version="2.0.1")).framework.replaces == current


@pytest.mark.parametrize(
    ("edition", "than", "older"),
    [
        ("1.1", "2.0", True),
        ("2.0", "1.1", False),
        ("1.9", "1.10", True),
        ("2013", "2022", True),
        ("Rev. 4", "Rev. 5", True),
        ("5.1.1+u4", "5.2.0", True),
        ("3", "2022", False),
        ("2022", "3", False),
        ("spring", "2.0", False),
        ("2.0", "2.0-final", False),
    ],
)
def test_editions_are_told_apart_by_their_numbers(edition, than, older):
    assert catalog.is_older(edition, than) is older


def test_another_title_is_another_framework_unless_one_says_otherwise(db):
    first = make_framework().key
    assert take_in(catalog_of(control_of(9), title="Rules of the plant")).outcome == frameworks.ADDED

    done = take_in(catalog_of(control_of(1), title="Rules, renamed", version="3"), replaces=Framework.objects.get(key=first))

    assert (done.outcome, done.framework.key, done.comparison.withdrawn) == ("NEW_EDITION", first, ("hr-2", "hr-3"))


def test_other_requirements_need_another_version(db):
    make_framework(1, 2)
    before = everything()

    with pytest.raises(EditionTaken, match=r"House rules 1\.0 is there already.*another version"):
        take_in(catalog_of(control_of(1), control_of(7)))

    assert everything() == before


def test_what_is_withdrawn_is_told_and_not_asked_for(db):
    gone = control_of(2, props=[{"name": "status", "value": "withdrawn"}])

    framework = take_in(catalog_of(control_of(1), gone)).framework

    assert list(framework.requirements.order_by("place").values_list("identifier", "assessable", "is_withdrawn")) == [
        ("hr", False, False),
        ("hr-1", True, False),
        ("hr-2", False, True),
    ]


def deep(levels):
    found = control_of(0)
    for number in range(1, levels):
        found = control_of(number, controls=[found])
    return catalog_of(found)


def told_by(publisher="House", source="", **control):
    """A catalog of one control with what stands around it."""
    document = catalog_of(control_of(1, **control))
    document["catalog"]["metadata"]["parties"] = [{"type": "organization", "name": publisher}]
    document["catalog"]["uuid"] = source
    return document


def inserting(times):
    """A parameter that names itself so many times."""
    return control_of(1, "{{ insert: param, p }}", params=[{"id": "p", "label": "{{ insert: param, p }}" * times}])


def nested(levels):
    found = []
    for _level in range(levels):
        found = [found]
    return found


def selecting(*ids, **more):
    metadata = {"title": "Plant baseline", "version": "1.0"}
    return {"profile": {"metadata": metadata, "imports": [{"href": "#c", "include-controls": [{"with-ids": list(ids)} | more]}]}}


LABELLED = {"props": [{"name": "label", "value": "hr-1"}]}
HOSTILE = {
    "a parameter of itself": (catalog_of(inserting(1_000)), "longer than a requirement may be"),
    "a title of blanks": (catalog_of(control_of(1), title="x" + " " * 20_000 + "y", version="z" * 41), "longer than"),
    "a publisher of bytes": (told_by("Ho\x00use"), "characters that no text has"),
    "a publisher of half letters": (told_by("Ho\ud800use"), "characters that no text has"),
    "a source of bytes": (told_by(source="a\x00b"), "characters that no text has"),
    "a long source": (told_by(source="a" * 201), "longer than a requirement may be"),
    "a long id": (told_by(id="a" * 201, **LABELLED), "longer than a requirement may be"),
    "an id of bytes": (told_by(id="a\x00b", **LABELLED), "characters that no text has"),
    "a long kind of half letters": (told_by(**{"class": "\ud800" * 90}), "longer than a requirement may be"),
    "a name of half letters": (catalog_of(control_of(1), version="\ud800" * 90), "longer than a requirement may be"),
    "nested parameters": (catalog_of(control_of(1, params=[{"id": "p", "x": nested(500)}])), "nested too deep"),
    "an endless number": ('{"catalog": 1e999}', "a number that is none"),
    "a choice of none": (selecting("hr-1") | {}, "is no list of texts"),
    "an id of half letters": (selecting("\ud800"), "characters that no text has"),
    "a long pattern": (selecting(matching=[{"pattern": "?" * 201}]), "longer than a requirement may be"),
    "a short CSV row": ("title,framework,version,identifier\nA,x,1,a\nB\n", "Line 3 ends before its identifier"),
    "an empty file": ("", "The file is empty"),
    "no text": (b"\xff\xfe\x00", "no UTF-8"),
    "half a file": (json.dumps(catalog_of(control_of(1)))[:200], "breaks off or is no JSON"),
    "another document": ({"component-definition": {}}, "holds no catalog and no profile"),
    "any JSON": ({"a": 1}, "no catalog that can be read"),
    "a list": ([1, 2], "no catalog that can be read"),
    "no metadata": ({"catalog": {"groups": []}}, "no catalog that can be read"),
    "no version": ({"catalog": {"metadata": {"title": "x"}}}, "no title or no version"),
    "nothing in it": (catalog_of(), "no requirement that can be assessed"),
    "the same twice": (catalog_of(control_of(1), control_of(1)), "hr-1 twice"),
    "wrong shapes": (catalog_of({"id": "x", "title": ["y"]}), "is no text"),
    "wrong lists": (catalog_of(controls="x") | {}, "is no list of objects"),
    "too deep a tree": (deep(60), "too deep"),
    "bottomless JSON": ('{"catalog":' + "[" * 200_000, "nested too deep"),
    "a name twice": ('{"catalog": {}, "catalog": {}}', "gives a name twice"),
    "no number": ('{"catalog": NaN}', "a number that is none"),
    "too many": (catalog_of(*({"id": f"c{n}", "title": "x"} for n in range(20_001))), "more than 20,000"),
    "a null byte": (catalog_of(control_of(1, "a\x00b")), "characters that no text has"),
    "half a letter": (catalog_of(control_of(1, "a\ud800b")), "characters that no text has"),
    "a long text": (catalog_of(control_of(1, "x" * 60_000)), "longer than a requirement may be"),
    "a profile of nothing": ({"profile": {"metadata": {"title": "x", "version": "1"}}}, "selects nothing"),
    "a profile of itself": (
        {"profile": {"uuid": "u", "metadata": {"title": "x", "version": "1"}, "imports": [{"href": "#u"}]}},
        "selects from itself",
    ),
    "a CSV cycle": ("framework,version,identifier,parent,title\nx,1,a,b,A\n,,b,a,B\n,,c,,C\n", "stands below itself"),
    "a CSV orphan": ("framework,version,identifier,parent,title\nx,1,a,z,A\n", "not in this file"),
    "a CSV of two": ("framework,version,identifier,title\nx,1,a,A\ny,1,b,B\n", "more than one framework"),
    "CSV without title": ("framework,version,identifier\nx,1,a\n", "The header does not fit: title"),
    "a long CSV row": ("framework,version,identifier,title\nx,1,a,A,extra\n", "Line 2 has more cells"),
    "a CSV quote": ('framework,version,identifier,title\nx,1,a,"A\n', "cannot be read as CSV"),
    "an undecided cell": ("framework,version,identifier,title,assessable\nx,1,a,A,maybe\n", "say yes or no"),
    "prose": ("Once upon a time\nthere was a rule\n", "no catalog that can be read"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_broken_or_hostile_file_gets_one_sentence_and_leaves_nothing(db, what):
    document, sentence = HOSTILE[what]
    if what == "a choice of none":
        document["profile"]["modify"] = {"set-parameters": [{"param-id": "p", "select": {"choice": 5}}]}
    if what == "wrong lists":
        document["catalog"]["groups"][0]["controls"] = "x"
    stream = io.BytesIO(document) if isinstance(document, bytes) else stream_of(document)

    with pytest.raises(UnreadableCatalog) as told:
        frameworks.take_in(stream, actor=None)

    assert sentence in str(told.value)
    assert str(told.value).count("\n") == 0
    assert "%" not in str(told.value)
    assert len(str(told.value).encode()) < 300
    assert everything() == ([], [])


def test_a_file_that_grows_by_what_it_inserts_is_left_before_it_fills_the_memory():
    grows, many = (
        catalog_of(inserting(40)),
        [control_of(n, "{{ param, p }}", params=[{"id": "p", "label": "x" * 900}]) for n in range(60)],
    )
    tracemalloc.start()
    try:
        with pytest.raises(BrokenCatalog, match="too-long"):
            oscal_catalog.read(grows["catalog"])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 2_000_000
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalog, "MOST_TEXT", 50_000)
        with pytest.raises(BrokenCatalog, match="hr-55"):
            oscal_catalog.read(catalog_of(*many)["catalog"])


def profile_of(*imports, uuid="0b1d3a4c-0000-4000-8000-000000000009", **more):
    metadata = {"title": "Plant baseline", "version": "1.0"}
    return {"profile": {"uuid": uuid, "metadata": metadata, "imports": list(imports)} | more}


WRONG = (None, True, 5, -1.5, "", "x", "\x00", [], [5], [None], [[]], {}, {"a": 5}, [{"id": []}], [{"id": 5}])


def places(found, above=()):
    """Every place in a document, the outermost first."""
    yield above
    inner = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for name, child in inner:
        yield from places(child, (*above, name))


def changed(document, place, value):
    if not place:
        return value
    found = copy.copy(document)
    found[place[0]] = changed(document[place[0]], place[1:], value)
    return found


SMALL = catalog_of(
    control_of(1, "{{ param, p }}", params=[{"id": "p", "label": "x", "values": ["y"], "select": {"choice": ["z"]}}], **LABELLED)
)
CHOSEN = profile_of(
    {
        "href": "#c",
        "include-controls": [{"with-ids": ["hr-1"], "matching": [{"pattern": "h*"}], "with-child-controls": "yes"}],
        "exclude-controls": [{"with-ids": ["hr-9"]}],
    },
    **{
        "modify": {
            "set-parameters": [{"param-id": "p", "values": ["v"]}, {"param-id": "q", "label": "l", "select": {"choice": ["c"]}}],
            "alters": [{"control-id": "hr-1", "adds": [{"parts": [{"id": "m", "name": "item", "prose": "At night."}]}]}],
        },
        "back-matter": {"resources": [{"uuid": "c", "title": "House rules", "rlinks": [{"href": "x.json"}]}]},
    },
)


@given(first=st.sampled_from(list(places(SMALL))), value=st.sampled_from(WRONG), data=st.data())
@settings(max_examples=60)
def test_wrong_types_anywhere_give_a_catalog_or_one_sentence(first, value, data):
    whole = readers.read(stream_of(SMALL))
    for document, place in ((SMALL, first), (CHOSEN, data.draw(st.sampled_from(list(places(CHOSEN)))))):
        try:
            found = readers.read(stream_of(changed(document, place, value)))
            catalog.place(oscal_profile.resolve(found, whole)[0] if isinstance(found, oscal_profile.Profile) else found)
        except (UnreadableCatalog, BrokenCatalog) as told:
            assert str(told)


def test_a_file_that_is_too_large_is_not_read(db, monkeypatch):
    monkeypatch.setattr("governance.compliance.readers.LARGEST", 100)

    with pytest.raises(UnreadableCatalog, match="larger than 40 MB"):
        take_in(catalog_of(control_of(1)))


def test_a_profile_selects_from_its_catalog_and_changes_what_it_says(db):
    nested = control_of(2, "Locked by {{ insert: param, who }}.", controls=[control_of(21, **{"class": "x-enhancement"})])
    nested["params"] = [{"id": "who", "label": "somebody"}]
    whole = take_in(catalog_of(control_of(1), nested, control_of(3), control_of(4))).framework
    taken = {"href": "#cat", "include-controls": [{"with-ids": ["hr-2"], "with-child-controls": "yes"}, {"with-ids": ["hr-4"]}]}
    added = {"control-id": "hr-4", "adds": [{"parts": [{"id": "more", "name": "item", "prose": "At night too."}]}]}
    modify = {"set-parameters": [{"param-id": "who", "values": ["the guard"]}], "alters": [added]}

    done = take_in(profile_of(taken, modify=modify))

    rows = list(done.framework.requirements.order_by("place").values_list("identifier", "text", "assessable"))
    assert done.framework.based_on == whole
    assert rows == [
        ("hr", "", False),
        ("hr-2", "Locked by [the guard].", True),
        ("hr-21", "Doors are locked.", True),
        ("hr-4", "Doors are locked.\nAt night too.", True),
    ]
    assert take_in(profile_of(taken, modify=modify)).outcome == frameworks.UNCHANGED


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        ({"include-all": {}}, ["hr-1", "hr-2", "hr-11"]),
        ({"include-all": {}, "exclude-controls": [{"with-ids": ["hr-2"]}]}, ["hr-1", "hr-11"]),
        ({"include-controls": [{"matching": [{"pattern": "hr-1*"}]}]}, ["hr-1", "hr-11"]),
        ({"include-all": {}, "exclude-controls": [{"matching": [{"pattern": "*1"}]}]}, ["hr-2"]),
    ],
)
def test_a_profile_takes_by_pattern_and_leaves_out(db, choice, left):
    make_framework(1, 2, 11)

    done = take_in(profile_of({"href": "x.json"} | choice), based_on=Framework.objects.get())

    assert list(done.framework.requirements.assessable().order_by("place").values_list("identifier", flat=True)) == left


def test_a_profile_without_its_catalog_says_what_is_missing(db):
    with pytest.raises(NoSuchCatalog, match="Import it first"):
        take_in(profile_of({"href": "#x", "include-controls": [{"with-ids": ["hr-1"]}]}))

    make_framework(1)
    with pytest.raises(NoSuchCatalog, match="holds hr-7"):
        take_in(profile_of({"href": "#x", "include-controls": [{"with-ids": ["hr-7"]}]}), based_on=Framework.objects.get())


def test_csv_out_and_in_changes_nothing(db):
    frameworks.add_shipped()
    for framework in Framework.objects.all():
        text = "".join(csv_catalog.write(frameworks.of_framework(framework)))
        assert take_in(text).outcome == frameworks.UNCHANGED


def test_the_command_says_what_a_file_did(db, tmp_path, capsys):
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(catalog_of(control_of(1), control_of(2))))

    call_command("import_catalog", str(path))
    call_command("import_catalog", str(path))
    path.write_text(json.dumps(catalog_of(control_of(1), version="2.0")))
    call_command("import_catalog", str(path))

    assert capsys.readouterr().out.splitlines() == [
        "House rules 1.0 (house-rules): 3 items, 2 to be assessed.",
        "House rules 1.0 (house-rules) is as in this file; nothing changes.",
        "House rules 2.0 (house-rules): 2 items, 1 to be assessed. 0 added, 0 changed, 1 withdrawn, 1 kept.",
    ]
    path.write_text("{")
    for arguments in ([str(path)], [str(tmp_path / "none")], [str(path), "--replaces", "x"], [str(path), "--as", "x@y"]):
        with pytest.raises(CommandError):
            call_command("import_catalog", *arguments)


def test_every_item_stands_in_one_tree(db):
    frameworks.add_shipped()

    for framework in Framework.objects.annotate(n=Count("requirements")):
        places = framework.requirements.values_list("place", "last_place", "parent__place", "parent__last_place")
        assert sorted(place for place, *_more in places) == list(range(framework.n))
        assert all(above is None or above < place <= last <= end for place, last, above, end in places)
