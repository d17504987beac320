"""The statement of applicability: decided line by line, signed by both, a draft again once it changes."""

import io
from datetime import timedelta
from decimal import Decimal

import pikepdf
import pytest
from openpyxl import load_workbook

from governance.compliance import frameworks, internal_audits, mappings, statement_book, statement_pdf, statement_plan, statements
from governance.compliance.errors import NothingToDecide, SavedOver, StatementGone, StatementThere, Undecided
from governance.compliance.models import Framework, PlannedTreatment, Requirement, Statement
from portal.errors import Invalid
from portal.people import organisations
from portal.signing import signatures
from risks.models import Treatment
from risks.treatments import Step
from tests.factories.compliance import catalog_of, control_of, make_audit, make_framework, stream_of
from tests.factories.portal import freshen
from tests.factories.risks import make_control, make_evidence, make_levels, make_risk, make_treatment, sign
from tests.house.world import BACKEND


@pytest.fixture
def leaders(person):
    return person("CIO"), person("CISO")


@pytest.fixture
def statement(company, leaders):
    return statements.open_one(make_framework(1, 2, title="Annex", kind="control"), company.root, actor=leaders[0])


def decided(statement, actor):
    statements.set_scope(statement, "Both plants", actor=actor)
    for line in statement.lines.all():
        statements.decide(line, actor=actor, version=None, is_applicable=True, reason="Doors matter", status="PARTLY")
    statement.refresh_from_db()
    return statement


def test_both_sign_and_a_change_makes_it_a_draft_again(statement, leaders):
    cio, ciso = leaders
    statements.ask(decided(statement, cio), actor=cio)

    sign(statement, cio, ciso)
    assert statement.signed_at is not None
    assert signatures.standing(statement).signed_off_at is not None

    statements.decide(statement.lines.first(), actor=cio, version=None, is_applicable=False, reason="No doors left")
    statement.refresh_from_db()
    assert (statement.signed_at, statement.proposed_at) == (None, None)
    assert signatures.standing(statement).signed_off_at is None
    statements.ask(statement, actor=ciso)
    sign(statement, cio, ciso)
    assert statement.signed_at is not None


def test_each_refusal(statement, company, leaders):
    cio = leaders[0]
    line = statement.lines.first()
    with pytest.raises(Undecided, match="2 controls are not decided yet"):
        statements.ask(statement, actor=cio)
    with pytest.raises(Invalid):
        statements.decide(line, actor=cio, version=None, is_applicable=True)
    with pytest.raises(Invalid):
        statements.decide(line, actor=cio, version=None, status="SOON")
    with pytest.raises(SavedOver):
        statements.decide(line, actor=cio, version=9, reason="x")
    with pytest.raises(Invalid):
        statements.set_scope(statement, " ", actor=cio)
    with pytest.raises(StatementThere):
        statements.open_one(statement.framework, company.root, actor=cio)
    with pytest.raises(NothingToDecide):
        statements.open_one(make_framework(1), company.root, actor=cio)
    with pytest.raises(StatementGone):
        statements.check_open(statement)
    for one in statement.lines.all():
        statements.decide(one, actor=cio, version=None, is_applicable=False, reason="No")
    with pytest.raises(Undecided, match="The scope is empty"):
        statements.ask(statement, actor=cio)


