import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.urls import path, resolve

from portal.people import access, organisations
from portal.web import shell


def page(request):
    raise NotImplementedError


def rooms(name, prefix, *pages):
    return path(prefix, ([path(address, page, name=word) for word, address in pages], name, name))


urlpatterns = [
    rooms("board", "", ("today", "")),
    rooms("risks", "risks/", ("register", "register/"), ("heatmap", "heatmap/")),
    rooms("assets", "assets/", ("inventory", "inventory/")),
    rooms("attention", "", ("inbox", "inbox/")),
]
pytestmark = pytest.mark.urls("tests.portal.web.test_shell")


@pytest.fixture(autouse=True)
def _no_counts(monkeypatch):
    monkeypatch.setattr(shell, "_count_with", [])


def seen_by(user, rf, address="/", **cookies):
    request = rf.get(address)
    request.user = user
    request.resolver_match = resolve(address.split("?")[0])
    request.COOKIES.update(cookies)
    return shell.shell(request)["shell"]


def keys(links):
    return [link.key for link in links]


def test_the_rail_shows_only_pages_that_exist(person, rf):
    seen = seen_by(person("ANALYST"), rf)

    assert keys(seen.first + seen.rest) == ["today", "risks", "assets"]
    assert keys(seen.personal) == ["inbox"]


def test_the_rail_shows_only_what_the_reader_may_open(person, rf):
    seen = seen_by(person("BOARD"), rf)

    assert keys(seen.first) == ["today", "risks"]


@pytest.mark.parametrize(
    ("address", "current"),
    [("/risks/register/", "page"), ("/risks/heatmap/", "true"), ("/assets/inventory/", "")],
)
def test_the_rail_says_where_the_reader_is(person, rf, address, current):
    seen = seen_by(person("ANALYST"), rf, address)

    assert next(link.current for link in seen.first if link.key == "risks") == current


def test_today_is_not_current_everywhere(person, rf):
    seen = seen_by(person("ANALYST"), rf, "/risks/register/")

    assert seen.first[0].current == ""


@pytest.mark.urls("portal.urls")
def test_on_today_nothing_else_is_current_though_it_stands_in_the_room_of_the_board(person, client):
    client.force_login(person("CIO"))

    rail = client.get("/").content.decode().partition("<main")[0]

    assert {re.search(r'href="([^"]+)"', link)[1] for link in re.findall(r"<a [^>]*aria-current[^>]*>", rail)} == {"/"}


def test_counts_come_from_each_provider_once_a_page(person, rf):
    asked = []
    shell.count_with(lambda user: asked.append(user) or {"risks": 47})
    shell.count_with(lambda user: asked.append(user) or {"inbox": 2})

    seen = seen_by(person("ANALYST"), rf)

    assert [(link.key, link.count) for link in seen.first + seen.personal] == [
        ("today", None),
        ("risks", 47),
        ("assets", None),
        ("inbox", 2),
    ]
    assert len(asked) == 2


@pytest.mark.parametrize(("name", "seat", "offices"), [("CIO", "cio", "CIO"), ("CISO", "ciso", "CISO"), ("ANALYST", "", "Analyst")])
def test_a_seat_wears_its_mark(person, rf, name, seat, offices):
    seen = seen_by(person(name), rf)

    assert (seen.seat, seen.offices, seen.organisation) == (seat, offices, "Verrow Manufacturing")


def test_the_shell_asks_the_database_for_nothing_the_page_has_not_asked(person, rf, django_assert_num_queries):
    user = person("ANALYST")
    access.grants(user)
    organisations.current()

    with django_assert_num_queries(0):
        assert seen_by(user, rf).name == str(user)


def test_every_sign_of_the_rail_is_drawn():
    drawn = set(re.findall(r'id="i-(\w+)"', Path(finders.find("img/marks.svg")).read_text()))

    assert {entry.icon for entry in (*shell.RAIL, *shell.KEEPING)} - drawn == set()


@pytest.mark.urls("portal.urls")
@pytest.mark.parametrize(
    ("name", "main", "own"),
    [
        ("CISO", ["today", "risks", "assets"], ["search", "inbox", "reviews", "pages"]),
        ("ADMIN", ["today", "people", "archive", "settings"], ["search", "inbox", "pages"]),
        ("AUDITOR", ["today", "risks", "assets", "archive"], ["search", "inbox", "reviews", "pages"]),
        ("COLLEAGUE", ["today", "risks"], ["search", "inbox", "pages"]),
    ],
)
def test_the_rail_holds_what_one_works_with_and_one_way_to_the_rest(person, rf, name, main, own):
    seen = seen_by(person(name), rf)

    assert set(main) <= set(keys(seen.first + seen.rest))
    assert ("people" in keys(seen.first + seen.rest)) == (name == "ADMIN")
    assert keys(seen.personal) == own


def test_strangers_see_no_rail(rf):
    seen = seen_by(AnonymousUser(), rf, theme="dark")

    assert (seen.first, seen.name, seen.theme) == ((), "", "dark")


def test_a_strangers_page_asks_for_the_organisation_where_it_shows_it_and_then_knows_it(company, rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        seen = seen_by(AnonymousUser(), rf)
        assert seen.name == ""
    with django_assert_num_queries(1):
        assert (seen.is_empty(), seen.is_demo()) == (False, False)


def test_a_strangers_page_says_that_nobody_lives_here(db, rf):
    seen = seen_by(AnonymousUser(), rf)

    assert (seen.is_empty(), seen.is_demo()) == (True, False)


@pytest.mark.parametrize("is_demo", [True, False])
def test_every_page_of_a_demo_says_so(person, company, rf, is_demo):
    company.organisation.is_demo = is_demo
    cache.set(organisations.KEY, company.organisation, 60)

    assert seen_by(person("ANALYST"), rf).is_demo() is is_demo
    assert seen_by(AnonymousUser(), rf).is_demo() is is_demo


def test_a_theme_nobody_offers_is_ignored(rf):
    assert seen_by(AnonymousUser(), rf, theme="<script>").theme == ""


def test_a_request_that_failed_early_has_an_empty_shell(rf):
    request = SimpleNamespace(COOKIES={})

    assert shell.shell(request)["shell"].first == ()
