"""Audits, what they find, what is done about it, and the review of the leaders."""

import io
from datetime import timedelta

import pikepdf
import pytest
from openpyxl import load_workbook

from governance.compliance import audit_book, findings, internal_audits, management_reviews
from governance.compliance.errors import (
    ActionUnderWay,
    AuditConcluded,
    FindingClosed,
    NoActionUnderWay,
    NothingDecided,
    NotYourAction,
    OwnAction,
    ReviewGone,
    ReviewThere,
    SavedOver,
)
from governance.compliance.models import AuditFinding, InternalAudit, ManagementReview
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import organisations
from portal.record.models import AuditEntry
from tests.factories.compliance import make_audit, make_framework
from tests.factories.portal import freshen
from tests.factories.risks import make_risk, sign
from tests.house.world import BACKEND


@pytest.fixture
def auditor(person):
    return person("AUDITOR")


@pytest.fixture
def owner(person):
    return person("OWNER")


@pytest.fixture
def audited(company, person):
    return make_audit(unit=company.northfield, actor=person("ANALYST"))


@pytest.fixture
def finding(audited, auditor):
    rule = audited.framework.requirements.get(identifier="hr-1")
    return internal_audits.find(audited, actor=auditor, grade="MAJOR", text="The back door stood open", requirement=rule)


def test_the_gravest_findings_stand_first_and_a_cut_says_so(audited, auditor, client, monkeypatch):
    rule = audited.framework.requirements.get(identifier="hr-1")
    for grade in ("CHANCE", "CHANCE", "MINOR", "MAJOR"):
        internal_audits.find(audited, actor=auditor, grade=grade, text="A door", requirement=rule)
    monkeypatch.setattr(audit_book, "MOST", 2)

    book = audit_book.read(auditor, organisations.today())

    assert ([row.finding.grade for row in book.open_findings], book.is_cut) == (["MAJOR", "MINOR"], True)
    client.force_login(auditor, backend=BACKEND)
    assert "More than 2 findings are open; the gravest 2 are shown" in client.get("/governance/internal-audits/").text
    monkeypatch.setattr(audit_book, "MOST", 4)
    assert not audit_book.read(auditor, organisations.today()).is_cut
    assert "4 findings are open</h1>" in client.get("/governance/internal-audits/").text


def agreed(finding, actor, owner, **said):
    believable = {"cause": "Nobody locks it", "text": "A lock that closes itself", "due_on": organisations.today()}
    return findings.act(finding, actor=actor, owner=owner, **(believable | said))


def test_finding_is_closed_once_somebody_without_a_hand_in_it_saw_the_action_work(finding, auditor, owner, person):
    head = person("HEAD")
    first = agreed(finding, head, owner)
    review = Review.objects.get(kind=findings.DUE)
    assert (review.owner, review.due_on, review.is_open) == (owner, first.due_on, True)

    findings.finish(finding, actor=owner, result="The lock is in")
    findings.verify(finding, actor=auditor, is_effective=False, note="It was wedged open")
    finding.refresh_from_db()
    assert finding.closed_at is None
    agreed(finding, head, owner, text="An alarm on the door")
    findings.finish(finding, actor=owner, result="It rings")
    closed = findings.verify(finding, actor=auditor, is_effective=True, note="Rang twice")

    assert (closed.closed_by, Review.objects.filter(kind=findings.DUE, closed_at=None).exists()) == (auditor, False)
    assert [one.is_effective for one in finding.actions.order_by("pk")] == [False, True]
    verbs = AuditEntry.objects.filter(kind="audit-finding", subject_id=finding.pk).order_by("pk").values_list("verb", flat=True)
    steps = ["action_agreed", "action_done", "action_failed", "action_agreed", "action_done", "closed"]
    assert list(verbs) == ["audit_finding.written", *(f"audit_finding.{step}" for step in steps)]


def test_each_refusal(finding, audited, auditor, owner, person, company):
    head, today = person("HEAD"), organisations.today()
    other = make_framework(7, title="Another")
    for said, field in (
        ({"grade": "HUGE", "text": "x"}, "grade"),
        ({"grade": "MINOR", "text": "x"}, "requirement"),
        ({"grade": "CHANCE", "text": " "}, "text"),
        ({"grade": "MINOR", "text": "x", "requirement": other.requirements.get(identifier="hr-7")}, "requirement"),
    ):
        with pytest.raises(Invalid) as wrong:
            internal_audits.find(audited, actor=auditor, **said)
        assert list(wrong.value.fields) == [field]
    with pytest.raises(NoActionUnderWay):
        findings.verify(finding, actor=auditor, is_effective=True, note="Fine")
    for said, field in (({"cause": " "}, "cause"), ({"text": ""}, "text"), ({"due_on": today - timedelta(days=1)}, "due_on")):
        with pytest.raises(Invalid) as wrong:
            agreed(finding, head, owner, **said)
        assert list(wrong.value.fields) == [field]
    agreed(finding, head, owner)
    with pytest.raises(ActionUnderWay):
        agreed(finding, head, owner)
    with pytest.raises(NotYourAction):
        findings.finish(finding, actor=head, result="I did it")
    with pytest.raises(NoActionUnderWay):
        findings.verify(finding, actor=auditor, is_effective=True, note="Too early")
    findings.finish(finding, actor=owner, result="Done")
    with pytest.raises(NoActionUnderWay):
        findings.finish(finding, actor=owner, result="Again")
    for hand in (owner, head):
        with pytest.raises(OwnAction):
            findings.verify(finding, actor=hand, is_effective=True, note="Looks good to me")
    findings.verify(finding, actor=auditor, is_effective=True, note="Seen")
    with pytest.raises(FindingClosed):
        agreed(finding, head, owner)
    with pytest.raises(Invalid):
        internal_audits.conclude(audited, actor=head, held_on=today + timedelta(days=1), summary="Later")
    internal_audits.conclude(audited, actor=head, held_on=today, summary="One door")
    with pytest.raises(AuditConcluded):
        internal_audits.find(audited, actor=auditor, grade="CHANCE", text="Too late")


