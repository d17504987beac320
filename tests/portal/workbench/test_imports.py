import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.errors import Invalid
from portal.record.models import AuditEntry, StoredFile
from portal.workbench import applying, importable, imports, work
from portal.workbench.errors import NothingToImport, NotNow, RowsDoNotFit, TooLateToUndo, TouchedSince, UnreadableSheet
from portal.workbench.models import ImportProblem, ImportRow, SheetImport
from risks import register
from risks.models import Risk
from tests.factories.portal import make_user
from tests.factories.sheets import COLUMNS, HEADER, bring, check, make_csv, make_import, make_line, make_xlsx


def told(one):
    return [(row.number, row.column, row.sentence) for row in one.problems.order_by("number", "pk")]


def test_an_old_register_comes_along(analyst, person, company):
    owner = person("OWNER", email="ruth.weir@verrow.example")
    content = make_csv(
        make_line(1, Owner="Ruth.Weir@verrow.example"),
        make_line(2, Status="closed", Closing_reason="The line was taken down", Likelihood="Possible"),
    )

    one = bring(content, actor=analyst)

    assert (one.state, one.made_count, one.bad_count) == ("APPLIED", 2, 0)
    first, second = Risk.objects.order_by("pk")
    assert (first.title, first.category, first.unit, first.it_owner) == (
        "Ransomware reaches line control 1",
        "OT",
        company.northfield,
        owner,
    )
    assert (first.source, first.external_id, first.review_due_on.isoformat()) == ("old-register", "RR-1", "2027-04-03")
    levels = first.levels.get(stage="CURRENT")
    assert (levels.likelihood_level, levels.operational_level) == (4, 3)
    assert (second.state, second.closing_reason) == ("CLOSED", "The line was taken down")
    assert [row.subject_id for row in one.rows.order_by("number")] == [first.pk, second.pk]
    verbs = AuditEntry.objects.filter(kind="import", subject_id=one.pk).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["import.started", "import.mapped", "import.checked", "import.handed_over", "import.applied"]


def test_the_dry_run_writes_nothing_and_says_what_would_be(analyst):
    one = check(make_import(actor=analyst))

    assert (one.state, one.row_count, one.made_count) == ("CHECKED", 2, 2)
    assert not Risk.objects.exists()


def test_a_row_costs_few_queries(analyst):
    counted = []
    for first, last in ((1, 3), (11, 23)):
        one = check(make_import(make_csv(*map(make_line, range(first, last))), actor=analyst))
        with CaptureQueriesContext(connection) as captured:
            applying.apply(one, importable.of_kind("risk"))
        counted.append(len(captured))

    assert (counted[1] - counted[0]) / 10 <= 25


def test_a_sheet_wakes_the_workers_once_however_many_rows_it_has(analyst):
    before = len(connection.run_on_commit)

    bring(make_csv(*map(make_line, range(1, 21))), actor=analyst)

    calls = [call for _savepoints, call, _robust in connection.run_on_commit[before:]]
    assert len(calls) <= 5


@pytest.mark.parametrize("write", [make_csv, make_xlsx])
def test_the_same_file_twice_changes_nothing(analyst, write):
    bring(write(), actor=analyst)

    again = check(make_import(write(), actor=analyst))

    assert (again.made_count, again.changed_count, again.unchanged_count) == (0, 0, 2)
    with pytest.raises(NothingToImport):
        imports.apply(again, actor=analyst)
    assert Risk.objects.count() == 2


def test_rows_without_an_id_are_known_again_by_title_and_unit(analyst):
    columns = COLUMNS | {"ID": None}
    first = check(make_import(actor=analyst), columns)
    imports.apply(first, actor=analyst)
    work.work(first.pk)

    again = check(make_import(make_csv(make_line(1), make_line(2, Likelihood="5")), actor=analyst), columns)

    assert (again.made_count, again.changed_count, again.unchanged_count) == (0, 1, 1)
    assert again.rows.get(outcome="CHANGED").changes == [["Now: likelihood", "4", "5"]]


def test_what_changed_in_the_sheet_changes_in_the_register(analyst, company):
    bring(make_csv(make_line(1)), actor=analyst)
    changed = make_line(1, Title="Malware reaches line control", Unit="Eastmere", Likelihood="", Due_date="2027-05-01")

    one = bring(make_csv(changed), actor=analyst)

    risk = Risk.objects.get()
    assert (risk.title, risk.unit, risk.review_due_on.isoformat()) == (
        "Malware reaches line control",
        company.eastmere,
        "2027-05-01",
    )
    assert risk.levels.get(stage="CURRENT").likelihood_level == 4  # an empty cell leaves what is there
    assert one.rows.get().changes == [
        ["What could happen", "Ransomware reaches line control 1", "Malware reaches line control"],
        ["Where", "Northfield", "Eastmere"],
        ["Next review", "3 April 2027", "1 May 2027"],
    ]


