"""The documentation: whole without JavaScript, with examples that ask this very host."""

import pytest
from django.test import Client

from portal.web.api.described import described
from tests import browser as chromium
from tests.factories import portal as make

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NOUNS = sorted({operation["tags"][0] for methods in described()["paths"].values() for operation in methods.values()})


@pytest.fixture
def reader(person):
    client = Client()
    client.force_login(person("COLLEAGUE"), backend=BACKEND)
    return client


def test_every_resource_is_listed(reader):
    page = reader.get("/api/v1/docs/").content.decode()

    assert [noun for noun in NOUNS if f'href="/api/v1/docs/{noun}/"' not in page] == []
    assert 'id="problem-409"' in page


@pytest.mark.parametrize("noun", NOUNS)
def test_a_resource_shows_its_addresses_scopes_and_an_example_for_this_host(reader, noun):
    page = reader.get(f"/api/v1/docs/{noun}/", headers={"Host": "localhost:8000"}).content.decode()

    assert f"http://localhost:8000/api/v1/{noun}/" in page
    assert f"{noun}:read" in page or f"{noun}:write" in page


def test_a_resource_that_is_not_there_is_a_page_of_404(reader):
    assert reader.get("/api/v1/docs/nonsense/").status_code == 404


def test_strangers_sign_in_first(db):
    assert Client().get("/api/v1/docs/").status_code == 302
    assert Client().get("/api/v1/schema/").status_code == 401


def test_the_description_is_given_to_a_token_of_any_scope(api):
    answer = api("INTEGRATION", "risks:read").get("/api/v1/schema/")

    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1")


@pytest.mark.axe
def test_axe_finds_nothing_in_either_theme(own_live_server):
    company = make.make_company()
    client = Client()
    client.force_login(make.make_person("COLLEAGUE", company=company), backend=BACKEND)
    with chromium.launched() as browser:
        for theme, size in (("light", chromium.DESK), ("dark", chromium.PHONE)):
            context = browser.new_context(viewport=size, color_scheme=theme)
            context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": own_live_server.url}])
            page = context.new_page()
            for path in ("/api/v1/docs/", f"/api/v1/docs/{NOUNS[0]}/", "/api/v1/docs/units/"):
                page.goto(own_live_server.url + path)

                assert chromium.violations(page) == []
                assert chromium.overflow(page) == 0
            context.close()