def test_a_chance_to_improve_may_be_passed_over(audited, auditor):
    seen = internal_audits.find(audited, actor=auditor, grade="CHANCE", text="The log could be read weekly")

    assert findings.verify(seen, actor=auditor, is_effective=True, note="Monthly is enough").closed_at is not None


def test_leaders_review_what_lay_before_them_and_sign(finding, company, person):
    cio, ciso = person("CIO"), person("CISO")
    make_risk(unit=company.northfield, is_confidential=True)
    review = management_reviews.open_one(finding.audit.framework, company.root, actor=cio, held_on=organisations.today())
    counted = {key: count for key, count in review.inputs.items() if count}

    assert counted == {"nonconformities_open": 1, "risks_open": 1}
    with pytest.raises(ReviewThere):
        management_reviews.open_one(finding.audit.framework, company.root, actor=cio, held_on=review.held_on)
    with pytest.raises(NothingDecided):
        management_reviews.ask(review, actor=cio)
    with pytest.raises(SavedOver):
        management_reviews.write(review, actor=cio, version=9, considered="", outcome="x")
    management_reviews.write(review, actor=cio, version=1, considered="New rules", outcome="Locks at both plants")
    with pytest.raises(ReviewGone):
        management_reviews.check_open(review)
    management_reviews.ask(review, actor=cio)
    sign(review, cio, ciso)
    assert review.signed_at is not None

    management_reviews.write(review, actor=ciso, version=None, considered="New rules", outcome="Locks everywhere")
    review.refresh_from_db()
    assert (review.signed_at, review.proposed_at) == (None, None)


def test_an_auditor_writes_findings_and_nothing_else_by_page(client, audited, auditor, owner, person):
    client.force_login(auditor, backend=BACKEND)
    page = f"/governance/internal-audits/{audited.pk}/"
    wrong = client.post(f"{page}findings/", {"grade": "MINOR", "requirement": "hr-99", "text": "No list of keys"})
    written = client.post(f"{page}findings/", {"grade": "MINOR", "requirement": "HR-2", "text": "No list of keys"})
    found = AuditFinding.objects.get()
    here = f"/governance/audit-findings/{found.pk}/"
    today = organisations.today().isoformat()
    action = {"cause": "Never asked for", "text": "A list", "owner": owner.pk, "due_on": today}
    shut = [
        client.post(f"{page}conclusion/", {"held_on": today, "summary": "Over"}),
        client.post(f"{here}action/", action),
        client.post(f"{here}completion/", {"result": "Done"}),
        client.post("/governance/internal-audits/", {"title": "Mine"}),
        client.post("/governance/management-reviews/", {}),
    ]

    assert (wrong.status_code, "no such requirement" in wrong.text, written.status_code) == (422, True, 302)
    assert found.requirement.identifier == "hr-2"
    assert [one.status_code for one in shut[:3]] == [403, 403, 403]
    assert InternalAudit.objects.count() == 1
    assert shut[4].status_code == 403
    assert "No list of keys" in client.get("/governance/internal-audits/").text
    assert "nothing agreed yet" in client.get(page).text

    client.force_login(owner, backend=BACKEND)
    assert client.post(f"{here}action/", action | {"cause": ""}).status_code == 422
    assert client.post(f"{here}action/", action).status_code == 302
    assert "No list of keys" in client.get("/reviews/").text
    assert client.post(f"{here}completion/", {"result": "Hangs in the gate house"}).status_code == 302
    assert client.post(f"{here}verification/", {"is_effective": "yes", "note": "x"}).status_code == 403
    client.force_login(auditor, backend=BACKEND)
    assert "Verify that it works" in client.get(here).text
    assert client.post(f"{here}verification/", {"is_effective": "yes", "note": "Seen there"}).status_code == 302
    assert "It works." in client.get(here).text