def test_every_misfit_is_told_at_once_by_row_and_column_and_nothing_is_stored(analyst):
    content = make_csv(
        make_line(1, Title="", Likelihood="-3"),
        make_line(2, Owner="nobody@verrow.example", Unit="Atlantis", Due_date="31.02.2027"),
        make_line(3, Operational_impact="=1+2", Status="perhaps"),
    )

    one = check(make_import(content, actor=analyst))

    assert told(one) == [
        (2, "Title", "Every row needs one. Write it, or take the row out."),
        (2, "Likelihood", "A level is 1 to 5."),
        (3, "Unit", "There is no such unit. Write its name as in the tree of units."),
        (3, "Owner", "Nobody here has this e-mail. Write that of somebody with an account, or leave it empty."),
        (3, "Due date", "There is no such day. Write it like 2026-04-03."),
        (4, "Operational impact", "Here stands a formula. Paste its value instead (Paste Special, Values)."),
        (4, "Status", told(one)[6][2]),
    ]
    assert told(one)[6][2].startswith("Write one of: open, closed")
    assert (one.bad_count, one.problem_count) == (3, 7)
    with pytest.raises(RowsDoNotFit):
        imports.apply(one, actor=analyst)
    assert not Risk.objects.exists()


def test_bad_rows_may_be_left_out(analyst):
    one = bring(make_csv(make_line(1), make_line(2, Likelihood="9")), actor=analyst, skip_bad_rows=True)

    assert (one.state, one.made_count, one.bad_count) == ("APPLIED", 1, 1)
    assert Risk.objects.get().external_id == "RR-1"


def test_two_rows_about_the_same_thing_do_not_fit(analyst):
    one = check(make_import(make_csv(make_line(1), make_line(1), make_line(2)), actor=analyst))

    assert told(one) == [(3, "", "Row 2 is about the same thing. Keep one of them, or give each an id of its own.")]
    assert (one.made_count, one.bad_count) == (2, 1)


def test_a_row_with_more_cells_than_names_does_not_fit(analyst):
    one = check(make_import(make_csv([*make_line(1), "more"]), actor=analyst))

    assert told(one) == [(2, "", "This row has 11 cells, the row of names 10. Look for a misplaced delimiter.")]


def test_a_person_known_by_name_alone_is_confirmed_by_a_person(analyst):
    owner = make_user("Ruth Weir")
    one = check(make_import(make_csv(make_line(1, Owner="ruth weir")), actor=analyst))
    assert one.suggestions == {"ruth weir": owner.pk}
    assert told(one) == [(2, "Owner", f"Is this {owner.email}? Confirm the name with the mapping, or write the e-mail.")]

    check(one, confirmed_names=["Ruth Weir"])
    imports.apply(one, actor=analyst)
    work.work(one.pk)

    assert Risk.objects.get().it_owner == owner


def test_nobody_is_guessed_where_two_have_the_name(analyst):
    make_user("Ruth Weir")
    make_user("Ruth Weir")

    one = check(make_import(make_csv(make_line(1, Owner="Ruth Weir")), actor=analyst))

    assert told(one) == [(2, "Owner", "Several people have this name. Write the e-mail of the one you mean.")]
    assert one.suggestions == {}


@pytest.mark.parametrize(("meaning", "stage"), [("CURRENT", "CURRENT"), ("RESIDUAL", "RESIDUAL")])
def test_residual_means_what_was_said(analyst, meaning, stage):
    header = ("Title", "Category", "Unit", "Residual likelihood", "Residual impact")
    content = make_csv(["Fire", "OT", "Northfield", "2", "5"], header=header)
    columns = dict(zip(header, ("title", "category", "unit", "residual_likelihood", "residual_impact"), strict=True))
    one = make_import(content, actor=analyst)
    with pytest.raises(Invalid) as refusal:
        imports.settle_mapping(one, actor=analyst, columns=columns)
    assert set(refusal.value.fields) == {"residual", "impact_area"}

    check(one, columns, choices={"residual": meaning, "impact_area": "operational"})
    imports.apply(one, actor=analyst)
    work.work(one.pk)

    levels = Risk.objects.get().levels.get()
    assert (levels.stage, levels.likelihood_level, levels.operational_level) == (stage, 2, 5)


