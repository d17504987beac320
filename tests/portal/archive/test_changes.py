import pghistory
import pytest
from django.test import Client
from structlog.contextvars import bound_contextvars

from assets import inventory
from portal.archive import changes
from portal.attention import reviews
from portal.people import tokens
from risks import cadence, levels, register
from tests.factories.assets import make_asset, make_dependency
from tests.factories.risks import make_risk
from tests.house.world import BACKEND


@pytest.fixture
def told(person, company):
    """An asset that an analyst registered and changed."""
    analyst = person("ANALYST")
    type(analyst).objects.filter(pk=analyst.pk).update(name="Ines Kestrel")
    asset = make_asset("Press line 2", unit=company.northfield, actor=analyst)
    with pghistory.context(request="r-17", actor=analyst.pk), bound_contextvars(request="r-17"):
        asset = inventory.change(
            asset, actor=analyst, version=1, name="Press line 3", owner=analyst, unit=company.eastmere, is_safety_relevant=True
        )
    return analyst, asset


def plain(entry):
    return [(change.field, change.label, change.before, change.after) for change in entry.changes]


def test_changes_are_told_in_words_with_who_and_which_request(told):
    analyst, asset = told

    (changed, registered), has_more = changes.read("asset", asset, analyst)

    assert (changed.who, changed.actor, changed.request, str(changed.what)) == ("Ines Kestrel", analyst.pk, "r-17", "changed")
    assert plain(changed) == [
        ("name", "Name", "Press line 2", "Press line 3"),
        ("unit", "Unit", "Northfield", "Eastmere"),
        ("owner", "Owner", "", "Ines Kestrel"),
        ("is_safety_relevant", "Safety relevant", "no", "yes"),
    ]
    assert (registered.who, str(registered.what), registered.changes) == ("Ines Kestrel", "registered it", ())
    assert not has_more


def test_older_changes_are_left_out_and_said_to_be(told):
    analyst, asset = told

    entries, has_more = changes.read("asset", asset, analyst, limit=1)

    assert ([str(entry.what) for entry in entries], has_more) == (["changed"], True)


def test_a_job_is_named_where_nobody_asked(company, person):
    asset = make_asset("Press line 2", unit=company.northfield)
    with pghistory.context(request="", job="job-4"):
        asset = inventory.change(asset, actor=None, version=1, name="Press line 3")

    newest = changes.read("asset", asset, person("CIO"))[0][0]

    assert (newest.who, newest.request) == ("", "job-4")


def test_what_the_reader_may_not_open_is_not_named(company, person):
    press, gateway = make_asset("Press", unit=company.eastmere), make_asset("Gateway", unit=company.eastmere)
    link = make_dependency(press, gateway)
    type(link).objects.filter(pk=link.pk).update(dependent=gateway, supporting=press)

    said = {
        reader: [change.after for change in changes.read("dependency", link, user)[0][0].changes]
        for reader, user in (("CIO", person("CIO")), ("ENGINEER", person("ENGINEER", unit=company.northfield)))
    }

    assert said["CIO"] == [str(gateway), str(press)]
    assert said["ENGINEER"] == ["one you may not open"] * 2


def test_any_registered_kind_has_its_changes(company, person):
    cio = person("CIO")
    risk = make_risk(unit=company.northfield)
    review = reviews.schedule(risk, cadence.REVIEW, risk.review_due_on, [], owner=cio, actor=cio)
    type(review).objects.filter(pk=review.pk).update(state="CANCELLED")

    (changed, _made), _more = changes.read("review", review, cio)

    assert plain(changed) == [("state", "State", "Open", "Cancelled")]


def signed_in(user):
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def test_the_page_tells_every_change(told):
    analyst, asset = told

    page = signed_in(analyst).get(f"/archive/history/asset/{asset.pk}/").content.decode()

    assert "2 changes" in page
    assert "<del>Press line 2</del> <ins>Press line 3</ins>" in page
    assert "request r-17" in page


def test_the_page_of_an_asset_tells_from_what_to_what(told):
    analyst, asset = told

    assert "<del>Northfield</del> <ins>Eastmere</ins>" in signed_in(analyst).get(f"/assets/inventory/{asset.pk}/").content.decode()


def test_the_api_tells_the_same(told):
    analyst, asset = told
    client = signed_in(analyst)

    answer = client.get(f"/api/v1/history/?kind=asset&subject={asset.number}&limit=1").json()

    (entry,) = answer["results"]
    assert answer["has_more"] is True
    assert (entry["actor"], entry["who"], entry["what"], entry["request"]) == (analyst.pk, "Ines Kestrel", "changed", "r-17")
    assert entry["changes"][0] == {"field": "name", "label": "Name", "before": "Press line 2", "after": "Press line 3"}


def test_the_history_of_a_risk_comes_from_all_its_tables(person, company):
    cio = person("CIO")
    risk = register.log(
        actor=cio, title="Line control stops", category="OT", unit=company.northfield, likelihood_level=4, impact={"operational": 4}
    )
    levels.set_levels(risk, "CURRENT", actor=cio, likelihood_level=5, levels={"operational": 4}, reason="Seen twice")

    answer = signed_in(cio).get(f"/api/v1/history/?kind=risk&subject={risk.pk}").json()

    (rated,) = [one for one in answer["results"] for change in one["changes"] if (change["before"], change["after"]) == ("4", "5")]
    assert (rated["changes"][0]["field"], rated["actor"]) == ("likelihood_level", cio.pk)


@pytest.mark.parametrize("address", ["/archive/history/risk/{}/", "/api/v1/history/?kind=risk&subject={}"])
def test_the_history_of_a_confidential_risk_is_for_those_who_may_open_it(person, company, address):
    risk = make_risk(unit=company.northfield, is_confidential=True, title="Nightglass fails")

    for role, status in (("CIO", 200), ("ANALYST", 404), ("AUDITOR", 404), ("ADMIN", 404)):
        answer = signed_in(person(role)).get(address.format(risk.pk))
        assert (role, answer.status_code) == (role, status)
        assert "Nightglass" not in answer.content.decode() or role == "CIO"


@pytest.mark.parametrize(
    ("asked", "status"), [("", 422), ("kind=risk", 422), ("kind=nothing&subject=1", 404), ("kind=risk&subject=1&limit=0", 422)]
)
def test_a_question_that_is_not_whole_is_told(person, asked, status):
    assert signed_in(person("CIO")).get(f"/api/v1/history/?{asked}").status_code == status


def test_a_token_needs_the_scope_of_the_rows_as_well(told, person):
    _analyst, asset = told
    for scopes, status in ((["history:read"], 403), (["history:read", "assets:read"], 200)):
        _token, secret = tokens.issue(person("INTEGRATION"), "Reader", scopes, actor=None)
        answer = Client().get(f"/api/v1/history/?kind=asset&subject={asset.pk}", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == status