def test_pages_of_a_plan_and_of_a_review(client, audited, company, person):
    cio = person("CIO")
    client.force_login(cio, backend=BACKEND)
    freshen(client, cio)
    today = organisations.today().isoformat()
    said = {"framework": audited.framework_id, "unit": company.root.pk, "title": "Doors", "lead": cio.pk, "planned_on": today}
    iso = make_framework(1, title="ISO/IEC 27001", kind="control")
    type(iso).objects.filter(pk=iso.pk).update(key="iso-27001")

    assert client.post("/governance/internal-audits/", said | {"title": " "}).status_code == 422
    assert client.post("/governance/internal-audits/", said).status_code == 302
    made = client.post(
        "/governance/management-reviews/", {"review-framework": iso.pk, "review-unit": company.root.pk, "review-held_on": today}
    )
    again = client.post(
        "/governance/management-reviews/", {"review-framework": iso.pk, "review-unit": company.root.pk, "review-held_on": today}
    )
    review = ManagementReview.objects.get()
    here = f"/governance/management-reviews/{review.pk}/"
    assert (made.status_code, made.url, again.status_code) == (302, here, 422)
    assert client.post(f"{here}asking/").status_code == 409
    assert client.post(here, {"considered": "", "outcome": "Two locks", "version": 9}).status_code == 412
    assert client.post(here, {"considered": "", "outcome": "Two locks", "version": 1}).status_code == 302
    assert client.post(f"{here}asking/").status_code == 302
    assert "Waits for signatures" in client.get(here).text


def test_api_goes_the_same_way(client, audited, auditor, owner):
    rule = audited.framework.requirements.get(identifier="hr-1")
    client.force_login(auditor, backend=BACKEND)
    here = f"/api/v1/internal-audits/{audited.pk}/"
    body = {"grade": "MAJOR", "requirement": rule.pk, "text": "The back door stood open"}

    made = client.post(f"{here}findings/", body, content_type="application/json")
    bare = client.post(f"{here}findings/", {"grade": "MAJOR", "text": "x"}, content_type="application/json")
    shut = client.post(f"{here}conclusion/", {"held_on": "2026-01-01", "summary": "x"}, content_type="application/json")
    assert (made.status_code, bare.status_code, list(bare.json()["fields"]), shut.status_code) == (201, 422, ["requirement"], 403)
    found = f"/api/v1/audit-findings/{made.json()['id']}/"
    client.force_login(owner, backend=BACKEND)
    action = {"cause": "x", "text": "A lock", "owner": owner.pk, "due_on": organisations.today().isoformat()}
    acted = client.post(f"{found}corrective-action/", action, content_type="application/json")
    done = client.post(f"{found}completion/", {"result": "In"}, content_type="application/json")
    assert (acted.status_code, done.status_code, done.json()["actions"][0]["result"]) == (200, 200, "In")
    client.force_login(auditor, backend=BACKEND)
    closed = client.post(f"{found}verification/", {"is_effective": True, "note": "Seen"}, content_type="application/json")
    assert (closed.status_code, closed.json()["closed_at"] is None) == (200, False)
    assert client.get(f"/api/v1/audit-findings/?audit={audited.pk}&is_open=true").json()["results"] == []


def test_an_audit_goes_out_as_paper_and_as_a_workbook_by_page_and_api(client, company, person):
    lead, elsewhere = person("AUDITOR"), person("ANALYST", unit=company.eastmere)
    framework = make_framework(1, 2)
    audited = make_audit(unit=company.northfield, actor=lead, framework=framework)
    rule = framework.requirements.get(identifier="hr-1")
    internal_audits.find(audited, actor=lead, grade="CHANCE", text="The list is old")
    grave = internal_audits.find(audited, actor=lead, grade="MAJOR", text="=1+1 doors stood open", requirement=rule)
    findings.act(
        grave, actor=person("OWNER"), text="Springs", cause="No closer", owner=person("OWNER"), due_on=organisations.today()
    )

    found = {}
    for reader in (lead, elsewhere):
        client.force_login(reader, backend=BACKEND)
        for address in (f"/governance/internal-audits/{audited.pk}", f"/api/v1/internal-audits/{audited.pk}"):
            for form in ("pdf", "xlsx"):
                found[reader.pk, address[1:4], form] = client.get(f"{address}/{form}/")
    assert {answer.status_code for (reader, *_), answer in found.items() if reader == elsewhere.pk} == {404}
    for door in ("gov", "api"):
        with pikepdf.open(io.BytesIO(found[lead.pk, door, "pdf"].content)) as paper:
            assert bool(paper.Root.MarkInfo.Marked) and audited.title in str(paper.docinfo["/Title"])
        book = load_workbook(io.BytesIO(found[lead.pk, door, "xlsx"].content))
        rows = [[cell.value for cell in row] for row in book["Findings"].iter_rows(min_row=2)]
        assert [row[:4] for row in rows] == [
            ["hr-1", "Major nonconformity", "'=1+1 doors stood open", "Springs"],
            [None, "Chance to improve", "The list is old", None],
        ]
    client.force_login(person("COLLEAGUE"), backend=BACKEND)
    assert client.get(f"/governance/internal-audits/{audited.pk}/pdf/").status_code == 403