def test_the_workbook_holds_all_93_with_what_answers_them(company, leaders):
    frameworks.add_shipped()
    iso = Framework.objects.get(key="iso-27001")
    statement = statements.open_one(iso, company.root, actor=leaders[0])
    control = make_control(unit=company.northfield)
    make_evidence(control, actor=leaders[0])
    mappings.add(control, Requirement.objects.get(framework=iso, identifier="A.7.1"), "EQUAL", actor=leaders[0])
    line = statement.lines.get(requirement__identifier="A.7.1")
    statements.decide(line, actor=leaders[0], version=None, is_applicable=True, reason="=1+1", status="DONE", owner=leaders[1])

    audited = make_audit(unit=company.northfield, actor=leaders[0], framework=iso)
    rule = Requirement.objects.get(framework=iso, identifier="A.5.1")
    internal_audits.find(audited, actor=leaders[0], grade="MAJOR", text="No policy is signed", requirement=rule)
    risk = make_risk(unit=company.northfield)
    make_levels(risk, 4, operational=4)
    plan = make_treatment(risk, actor=leaders[0], title="Locks that close themselves")
    book = load_workbook(io.BytesIO(statement_book.as_xlsx(statement, leaders[0])))
    page = book.active
    others = [[cell.value for cell in row][:3] for sheet in book.worksheets[1:] for row in sheet.iter_rows(min_row=2)]
    assert others == [
        [plan.number, "Locks that close themselves", f"{risk.number} {risk.title}"],
        ["A.5.1", "Major nonconformity", "No policy is signed"],
    ]

    rows = {row[0]: row for row in page.iter_rows(min_row=5, values_only=True)}
    assert len(rows) == 93
    assert str(rows["A.7.1"][8])[:10] == "2099-01-01"
    soon = organisations.today() + timedelta(days=9)
    for unit, days in ((company.northfield, 9), (company.eastmere, 3), (company.root, 10)):
        other = make_control(unit=unit, state="IN_FORCE")
        make_evidence(other, actor=leaders[0], until=organisations.today() + timedelta(days=days))
        mappings.add(other, line.requirement, "EQUAL", actor=leaders[0])
    planned, gone = make_control(unit=company.northfield), make_control(unit=company.northfield)
    for one in (planned, gone):
        make_evidence(one, actor=leaders[0], until=organisations.today() + timedelta(days=1))
        mappings.add(one, line.requirement, "EQUAL", actor=leaders[0])
    type(planned).objects.filter(pk=planned.pk).update(state="PLANNED")
    type(gone).objects.filter(pk=gone.pk).update(state="RETIRED")
    of_plant = statements.open_one(iso, company.northfield, actor=leaders[0])
    [row] = [one for one in statement_book.sheet(of_plant, leaders[0], "all").rows if one.line.requirement == line.requirement]
    assert (len(row.controls), row.evidence_until) == (
        4,
        soon,
    )  # without Eastmere, with the company
    assert planned.number in row.controls and gone.number not in row.controls
    assert rows["A.7.1"][2:7] == ("yes", "'=1+1", "In place", str(leaders[1]), control.number)
    assert (rows["A.7.1"][7], rows["A.5.1"][2]) == (0.9, "not decided")


def test_pages_of_a_statement(client, statement, leaders):
    cio = leaders[0]
    client.force_login(cio, backend=BACKEND)
    freshen(client, cio)
    page, line = f"/governance/statements/{statement.pk}/", statement.lines.first()

    assert client.post(f"{page}asking/").status_code == 409
    assert client.post(f"{page}scope/", {"scope": "Both plants"}).status_code == 302
    wrong = client.post(f"/governance/statement-lines/{line.pk}/", {"is_applicable": "yes", "status": "DONE", "version": "1"})
    assert (wrong.status_code, "Say why it applies" in wrong.content.decode()) == (422, True)
    for number, one in enumerate(statement.lines.all()):
        said = {"is_applicable": "yes" if number else "no", "reason": "Doors", "status": "DONE", "version": "1", "owner": cio.pk}
        assert client.post(f"/governance/statement-lines/{one.pk}/", said).status_code == 302
    assert "1 of 2 controls apply, 1 are in place" in client.get(page).content.decode()
    assert client.post(f"{page}asking/").status_code == 302
    assert "Waits for signatures" in client.get(page).content.decode()
    assert client.get(f"{page}xlsx/")["Content-Type"].endswith("sheet")
    sign(statement, cio, leaders[1])
    with pikepdf.open(io.BytesIO(client.get(f"{page}pdf/").content)) as paper:
        assert (str(paper.Root.Lang), bool(paper.Root.MarkInfo.Marked)) == ("en", True)
        assert "Statement of applicability" in str(paper.docinfo["/Title"])
        assert len(paper.pages) >= 1
    assert [one[1] for one in statement_pdf.told(statement, cio)["signed"]["rows"]] == [str(one) for one in leaders]
    told = client.get(f"/api/v1/statement-lines/?statement={statement.pk}&is_applicable=true").json()["results"]
    assert [one["identifier"] for one in told] == ["hr-2"]
    changed = client.post(
        f"/api/v1/statement-lines/{told[0]['id']}/decision/", {"status": "PARTLY"}, content_type="application/json"
    )
    assert changed.json()["status"] == "PARTLY"
    assert client.get(f"/api/v1/statements/{statement.pk}/").json()["proposed_at"] is None


def test_whoever_only_reads_decides_nothing(client, person, statement):
    client.force_login(person("AUDITOR"), backend=BACKEND)

    page = client.get(f"/governance/statements/{statement.pk}/").content.decode()
    assert "Ask CIO and CISO" not in page
    assert client.post(f"/governance/statements/{statement.pk}/asking/").status_code == 403
    line = statement.lines.first()
    client.post(f"/governance/statement-lines/{line.pk}/", {"is_applicable": "no", "reason": "x", "status": "OPEN", "version": "1"})
    line.refresh_from_db()
    assert line.is_applicable is None


