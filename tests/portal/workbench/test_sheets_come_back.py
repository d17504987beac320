"""What a list gave out as a file comes back by an import as it was; and what changed since the check is never written over."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from assets.models import Asset
from portal.workbench import custom_fields, exports, importable, imports, listed, particulars, tables, tags, undoing, work
from portal.workbench.errors import RowsDoNotFit, UnreadableSheet
from portal.workbench.models import CustomField, SheetImport
from risks import controls, indicators, register, treatments
from risks.models import Control, Indicator, Risk, Treatment
from tests.factories.assets import make_asset
from tests.factories.portal import make_unit, make_user
from tests.factories.risks import make_control, make_indicator, make_treatment
from tests.factories.sheets import bring, check, make_csv, make_import, make_line

# What spreadsheets compute, what sheets cannot hold, new lines of every kind, and signs of our own formats.
WORDS = st.text(
    st.one_of(st.sampled_from("=+-@'\"\t\r\n;,| #\u00a0\x0bäŞ字"), st.characters(exclude_categories=["Cs", "Cc"])), max_size=40
)
ROW = st.fixed_dictionaries(
    {
        "title": WORDS.filter(lambda text: any(letter.isalnum() for letter in text)),
        "cause": WORDS,
        "consequence": WORDS,
        "levels": st.lists(st.sampled_from([None, 1, 3, 5]), min_size=3, max_size=3),
        "days": st.sampled_from([date(1999, 12, 31), date(2027, 4, 3)]),
        "owned": st.booleans(),
        "money": st.decimals(0, 10**9, places=2),
    }
)


def written(kind, form, actor, **asked):
    question = tables.asked(listed.as_defined(kind), asked)
    return b"".join(exports.start(question, form, actor=actor).parts)


def guessed(one):
    """The mapping just as the page offers it."""
    return {column["name"]: column["guess"] for column in one.columns}


def brought_back(kind, form, actor, content=None, **asked):
    one = make_import(content or written(kind, form, actor, **asked), actor=actor, kind=kind, source="our-own-list")
    choices = {"residual": "RESIDUAL"} if kind == "risk" else {}
    return check(one, guessed(one), choices=choices)


def said(one):
    return [(row.number, row.label, row.changes) for row in one.rows.exclude(outcome="UNCHANGED").order_by("number")] + list(
        one.problems.values_list("number", "column", "value", "sentence")
    )


@pytest.fixture
def twins(company):
    """Two places of one name, so that a name alone does not say which."""
    return [make_unit("Stores", parent=above) for above in (company.northfield, company.eastmere)][1]


def put_down(row, unit, owner, past, actor):
    """One thing of each kind that holds what `row` says."""
    likelihood, operational, safety = row["levels"]
    who = {"it_owner": owner, "security_owner": past, "accountable": "SECURITY"} if row["owned"] else {}
    risk = register.log(
        **{"actor": actor, "category": "OT", "unit": unit, "review_due_on": row["days"], **who},
        **{name: row[name] for name in ("title", "cause", "consequence")},
        likelihood_level=likelihood or 2,
        impact={"operational": operational, "safety": safety},
    )
    judged = {"legal": safety, "operational": 2}
    register.set_levels(risk, "INHERENT", actor=actor, likelihood_level=4, levels=judged, reason="Judged")
    words, cause, money = row["title"][:20].strip() or "x", row["cause"], row["money"]
    make_asset(row["title"], unit=unit, location=row["consequence"], description=cause, support_ends_on=row["days"])
    make_control(unit=unit, actor=actor, name=words, description=cause, yearly_cost=money, owner=owner)
    bounds = {"warning_at": Decimal("-1.234"), "breach_at": money + Decimal("0.125")}
    make_indicator(unit=unit, owner=owner, description=cause, **bounds)
    make_treatment(risk, actor=actor, title=words, reason=cause, due_on=row["days"], likelihood_level=1)
    gold = custom_fields.known().tags[0]
    for kind, model in KINDS.items():
        thing = model.objects.order_by("pk").last()
        said = {
            "TEXT": cause,
            "NUMBER": money / 8,
            "MONEY": money,
            "DAY": row["days"],
            "FLAG": "no",
            "CHOICE": "2",
            "PERSON": owner,
        }
        answers = {field: said[field.type] for field in custom_fields.of(kind)}
        particulars.tell(listed.all_kinds()[kind], thing, actor=actor, version=None, answers=answers, tags=[gold.pk])


KINDS = {"risk": Risk, "asset": Asset, "control": Control, "indicator": Indicator, "treatment": Treatment}


@pytest.fixture
def added(person):
    """A custom field of every type on every kind, and a tag."""
    admin = person("ADMIN")
    for kind in KINDS:
        for type in CustomField.Type.values:
            options = ["Gold, plated", "=Silver"] if type == "CHOICE" else ()
            custom_fields.define(actor=admin, kind=kind, label=f"Our {type.lower()}", type=type, options=options)
    tags.name(actor=admin, name="+gold")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@settings(max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, min_size=2, max_size=3))
def test_our_own_files_change_nothing_when_they_come_back(form, analyst, twins, added, rows):
    with transaction.atomic():
        owner, past = make_user(f"Sade O'Neil, {form}"), make_user("Left the house")
        for row in rows:
            put_down(row, twins, owner, past, analyst)
        past.is_active = False
        past.save()

        for kind in KINDS:
            back = brought_back(kind, form, analyst, **({"state": "all"} if kind == "risk" else {}))

            assert said(back) == [], kind
            assert back.unchanged_count == back.row_count == len(rows), kind
        transaction.set_rollback(True)


def test_a_sheet_says_what_custom_fields_hold_and_takes_it_back(analyst, company, added):
    header = ("ID", "Title", "Category", "Unit", "Our choice", "Our person", "Our money", "Tags")
    owner = make_user()
    line = ["R1", "Fire", "OT", "Northfield", "gold plated", owner.email, "1.200,50", "+GOLD"]

    def mapped(*lines):
        one = make_import(make_csv(*lines, header=header), actor=analyst, source="old-list")
        return check(one, guessed(one))

    bad = mapped([*line[:4], "Tin", "nobody@verrow.example", "1.005", "silver"])
    assert {problem.column for problem in bad.problems.all()} == {"Our choice", "Our person", "Our money", "Tags"}
    for content in (line, [*line[:4], "=Silver", "", "7", ""]):
        one = mapped([cell.replace("=", "") for cell in content])
        imports.apply(one, actor=analyst)
        work.work(one.pk)
    one.refresh_from_db()
    changes = [["Our money", "1200.50", "7.00"], ["Our choice", "Gold, plated", "=Silver"]]
    assert sorted(one.rows.get().changes) == sorted(changes)

    undoing.undo(one, importable.as_defined("risk"))
    one.refresh_from_db()

    told = particulars.of("risk", Risk.objects.get())
    kept = {field.type: told.told.get(particulars.kept_as(field)) for field in custom_fields.of("risk")}
    assert (one.state, kept["MONEY"], kept["CHOICE"], kept["PERSON"], len(told.tags)) == ("UNDONE", "1200.50", "1", owner.pk, 1)


def test_what_a_person_changes_in_our_own_file_is_all_that_changes(analyst, company):
    risk = register.log(actor=analyst, title="Fire", category="OT", unit=company.northfield, likelihood_level=3)
    content = written("risk", "csv", analyst, columns="number,title,it_owner,level_current_likelihood").decode("utf-8-sig")
    owner = make_user()
    lines = content.splitlines()
    changed = "\r\n".join([lines[0], lines[1].replace("Fire,,3", f"Fire,{owner.email},4")]).encode()

    one = brought_back("risk", "csv", analyst, content=changed)
    imports.apply(one, actor=analyst)
    work.work(one.pk)

    risk.refresh_from_db()
    assert (risk.title, risk.it_owner, risk.levels.get().likelihood_level, risk.source) == ("Fire", owner, 4, "")
    assert [change[0] for change in one.rows.get().changes] == ["IT owner", "Now: likelihood"]


def test_a_number_that_is_not_there_or_may_not_be_opened_does_not_fit_and_tells_no_more(person, analyst, company):
    hidden = register.log(actor=analyst, title="Theirs", category="OT", unit=company.eastmere)
    head = person("HEAD", unit=company.northfield)
    content = make_csv([hidden.number, "Mine"], ["R-9999", "Nobody's"], ["", "New"], header=("No.", "What could happen"))

    one = check(make_import(content, actor=head, unit=company.northfield), {"No.": "number", "What could happen": "title"})

    assert list(one.problems.order_by("number").values_list("number", "sentence"))[:2] == [
        (2, f"There is no {hidden.number} that you may open."),
        (3, "There is no R-9999 that you may open."),
    ]


def test_nobody_s_change_since_the_check_is_written_over(analyst, company):
    bring(make_csv(make_line(1), make_line(2), make_line(3)), actor=analyst)
    first, second, third = Risk.objects.order_by("pk")
    changed = make_csv(make_line(1, Title="From the sheet"), make_line(2), make_line(3, Title="Also from the sheet"))
    one = check(make_import(changed, actor=analyst))
    other = make_user("Priya Nair")
    register.change(first, actor=other, version=None, title="Reworded meanwhile")
    register.change(second, actor=other, version=None, title="The sheet would turn this back")
    register.change(third, actor=other, version=None, cause="Nothing the sheet speaks of")

    imports.apply(one, actor=analyst)
    work.work(one.pk)

    one.refresh_from_db()
    saved = "Priya Nair saved this since the sheet was checked. Check the sheet again and look at both."
    assert list(one.problems.order_by("number").values_list("number", "sentence")) == [(2, saved), (3, saved)]
    assert (one.state, one.bad_count) == ("CHECKED", 2)
    assert Risk.objects.get(pk=first.pk).title == "Reworded meanwhile"
    with pytest.raises(RowsDoNotFit):
        imports.apply(one, actor=analyst)
    imports.apply(one, actor=analyst, skip_bad_rows=True)
    work.work(one.pk)
    titles = list(Risk.objects.order_by("pk").values_list("title", flat=True))
    assert titles == ["Reworded meanwhile", "The sheet would turn this back", "Also from the sheet"]


SHEETS = {
    "control": (
        controls,
        Control,
        ("ID", "Control", "Office", "Unit", "Owner", "Design", "Operation", "Cost"),
        ["C1", "Doors are locked", "IT office", "Northfield", "", "0.8", "0,9", "1200.50"],
        {"Cost": "900", "Operation": "0.5"},
        {"Design": "1.5", "Office": "Legal", "Cost": "-3", "Owner": "nobody@verrow.example"},
        {"Design", "Office", "Cost", "Owner"},
    ),
    "indicator": (
        indicators,
        Indicator,
        ("ID", "Indicator", "Measured in", "Breaches", "Warning at", "Breach at", "Read every [days]", "Unit", "Owner"),
        ["K1", "Patch age", "days", "Higher is worse", "30", "60", "30", "Northfield", "OWNER"],
        {"Breach at": "90"},
        {"Breach at": "=1+1", "Read every [days]": "0", "Breaches": "sideways"},
        {"Breach at", "Read every [days]", "Breaches"},
    ),
    "treatment": (
        treatments,
        Treatment,
        ("ID", "Risk", "Treatment", "Kind", "Owner", "Due", "Leads to: likelihood"),
        ["T1", "RISK", "Gateway", "mitigate", "OWNER", "2027-04-03", "2"],
        {"Due": "2027-05-01", "Treatment": "Two gateways"},
        {"Risk": "R-9999", "Due": "31.02.2027", "Leads to: likelihood": "-1"},
        {"Risk", "Due", "Leads to: likelihood"},
    ),
}


@pytest.mark.parametrize("kind", SHEETS)
def test_a_sheet_of_a_kind_comes_along_changes_and_is_undone(kind, analyst, company):
    _verbs, model, header, line, changes, wrong, wrong_columns = SHEETS[kind]
    owner = make_user()
    risk = register.log(actor=analyst, title="Fire", category="OT", unit=company.northfield, likelihood_level=4)
    filled = {"OWNER": owner.email, "RISK": risk.number}
    line = [filled.get(cell, cell) for cell in line]
    sheet = dict(zip(header, line, strict=True))

    def mapped(*lines):
        one = make_import(make_csv(*lines, header=header), actor=analyst, kind=kind, source="old-list")
        return check(one, guessed(one))

    bad = mapped([(sheet | wrong)[name] for name in header])
    assert {problem.column for problem in bad.problems.all()} >= wrong_columns
    assert not model.objects.exists()
    for content in (sheet, sheet | changes):
        one = mapped([content[name] for name in header])
        assert not one.bad_count, said(one)
        imports.apply(one, actor=analyst)
        work.work(one.pk)
    one.refresh_from_db()
    assert (one.state, one.changed_count, len(one.rows.get().changes)) == ("APPLIED", 1, len(changes))
    assert mapped([(sheet | changes)[name] for name in header]).unchanged_count == 1

    undoing.undo(one, importable.as_defined(kind))
    again = mapped([sheet[name] for name in header], [(sheet | {header[0]: "Another"})[name] for name in header])
    assert (again.unchanged_count, again.made_count, again.bad_count) == (1, 1, 0)
    imports.apply(again, actor=analyst)
    work.work(again.pk)
    undoing.undo(again, importable.as_defined(kind))
    again.refresh_from_db()
    assert (again.state, again.refusal) == ("UNDONE", "")
    assert [row.archived_at is None for row in model.objects.order_by("pk")] == [True, False]
    assert mapped([(sheet | {header[0]: "Another"})[name] for name in header]).made_count == 1


MILLION = b",".join(b"Column%d" % number for number in range(1_000_000)) + b"\n" + b"x," * 999_999 + b"x\n"
DOUBLE = ("Title", "title", "Unit", "UNIT", "Category")


@pytest.mark.parametrize(
    ("content", "sentences"),
    [
        (make_csv(["a"] * 5, header=DOUBLE), ["Columns A, B are all called “Title”", "Columns C, D are all called “Unit”"]),
        (MILLION, ["The sheet has more than 300 columns"]),
        ("Title,Unit\nFeuer,Nord\udce4".encode("utf-8", "surrogateescape") + b"\x00\x81\xff", ["The letters of this file"]),
        (b"Title,Unit\n", ["and nothing below"]),
        (b"", ["The file is empty"]),
    ],
    ids=["double names", "a million columns", "no encoding", "no rows", "empty"],
)
def test_a_file_that_cannot_be_taken_says_all_that_is_wrong_and_stores_nothing(content, sentences, analyst):
    with pytest.raises(UnreadableSheet) as refusal:
        imports.start(io.BytesIO(content), actor=analyst, kind="risk", source="x")

    told = refusal.value.fields["file"]
    assert len(told) == len(sentences)
    assert all(sentence in str(one) for one, sentence in zip(told, sentences, strict=True))
    assert not SheetImport.objects.exists()


def test_a_thousand_bad_rows_of_every_sort_are_all_told_at_once_and_none_is_stored(analyst):
    wrong = [
        ({"Likelihood": "-3"}, "Likelihood", "A level is 1 to 5."),
        ({"Owner": "nobody@verrow.example"}, "Owner", "Nobody here has this e-mail."),
        ({"Due_date": "31.02.2027"}, "Due date", "There is no such day."),
        ({"Title": "=HYPERLINK(1)"}, "Title", "Here stands a formula."),
        ({"Category": "Wether"}, "Category", "Write one of:"),
        ({"Unit": "Atlantis"}, "Unit", "There is no such unit."),
        ({"Operational_impact": "2 - Serious"}, "Operational impact", "The number says 2"),
        ({"ID": "x" * 121}, "ID", "Keep it under 120 characters"),
    ]
    lines = [make_line(number, **(wrong[number // 10 % len(wrong)][0] if number % 10 == 0 else {})) for number in range(10_000)]

    one = check(make_import(make_csv(*lines), actor=analyst))

    assert (one.row_count, one.bad_count, one.problem_count, one.made_count) == (10_000, 1_000, 1_000, 9_000)
    for number, column, sentence in one.problems.order_by("number").values_list("number", "column", "sentence"):
        _cells, expected, told = wrong[(number - 2) // 10 % len(wrong)]
        assert (column, told in sentence) == (expected, True)
    with pytest.raises(RowsDoNotFit):
        imports.apply(one, actor=analyst)
    assert not Risk.objects.exists()


def test_a_misspelt_name_is_offered_and_never_taken_unasked(analyst):
    one = make_import(make_csv(["Fire", "x"], header=("Tittle", "Deparment")), actor=analyst)

    assert [(column["guess"], column["is_sure"]) for column in one.columns] == [("title", False), ("unit", False)]
    assert one.state == "MAPPING"
