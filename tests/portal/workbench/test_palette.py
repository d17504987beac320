import re

import pytest

from portal.people.models import User
from portal.record.models import AuditEntry
from tests.factories.risks import make_risk
from tests.house.routes import entrances

PLACE, KEYS = "/palette/", "/keys/"
HTMX = {"HX-Request": "true"}
# Pages without an object in their address that are no place to go to.
NO_PLACE = {
    "theme": "a button of the rail",
    "pages": "the same places",
    "workbench:palette": "itself",
    "api:api-docs-resource": "from the list of the API",
    "risks:log-duplicates": "a piece of the form that logs a risk",
    "risks:log-assets": "a piece of the form that logs a risk",
    "risks:authority-new": "only while no other table waits: from the table of authority",
    "change:gate-edition-new": "of one set of criteria: from what gates ask",
    "together:charter-new": "only while no other charter waits: from who leads what",
    "offices:delegation-new": "only whom somebody may stand in for: from who answers for whom",
    "together:answer-waiting": "the mirror of the answers: from them",
    "setup:demo": "only in the demo: from the settings",
}


def is_of_a_table(entrance):
    """What is done with a table stands on it."""
    return entrance.name.startswith("workbench:list-") and entrance.route.count("/") > 2


def places(response):
    return {one["url"] for _title, links in response.context["groups"] for one in links}


@pytest.mark.parametrize("role", ["CIO", "ANALYST", "ADMIN"])
def test_it_reaches_every_page_that_one_may_open_without_a_thing(client, person, role):
    reader = person(role)
    client.force_login(reader)
    reached = places(client.get(PLACE))
    missing = {}

    for each in entrances():
        if (
            each.is_api
            or not each.permission
            or "<" in each.route
            or each.name in NO_PLACE
            or is_of_a_table(each)
            or f"/{each.route}" in reached
        ):
            continue
        if each.permission.startswith("portal.") or reader.has_perm(each.permission):
            answer = client.get(f"/{each.route}")
            if answer.status_code == 200:
                missing[each.name] = f"/{each.route}"
    steps = {name for name in missing if name.startswith(("setup:", "people:factor")) or "codes" in name}
    assert {name: url for name, url in missing.items() if name not in steps} == {}
    assert len(reached) > 10


def test_letters_narrow_the_places_and_search_what_one_may_open(client, person, company):
    make_risk(unit=company.northfield, title="Inventory system fails", number="R-0042")
    make_risk(unit=company.eastmere, title="Inventory burns")
    client.force_login(person("ANALYST", unit=company.northfield))

    body = client.get(PLACE, {"q": "invent"}, headers=HTMX).content.decode()

    assert "<html" not in body
    assert re.findall(r'href="([^"]*)"', body)[1:] == ["/search/?q=invent", "/assets/inventory/"]
    assert "R-0042" in body and "Inventory burns" not in body
    assert "holds “xyzzy”" in client.get(PLACE, {"q": "xyzzy"}).content.decode()


def test_single_keys_are_switched_off_for_one_person_alone(client, person):
    reader, other = person("ANALYST"), person("ANALYST")
    client.force_login(reader)
    assert 'data-single-keys="on"' in client.get(KEYS).content.decode()
    assert 'data-letter="r"' in client.get(KEYS).content.decode()

    assert client.post(KEYS, {"single_keys": "off"}).url == KEYS
    body = client.get(KEYS).content.decode()

    assert 'data-single-keys="off"' in body and "<kbd>g</kbd>" not in body and "<kbd>Ctrl</kbd>" in body
    assert User.objects.get(pk=other.pk).single_keys
    entry = AuditEntry.objects.get(verb="user.changed", subject_id=reader.pk)
    assert (entry.actor, entry.params) == (reader, {"fields": ["single_keys"]})
    client.post(KEYS, {"single_keys": "off"})
    assert AuditEntry.objects.filter(verb="user.changed", subject_id=reader.pk).count() == 1

    assert client.patch("/api/v1/users/me/", {"single_keys": True}, content_type="application/json").json()["single_keys"] is True
    assert client.get("/api/v1/users/me/").json()["single_keys"] is True