def test_two_columns_never_mean_the_same_level(analyst):
    header = ("Title", "Current likelihood", "Residual likelihood")
    columns = dict(zip(header, ("title", "current_likelihood", "residual_likelihood"), strict=True))
    one = make_import(make_csv(["Fire", "2", "1"], header=header), actor=analyst)

    with pytest.raises(Invalid) as refusal:
        imports.settle_mapping(one, actor=analyst, columns=columns, choices={"residual": "CURRENT"})

    assert list(refusal.value.fields) == ["Residual likelihood"]


def test_every_column_is_mapped_or_ignored_on_purpose(analyst):
    one = make_import(actor=analyst)
    columns = {name: field for name, field in COLUMNS.items() if name != "Owner"} | {"Due date": "title", "Extra": "cause"}

    with pytest.raises(Invalid) as refusal:
        imports.settle_mapping(one, actor=analyst, columns=columns)

    assert set(refusal.value.fields) == {"Owner", "Due date", "Extra"}
    one.refresh_from_db()
    assert (one.state, one.mapping) == ("MAPPING", {})


def test_a_sheet_without_its_needed_column_says_so(analyst):
    one = make_import(actor=analyst)

    with pytest.raises(Invalid) as refusal:
        imports.settle_mapping(one, actor=analyst, columns=dict.fromkeys(HEADER, None))

    assert refusal.value.fields == {"": ["No column is “What could happen”, and every row needs one."]}


def test_columns_are_guessed_by_their_words_and_remembered_by_source(analyst):
    first = make_import(make_csv(["Fire", "x", "y"], header=("Tittle", "Bemerkung", "Unit")), actor=analyst)
    assert [(one["name"], one["guess"], one["is_sure"]) for one in first.columns] == [
        ("Tittle", "title", False),
        ("Bemerkung", None, False),
        ("Unit", "unit", True),
    ]
    imports.settle_mapping(first, actor=analyst, columns={"Tittle": "title", "Bemerkung": "grounds", "Unit": None})

    again = make_import(make_csv(["Fire", "x", "y"], header=("Tittle", "Bemerkung", "Unit")), actor=analyst)
    elsewhere = make_import(make_csv(["Fire", "x"], header=("Title", "Bemerkung")), actor=analyst, source="another")

    assert [(one["guess"], one["is_sure"]) for one in again.columns] == [("title", True), ("grounds", True), ("", True)]
    assert elsewhere.columns[1]["guess"] is None


def test_a_row_that_came_not_to_fit_takes_the_whole_import_back(analyst, company):
    one = check(make_import(make_csv(make_line(1), make_line(2, Unit="Eastmere")), actor=analyst))
    imports.apply(one, actor=analyst)
    company.eastmere.name = "Westmere"
    company.eastmere.save()

    work.work(one.pk)

    one.refresh_from_db()
    assert (one.state, one.made_count, one.bad_count) == ("CHECKED", 1, 1)
    assert one.refusal.startswith("Nothing was imported")
    assert told(one) == [(3, "Unit", "There is no such unit. Write its name as in the tree of units.")]
    assert not Risk.objects.exists()
    imports.apply(one, actor=analyst, skip_bad_rows=True)
    work.work(one.pk)
    assert Risk.objects.count() == 1


def test_a_worker_that_fails_amid_the_import_leaves_nothing_and_the_next_does_it_all(analyst, monkeypatch):
    one = check(make_import(make_csv(*(make_line(number) for number in range(1, 8))), actor=analyst))
    imports.apply(one, actor=analyst)
    log, calls = register.log, []

    def failing(**fields):
        calls.append(fields)
        if len(calls) == 5:
            raise KeyError("a fault")
        return log(**fields)

    monkeypatch.setattr(register, "log", failing)
    with pytest.raises(KeyError):
        work.work(one.pk)
    one.refresh_from_db()
    assert (one.state, Risk.objects.count()) == ("APPLYING", 0)

    work.work_waiting()

    one.refresh_from_db()
    assert (one.state, one.made_count, Risk.objects.count()) == ("APPLIED", 7, 7)


def test_a_step_that_always_fails_is_given_up(analyst, monkeypatch):
    one = check(make_import(actor=analyst))
    imports.apply(one, actor=analyst)
    SheetImport.objects.filter(pk=one.pk).update(attempts=work.MOST_ATTEMPTS)

    assert not work.work(one.pk)

    one.refresh_from_db()
    assert (one.state, Risk.objects.count()) == ("REFUSED", 0)


