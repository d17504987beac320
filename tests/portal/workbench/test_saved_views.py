"""Named views: who sees and changes them, and that they show nobody more than they may open."""

import pytest
from django.test import Client

from portal.errors import Invalid
from portal.people import tokens
from portal.record.models import AuditEntry
from portal.workbench import listed, saved_views, tables
from portal.workbench.errors import NotYourView, ViewSavedMeanwhile
from portal.workbench.models import SavedView
from tests.factories.lists import make_view
from tests.factories.risks import make_risk

Audience = SavedView.Audience


@pytest.fixture
def analyst(person, company):
    return person("ANALYST", unit=company.northfield)


def keep(actor, **said):
    return saved_views.keep(actor=actor, **{"kind": "risk", "name": "Late", "params": {"review": "overdue"}} | said)


def test_a_view_keeps_the_question_in_one_spelling(analyst):
    view = keep(analyst, name="  Late  ones ", params={"review": "overdue", "state": "open", "columns": "title,nonsense,title"})

    assert (view.name, view.params) == ("Late ones", {"review": "overdue", "columns": "title"})
    assert AuditEntry.objects.get(verb="saved_view.kept").subject_id == view.pk


@pytest.mark.parametrize("kind", sorted(listed.all_kinds()))
def test_every_kind_takes_a_view_that_its_table_opens(client, analyst, kind):
    column = next(column for column in listed.of_kind(kind).columns if column.groups)
    client.force_login(analyst)

    made = client.post("/lists/views/new/", {"of": kind, "name": "Grouped", "audience": "PRIVATE", "group": column.name})
    page = client.get(made.url)

    assert page.status_code == 200
    assert page.context["current"].name == "Grouped"
    assert (page.context["asked"].group.name, page.context["differs"]) == (column.name, False)


def test_who_sees_a_view_and_who_changes_it(analyst, person, company):
    neighbour, far = person("OWNER", unit=company.northfield), person("ANALYST", unit=company.eastmere)
    keep(analyst, name="Alone")
    keep(analyst, name="Unit", audience=Audience.UNIT, unit=company.northfield)
    keep(analyst, name="Role", audience=Audience.ROLE, role="ANALYST")
    keep(analyst, name="All", audience=Audience.ALL)

    seen = {who: [view.name for view in saved_views.standing("risk", who)] for who in (analyst, neighbour, far, person("ADMIN"))}

    assert list(seen.values()) == [["All", "Alone", "Role", "Unit"], ["All", "Unit"], ["All", "Role"], []]
    shared = SavedView.objects.get(name="All")
    assert saved_views.change(shared, actor=far, version=1, name="Everybody's").version == 2
    for actor in (neighbour, analyst):
        with pytest.raises(NotYourView if actor is neighbour else ViewSavedMeanwhile):
            saved_views.change(shared, actor=actor, version=1, name="x")


def test_what_does_not_fit_is_told_by_field_and_nothing_is_kept(analyst, person, company):
    keep(analyst)
    wrong = [
        ({"name": " "}, "name"),
        ({"name": "late"}, "name"),
        ({"name": "u", "audience": Audience.UNIT, "unit": company.eastmere}, "unit"),
        ({"name": "r", "audience": Audience.ROLE}, "role"),
        ({"name": "p", "params": {"nonsense": "1"}}, "params"),
    ]
    for said, field in wrong:
        with pytest.raises(Invalid) as refused:
            keep(analyst, **said)
        assert list(refused.value.fields) == [field]
    with pytest.raises(NotYourView):
        keep(person("OWNER"), name="Shared", audience=Audience.ALL)

    assert SavedView.objects.count() == 1


def test_the_first_view_of_a_role_opens_by_itself_and_the_last_one_set_wins(client, analyst, person, company):
    first = keep(analyst, audience=Audience.ROLE, role="OWNER", is_default=True)
    second = keep(analyst, name="Other", audience=Audience.ROLE, role="OWNER", is_default=True)
    first.refresh_from_db()
    assert (first.is_default, second.is_default) == (False, True)
    client.force_login(person("OWNER", unit=company.northfield))

    assert client.get("/lists/risks/").url == saved_views.url(second)
    assert client.get("/lists/risks/?saved=0").status_code == 200
    saved_views.remove(second, actor=analyst)
    assert client.get("/lists/risks/").status_code == 200


def test_a_view_shows_its_reader_no_row_they_may_not_open(analyst, person, company):
    make_risk(unit=company.northfield, title="Nightglass", is_confidential=True, review_due_on="2020-01-01")
    leader = person("CISO")
    view = keep(leader, audience=Audience.ALL, params={"q": "Nightglass"})
    question = tables.asked(listed.of_kind("risk"), view.params)

    assert [tables.read(question, who).page.total for who in (leader, analyst)] == [1, 0]


def test_a_view_is_renamed_asks_anew_and_goes_by_page(client, analyst, person):
    client.force_login(analyst)
    view = keep(analyst)
    place = f"/lists/views/{view.pk}/"

    assert client.post(place, {"name": "Later", "audience": "ALL", "version": 1}).status_code == 302
    assert client.post(place, {"name": "Lost", "audience": "ALL", "version": 1}).status_code == 412
    client.post(f"{place}question/", {"category": "OT", "sort": "number"})
    view.refresh_from_db()
    assert (view.name, view.audience, view.params) == ("Later", "ALL", {"category": "OT", "sort": "number"})
    assert "Later" in client.get("/lists/views/").content.decode()
    client.post(f"{place}removal/")
    assert (client.get(place).status_code, saved_views.standing("risk", analyst)) == (404, [])
    assert client.get(f"/lists/views/{make_view(person('CIO'), 'risk').pk}/").status_code == 404


def test_a_program_keeps_changes_and_removes_a_view(person):
    service = person("INTEGRATION")
    _token, secret = tokens.issue(service, "reports", ["saved-views:write"], actor=None)
    api = Client(headers={"Authorization": f"Bearer {secret}"})
    body = {"kind": "asset", "name": "Servers", "params": {"kind": "SERVER"}}

    made = api.post("/api/v1/saved-views/", body, content_type="application/json")
    here = made["Location"]
    assert (made.status_code, made.json()["url"]) == (201, f"/lists/assets/?kind=SERVER&saved={made.json()['id']}")
    assert api.patch(here, {"name": "x"}, content_type="application/json").status_code == 428
    changed = api.patch(here, {"name": "All servers"}, content_type="application/json", headers={"If-Match": made["ETag"]})
    assert (changed.status_code, changed.json()["name"]) == (200, "All servers")
    assert api.post(f"{here}removal/", {}, content_type="application/json").status_code == 200
    assert api.get("/api/v1/saved-views/").json()["results"] == []
