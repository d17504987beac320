"""One cell of a table: its form, its saving, and what it says to somebody who comes too late."""

import pytest

from portal.workbench import listed
from risks import register
from tests.factories.portal import make_user
from tests.factories.risks import make_risk

HTMX = {"HX-Request": "true"}
KINDS = sorted(name for name, kind in listed.all_kinds().items() if kind.change is not None)


@pytest.fixture
def analyst(person, company, client):
    found = person("ANALYST", unit=company.northfield)
    client.force_login(found)
    return found


@pytest.fixture
def risk(company):
    return make_risk(unit=company.northfield, title="Press stops", category="IT")


def place(risk, field="category"):
    return f"/lists/risks/cell/?row={risk.pk}&field={field}"


def test_a_cell_is_changed_without_scripts_and_leads_back(client, analyst, risk):
    page = client.get(place(risk), headers={"Referer": "http://testserver/lists/risks/?sort=title&saved=0"})
    assert "<h1>Kind of R-" in page.content.decode()
    told = {"category": "OT", "version": "1", "back": page.context["form"]["back"].value()}

    saved = client.post(place(risk), told)

    risk.refresh_from_db()
    assert (saved.url, risk.category, risk.version) == ("/lists/risks/?sort=title&saved=0", "OT", 2)


def test_with_scripts_the_cell_alone_is_answered(client, analyst, risk):
    form = client.get(place(risk, "title"), headers=HTMX).content.decode().strip()
    saved = client.post(place(risk, "title"), {"title": " Press  burns ", "version": "1"}, headers=HTMX).content.decode().strip()
    shown = client.get(f"{place(risk)}&shown=1", headers=HTMX).content.decode().strip()

    assert (form.startswith("<th"), 'hx-target="closest .cell"' in form, "autofocus" in form) == (True, True, True)
    assert (saved.startswith("<th"), "Press  burns" in saved or "Press burns" in saved, "autofocus" in saved) == (True, True, True)
    assert (shown.startswith("<td"), ">IT <a" in shown, "autofocus" in shown) == (True, True, True)


def test_a_late_save_shows_both_values_and_asks(client, analyst, risk):
    register.change(risk, actor=make_user("Priya Nair"), version=None, category="PEOPLE")

    late = client.post(place(risk), {"category": "OT", "version": "1"}, headers=HTMX)

    told = late.content.decode()
    assert late.status_code == 412
    assert "Priya Nair saved “People” while you were writing" in told
    assert '<option value="OT" selected>' in told
    assert 'name="version" value="2"' in told
    risk.refresh_from_db()
    assert risk.category == "PEOPLE"
    assert client.post(place(risk), {"category": "OT", "version": "2"}, headers=HTMX).status_code == 200
    risk.refresh_from_db()
    assert risk.category == "OT"


def test_what_does_not_fit_stays_in_the_cell(client, analyst, risk, company):
    wrong = client.post(place(risk, "accountable"), {"accountable": "SECURITY", "version": "1"}, headers=HTMX)
    assert (wrong.status_code, "Name this owner first" in wrong.content.decode()) == (422, True)
    assert client.post(place(risk), {"category": "NONE", "version": "1"}).status_code == 422
    register.close(risk, actor=None, reason="Scrapped")
    closed = client.post(place(risk), {"category": "OT", "version": "2"}, headers=HTMX)
    assert (closed.status_code, closed.headers["HX-Retarget"]) == (409, "#messages")
    far = make_risk(unit=company.eastmere)
    for address in (place(far), place(risk, "version"), "/lists/risks/cell/?row=x"):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_cells_to_change(client, analyst, kind):
    of_kind = listed.of_kind(kind)

    assert client.get(f"{of_kind.url}cell/").url == of_kind.url
    assert of_kind.heading in {one.name for one in of_kind.editable}


def test_who_may_not_change_gets_no_pen(client, person, risk):
    client.force_login(person("AUDITOR"))

    assert "cell/?row" not in client.get("/lists/risks/").content.decode()
    assert client.post(place(risk), {"category": "OT", "version": "1"}).status_code == 403