def test_an_import_is_undone_made_rows_archived_changed_ones_changed_back(analyst, company):
    bring(make_csv(make_line(1)), actor=analyst)
    changed = make_line(1, Title="Malware", Likelihood="5", Due_date="2027-05-01", Status="closed", Closing_reason="Gone")
    one = bring(make_csv(changed, make_line(2)), actor=analyst)
    assert (one.made_count, one.changed_count) == (1, 1)

    imports.undo(one, actor=analyst)
    work.work(one.pk)

    one.refresh_from_db()
    first, second = Risk.objects.order_by("pk")
    assert (one.state, one.refusal) == ("UNDONE", "")
    assert (first.title, first.state, first.archived_at) == ("Ransomware reaches line control 1", "OPEN", None)
    assert first.levels.get().likelihood_level == 4
    assert second.archived_at is not None
    again = check(make_import(make_csv(make_line(2)), actor=analyst))
    assert again.made_count == 1


def test_an_import_whose_rows_were_touched_since_is_not_undone(analyst):
    one = bring(actor=analyst)
    risk = Risk.objects.order_by("pk").first()
    register.change(risk, actor=analyst, version=None, title="Reworded since")

    with pytest.raises(TouchedSince) as refusal:
        imports.undo(one, actor=analyst)

    assert risk.number in str(refusal.value)
    one.refresh_from_db()
    assert one.state == "APPLIED"


def test_the_scores_that_follow_touch_nothing(analyst):
    from risks import recompute

    one = bring(actor=analyst)
    while recompute.refresh_batch():
        pass

    imports.undo(one, actor=analyst)
    work.work(one.pk)

    assert Risk.objects.current().count() == 0


def test_after_a_day_an_import_stays(analyst):
    one = bring(actor=analyst)
    SheetImport.objects.filter(pk=one.pk).update(applied_at=one.applied_at - imports.UNDO_FOR)

    with pytest.raises(TooLateToUndo):
        imports.undo(one, actor=analyst)


def test_steps_come_in_their_order(analyst):
    one = make_import(actor=analyst)

    for step in (imports.apply, imports.undo):
        with pytest.raises(NotNow):
            step(one, actor=analyst)


def test_who_may_not_import_brings_nothing(person):
    with pytest.raises(PermissionDenied):
        make_import(actor=person("OWNER"))


def test_a_source_has_a_name(analyst):
    with pytest.raises(Invalid) as refusal:
        make_import(actor=analyst, source="  ")

    assert set(refusal.value.fields) == {"source"}


def test_a_head_may_bring_but_not_close(person, company):
    head = person("HEAD", unit=company.northfield)

    one = check(make_import(make_csv(make_line(1), make_line(2, Status="closed", Closing_reason="Gone")), actor=head))

    assert told(one) == [(3, "Status", "Your roles do not include closing a risk. Leave the row out, or ask an analyst.")]


def test_a_closed_risk_is_not_opened_by_a_sheet(analyst):
    bring(make_csv(make_line(1)), actor=analyst)
    risk = Risk.objects.get()
    register.close(risk, actor=analyst, reason="Gone")

    one = check(make_import(make_csv(make_line(1)), actor=analyst))

    assert told(one) == [(2, "Status", f"{risk.number} is closed. Log it anew if it can happen again.")]


def test_an_id_of_a_risk_one_may_not_open_is_refused_without_a_word_of_it(person, company):
    bring(make_csv(make_line(1, Unit="Eastmere")), actor=person("ANALYST"))
    head = person("HEAD", unit=company.northfield)

    one = check(make_import(make_csv(make_line(1, Title="Mine")), actor=head))

    assert told(one) == [(2, "", "This id belongs to something you may not open. Give the row another id.")]


def test_a_refused_file_stores_nothing(analyst):
    with pytest.raises(UnreadableSheet):
        make_import(b"%PDF-1.7", actor=analyst)

    assert not StoredFile.objects.exists()
    assert not SheetImport.objects.exists()


def test_a_file_that_breaks_off_refuses_the_check(analyst):
    content = make_csv(*(make_line(number) for number in range(1, 400))) + b'RR-9,"Never closed'

    one = check(make_import(content, actor=analyst))

    assert one.state == "REFUSED"
    assert one.refusal == "The CSV cannot be read beyond row 401. Check that every quotation mark there is closed."


def test_problems_and_rows_of_a_second_check_replace_the_first(analyst):
    one = check(make_import(make_csv(make_line(1, Likelihood="9")), actor=analyst))

    check(one, COLUMNS | {"Likelihood": None})

    assert (one.bad_count, one.made_count) == (0, 1)
    assert ImportProblem.objects.count() == 0
    assert ImportRow.objects.count() == 1