def test_the_treatment_plan_is_frozen_with_the_statement_and_signed_by_both(client, company, statement, leaders, person):
    cio, ciso = leaders
    owner = person("OWNER")
    risks = [make_risk(unit=company.northfield), make_risk(unit=company.northfield, is_confidential=True)]
    for risk in risks:
        make_levels(risk, 4, operational=4)
    steps = [Step("IT", "Locks", owner, organisations.today(), Decimal("1200"))]
    first, secret = (make_treatment(risk, actor=cio, steps=steps, title=f"Locks of {risk.number}") for risk in risks)
    page, api = f"/governance/statements/{statement.pk}/", f"/api/v1/statements/{statement.pk}/plan/"

    def read(user, address=f"{page}?group=plan"):
        client.force_login(user, backend=BACKEND)
        return client.get(address)

    draft = read(owner)
    assert "1 treatment is in the plan" not in draft.text and "2 treatments are in the plan" in draft.text
    assert "As it is today." in draft.text and "+ 1 that you may not open" in draft.text and secret.title not in draft.text
    statements.ask(decided(statement, cio), actor=cio)
    frozen = statements.material(statement)["plan"]
    later = make_treatment(risks[0], actor=cio, title="Cameras")
    Treatment.objects.filter(pk=first.pk).update(state="DONE")

    assert statements.material(statement)["plan"] == frozen and frozen["lines"] == 2
    sign(statement, cio, ciso)
    signed = read(cio)
    assert "Signed with the statement as it stood on" in signed.text and "today: Done" in signed.text
    assert later.title not in signed.text and secret.title in signed.text
    told = read(cio, api).json()
    assert [(row["number"], row["cost"], row["standing"], row["standing_now"]) for row in told["rows"]] == [
        (first.number, "1200.00", "Proposed", "Done"),
        (secret.number, "1200.00", "Proposed", "Proposed"),
    ]
    table = statement_plan.treatments(statement, owner)
    assert ([row[0] for row in table.rows], "as put to the two on" in table.title) == ([first.number, ""], True)
    assert load_workbook(io.BytesIO(statement_book.as_xlsx(statement, owner))).sheetnames[1] == "Risk treatment plan"
    seen = read(owner, api).json()
    assert (len(seen["rows"]), seen["hidden"], read(person("COLLEAGUE"), api).status_code) == (1, 1, 403)
    PlannedTreatment.objects.filter(treatment=secret).update(due_on=organisations.today() + timedelta(days=1))
    assert signatures.standing(statement).signed_off_at is None  # whoever changes a line of it has another plan

    statements.set_scope(statement, "One plant", actor=cio)
    assert "plan" not in statements.material(statement)
    assert [row["number"] for row in read(cio, api).json()["rows"]] == [secret.number, later.number]


def test_a_new_edition_takes_the_statement_along_and_shows_what_to_look_at(client, company, leaders):
    cio, ciso = leaders
    old = make_framework(1, 2, 3, title="Annex", kind="control")
    statement = statements.open_one(old, company.root, actor=cio)
    statements.ask(decided(statement, cio), actor=cio)
    sign(statement, cio, ciso)
    first = statement.lines.get(requirement__identifier="hr-1")

    rules = [control_of(1), control_of(2, prose="Doors and windows are locked."), control_of(4)]
    newer = catalog_of(*(one | {"class": "control"} for one in rules), title="Annex", version="2.0")
    frameworks.take_in(stream_of(newer), actor=cio)

    [after] = Statement.objects.current()
    lines = list(
        after.lines.order_by("requirement__place").values_list("requirement__identifier", "is_applicable", "reason", "status")
    )
    decision = (True, "Doors matter", "PARTLY")
    assert lines == [("hr-1", *decision), ("hr-2", *decision), ("hr-4", None, "", "OPEN")]
    assert (after.scope, after.proposed_at, after.signed_at) == ("Both plants", None, None)
    statement.refresh_from_db()
    assert statement.signed_at is not None and statement.lines.count() == 3  # it stays as it was signed
    for act in (
        lambda: statements.decide(first, actor=cio, version=None, reason="x"),
        lambda: statements.ask(statement, actor=cio),
    ):
        with pytest.raises(StatementGone):
            act()
    client.force_login(cio, backend=BACKEND)
    page = client.get(f"/governance/statements/{after.pk}/?group=edition").text
    assert "1 added, 1 changed, 1 withdrawn" in page and "1 control was carried over as it was" in page
    assert f'href="/governance/statements/{statement.pk}/"' in page and "hr-3" in page
    told = client.get(f"/api/v1/statements/{after.pk}/edition/").json()
    found = {name: [row["identifier"] for row in told[name]] for name in ("added", "changed", "withdrawn")}
    assert (found, told["kept"], told["before"]) == (
        {"added": ["hr-4"], "changed": ["hr-2"], "withdrawn": ["hr-3"]},
        1,
        statement.pk,
    )
    kept = client.get(f"/governance/statements/{statement.pk}/").text
    assert "Superseded by a new edition on" in kept and "Change the scope" not in kept and "What the edition changed" not in kept
    assert client.get(f"/api/v1/statements/{statement.pk}/edition/").json()["before"] is None
    assert f"/governance/statements/{statement.pk}/" not in client.get("/governance/statements/").text
