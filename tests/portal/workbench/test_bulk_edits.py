"""Changes of many rows: tried, applied row by row, undone; and nobody's change is lost, whoever else saves."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from portal import clock
from portal.errors import Invalid
from portal.people import tokens
from portal.people.models import RoleAssignment
from portal.record.models import AuditEntry
from portal.workbench import bulk_edits, bulk_work, editing, listed, tables
from portal.workbench.errors import NothingToChange, NotNow, TooLateToUndo
from portal.workbench.models import BulkEdit
from risks import register, treatments
from risks.models import Risk
from tests.database import somebody_waits
from tests.factories.assets import make_asset
from tests.factories.governance import make_initiative, make_spend_line
from tests.factories.portal import make_company, make_person, make_user
from tests.factories.response import make_incident, make_plan
from tests.factories.risks import make_control, make_exception, make_indicator, make_risk, make_treatment

KINDS = sorted(name for name, kind in listed.all_kinds().items() if kind.change is not None)
RISK = listed.of_kind("risk")


@pytest.fixture
def analyst(person, company):
    return person("ANALYST", unit=company.northfield)


@pytest.fixture
def risks(company):
    return [make_risk(unit=company.northfield, title=f"Press {place} stops", category="IT") for place in range(3)]


def edit_of(actor, fields, *, kind=RISK, ids=None, params=None):
    """Started, settled and tried."""
    edit = bulk_edits.start(kind, actor=actor, question=tables.asked(kind, params or {}), ids=ids)
    return go(bulk_edits.settle(edit, actor=actor, fields=fields))


def go(edit):
    bulk_work.work(edit.pk)
    edit.refresh_from_db()
    return edit


def outcomes(edit):
    return list(edit.rows.order_by("subject_id").values_list("outcome", flat=True))


def test_rows_are_tried_changed_and_changed_back(analyst, risks):
    register.change(risks[2], actor=None, version=None, category="OT")

    edit = edit_of(analyst, {"category": "OT", "review_every_days": "30"}, ids=[risk.pk for risk in risks])

    assert (edit.state, outcomes(edit)) == ("CHECKED", ["FITS"] * 3)
    assert edit.rows.get(subject_id=risks[0].pk).changes == [["Kind", "IT", "OT"], ["Review every [days]", "90", "30"]]
    assert set(Risk.objects.values_list("category", "version")) == {("IT", 1), ("OT", 2)}
    go(bulk_edits.apply(edit, actor=analyst))
    assert set(Risk.objects.values_list("category", "review_every_days")) == {("OT", 30)}
    assert [AuditEntry.objects.filter(verb="risk.changed", actor=analyst, subject_id=risk.pk).count() for risk in risks] == [1] * 3
    assert AuditEntry.objects.get(verb="bulk_edit.applied").params["done"] == 3
    register.change(risks[1], actor=make_user(), version=None, title="Press 1 burns")
    edit = go(bulk_edits.undo(edit, actor=analyst))
    assert (edit.state, outcomes(edit)) == ("UNDONE", ["UNDONE", "KEPT", "UNDONE"])
    assert list(Risk.objects.order_by("pk").values_list("category", "review_every_days")) == [("IT", 90), ("OT", 30), ("OT", 90)]


def test_what_a_verb_sets_besides_is_changed_back_too(analyst, risks, person):
    owner = person("OWNER")

    edit = edit_of(analyst, {"it_owner": owner.pk}, ids=[risks[0].pk])
    go(bulk_edits.apply(edit, actor=analyst))
    risks[0].refresh_from_db()
    assert (risks[0].it_owner, risks[0].accountable) == (owner, "IT")
    go(bulk_edits.undo(edit, actor=analyst))

    risks[0].refresh_from_db()
    assert (risks[0].it_owner, risks[0].accountable) == (None, "")


def test_what_others_saved_meanwhile_is_left_and_can_be_tried_again(analyst, risks):
    other = make_user("Priya Nair")
    ids = [risk.pk for risk in risks]
    edit = bulk_edits.start(RISK, actor=analyst, question=tables.asked(RISK, {}), ids=ids)
    register.change(risks[0], actor=other, version=None, category="PEOPLE")
    go(bulk_edits.settle(edit, actor=analyst, fields={"category": "OT"}))
    register.close(risks[1], actor=other, reason="Scrapped")

    assert outcomes(edit) == ["STALE", "FITS", "FITS"]
    go(bulk_edits.apply(edit, actor=analyst))

    assert outcomes(edit) == ["STALE", "REFUSED", "DONE"]
    assert edit.rows.get(outcome="STALE").sentence == "Priya Nair saved it since you chose it."
    assert [risk.category for risk in Risk.objects.order_by("pk")] == ["PEOPLE", "IT", "OT"]
    go(bulk_edits.look_again(edit, actor=analyst))
    go(bulk_edits.apply(edit, actor=analyst))
    assert [risk.category for risk in Risk.objects.order_by("pk")] == ["OT", "IT", "OT"]


def test_rows_beyond_ones_reach_are_neither_chosen_nor_told_of(analyst, company, risks):
    far = make_risk(unit=company.eastmere, title="Far")

    edit = edit_of(analyst, {"category": "OT"}, ids=[far.pk, risks[0].pk])

    assert [row.subject_id for row in edit.rows.all()] == [risks[0].pk]
    Risk.objects.filter(pk=risks[0].pk).update(unit=company.eastmere)
    go(bulk_edits.apply(edit, actor=analyst))
    assert (edit.rows.get().outcome, edit.rows.get().sentence) == ("REFUSED", "You may not open this row any more.")


def test_refusals_say_what_to_do_and_leave_nothing(analyst, risks, monkeypatch):
    monkeypatch.setattr(bulk_edits, "MOST_ROWS", 2)
    for params in ({}, {"q": "nothing"}):
        with pytest.raises(Invalid):
            bulk_edits.start(RISK, actor=analyst, question=tables.asked(RISK, params))
    assert not BulkEdit.objects.exists()
    edit = bulk_edits.start(RISK, actor=analyst, question=tables.asked(RISK, {}), ids=[risks[0].pk])
    for fields, named in (({}, ""), ({"title": "x"}, "title"), ({"category": "NONE"}, "category"), ({"unit": "x"}, "unit")):
        with pytest.raises(Invalid) as refused:
            bulk_edits.settle(edit, actor=analyst, fields=fields)
        assert list(refused.value.fields) == [named]
    with pytest.raises(NotNow):
        bulk_edits.apply(edit, actor=analyst)
    go(bulk_edits.settle(edit, actor=analyst, fields={"category": "IT"}))
    assert outcomes(edit) == ["SAME"]
    with pytest.raises(NothingToChange):
        bulk_edits.apply(edit, actor=analyst)
    with pytest.raises(NothingToChange):
        bulk_edits.look_again(edit, actor=analyst)


@pytest.mark.parametrize(("code", "is_told"), [("55P03", True), ("57P01", False)])
def test_a_row_that_somebody_holds_is_told_and_a_lost_database_is_not_taken_for_that(analyst, risks, monkeypatch, code, is_told):
    edit = edit_of(analyst, {"category": "OT"}, ids=[risk.pk for risk in risks])
    edit = bulk_edits.apply(edit, actor=analyst)
    change, held = bulk_work._change, type("Held", (Exception,), {"pgcode": code})

    def hold(edit, kind, row):
        if row.subject_id == risks[1].pk:
            raise OperationalError from held()
        return change(edit, kind, row)

    monkeypatch.setattr(bulk_work, "_change", hold)

    if not is_told:
        with pytest.raises(OperationalError):
            go(edit)
        return
    assert outcomes(go(edit)) == ["DONE", "REFUSED", "DONE"]
    assert edit.rows.get(subject_id=risks[1].pk).sentence == "Somebody is saving this row right now. Look again in a moment."


def test_whoever_lost_the_right_meanwhile_changes_nothing_more(analyst, company, risks):
    edit = bulk_edits.apply(edit_of(analyst, {"category": "OT"}), actor=analyst)
    analyst.role_assignments.update(ended_at=clock.now())
    RoleAssignment.objects.create(user=analyst, role="AUDITOR", unit=company.root)

    assert not bulk_work.work(edit.pk)
    edit.refresh_from_db()

    assert (edit.state, outcomes(edit)) == ("REFUSED", ["FITS"] * 3)
    assert edit.refusal == "Whoever began this change may not change these rows any more."
    assert set(Risk.objects.values_list("category", flat=True)) == {"IT"}
    assert AuditEntry.objects.get(verb="bulk_edit.refused").subject_id == edit.pk


def test_a_day_later_it_is_too_late(analyst, risks):
    edit = go(bulk_edits.apply(edit_of(analyst, {"category": "OT"}), actor=analyst))

    with clock.stopped(edit.applied_at + timedelta(hours=24)), pytest.raises(TooLateToUndo):
        bulk_edits.undo(edit, actor=analyst)


def test_what_the_second_of_the_request_leaves_a_worker_does(analyst, risks, monkeypatch):
    edit = bulk_edits.start(RISK, actor=analyst, question=tables.asked(RISK, {}))
    bulk_edits.settle(edit, actor=analyst, fields={"category": "OT"})

    assert bulk_work.work(edit.pk, 0) is False
    assert outcomes(edit).count("FITS") == 1
    assert bulk_work.work_waiting() == 1

    assert outcomes(edit) == ["FITS"] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_changed_by_its_own_verb_and_back(company, person, kind):
    leader, of_kind = person("CISO"), listed.of_kind(kind)
    successor = person("OWNER", name="Successor")
    risk = make_risk(unit=company.northfield)
    made = {
        "risk": lambda: risk,
        "asset": lambda: make_asset("Press", unit=company.northfield, owner=leader),
        "control": lambda: make_control(unit=company.northfield, owner=leader),
        "treatment": lambda: make_treatment(risk, actor=leader),
        "exception": lambda: make_exception(risk, by=leader),
        "indicator": lambda: make_indicator(unit=company.northfield, owner=leader),
        "incident": lambda: make_incident(unit=company.northfield, actor=leader),
        "response-plan": lambda: make_plan(unit=company.northfield, actor=leader),
        "initiative": lambda: make_initiative(unit=company.northfield, by=leader),
        "spend-line": lambda: make_spend_line(unit=company.northfield, by=leader),
    }[kind]()
    name = next(one.name for one in of_kind.editable if one.name in ("owner", "it_owner", "lead"))
    before = getattr(made, name)
    assert {one.name for one in of_kind.editable} <= set(of_kind.by_name)
    for one in of_kind.editable:
        field = one.field(leader)
        assert editing.put_back(field, editing.plain(getattr(made, one.name))) == getattr(made, one.name)

    edit = edit_of(leader, {name: successor.pk}, kind=of_kind, ids=[made.pk])
    go(bulk_edits.apply(edit, actor=leader))
    made.refresh_from_db()
    assert (outcomes(edit), getattr(made, name)) == (["DONE"], successor)
    go(bulk_edits.undo(edit, actor=leader))

    made.refresh_from_db()
    assert (outcomes(edit), getattr(made, name)) == (["UNDONE"], before)


def test_it_goes_all_the_way_by_page(client, analyst, risks):
    client.force_login(analyst)
    page = client.get("/lists/risks/").content.decode()
    assert f'name="row" value="{risks[0].pk}"' in page

    here = client.post("/lists/risks/changes/", {"row": [risks[0].pk, risks[1].pk]}).url
    assert "What shall be set in 2 risks?" in client.get(here).content.decode()
    wrong = client.post(f"{here}fields/", {"use-unit": "on", "unit": ""})
    assert (wrong.status_code, "This field is required." in wrong.content.decode()) == (422, True)
    client.post(f"{here}fields/", {"use-category": "on", "category": "OT", "accountable": "IT"})
    page = client.get(here).content.decode()
    assert ("2 rows of 2 would change" in page, "Change 2 rows" in page) == (True, True)
    client.post(f"{here}application/")
    assert "2 rows of 2 were changed" in client.get(here).content.decode()
    client.post(f"{here}undoing/")
    assert "2 rows were changed back" in client.get(here).content.decode()
    everything = client.post("/lists/risks/changes/", {"all": "1", "category": "IT"}).url
    assert BulkEdit.objects.get(pk=everything.split("/")[-2]).rows.count() == 3
    client.force_login(make_user())
    assert client.get(here).status_code == 404


def test_who_may_not_change_sees_no_boxes(client, person, risks):
    client.force_login(person("AUDITOR"))

    assert 'name="row"' not in client.get("/lists/risks/").content.decode()
    assert client.post("/lists/risks/changes/", {"all": "1"}).status_code == 403


def test_a_program_does_the_same(person, company):
    service = person("INTEGRATION")
    asset = make_asset("Press", unit=company.northfield, vendor="Bosch")
    _token, secret = tokens.issue(service, "keeper", ["bulk-edits:write"], actor=None)
    api = Client(headers={"Authorization": f"Bearer {secret}"})

    def post(address, body=None):
        return api.post(address, body or {}, content_type="application/json")

    place = "/api/v1/bulk-edits/"
    assert post(place, {"kind": "asset", "values": {"vendor": "Siemens"}, "params": {"nonsense": "1"}}).status_code == 422
    assert list(post(place, {"kind": "asset", "values": {"kind": "x"}}).json()["fields"]) == ["values.kind"]
    assert not BulkEdit.objects.exists()
    made = post(place, {"kind": "asset", "values": {"vendor": "Siemens"}, "rows": [asset.pk]})
    here = made["Location"]
    assert (made.json()["state"], made.json()["counts"]) == ("CHECKED", {"FITS": 1})
    assert api.get(f"{here}rows/").json()["results"][0]["changes"] == [["Vendor", "Bosch", "Siemens"]]
    assert post(f"{here}application/").json()["counts"] == {"DONE": 1}
    asset.refresh_from_db()
    assert asset.vendor == "Siemens"
    assert post(f"{here}undoing/").json()["counts"] == {"UNDONE": 1}


def test_two_people_save_one_row_at_the_same_moment(own_db):
    """One holds the row while the other's edit comes to it: the second finds the newer version and leaves it."""
    company = make_company()
    analyst, other = (make_person("ANALYST", company=company) for _ in range(2))
    risk = make_risk(unit=company.northfield, category="IT")
    edit = edit_of(analyst, {"category": "OT"})
    bulk_edits.apply(edit, actor=analyst)
    holds, waits = Barrier(2, timeout=20), Barrier(2, timeout=20)

    def save():
        with transaction.atomic():
            register.change(risk, actor=other, version=1, category="PEOPLE")
            holds.wait()
            waits.wait()
        connection.close()

    first = Thread(target=save)
    first.start()
    holds.wait()
    second = Thread(target=lambda: (bulk_work.work(edit.pk), connection.close()))
    second.start()
    while second.is_alive() and not somebody_waits():
        pass
    waits.wait()
    first.join()
    second.join()

    risk.refresh_from_db()
    assert (risk.category, risk.version, outcomes(edit)) == ("PEOPLE", 2, ["STALE"])


def test_a_treatment_changed_so_is_proposed_anew(company, person):
    leader, other = person("CISO"), person("CIO")
    plan = make_treatment(make_risk(unit=company.northfield), actor=leader)
    treatments.approve(plan, actor=other)

    edit = edit_of(leader, {"owner": other.pk}, kind=listed.of_kind("treatment"), ids=[plan.pk])
    go(bulk_edits.apply(edit, actor=leader))

    plan.refresh_from_db()
    assert (plan.owner, plan.state) == (other, "PROPOSED")
