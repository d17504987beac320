import re

import pytest
from django.urls import reverse

from governance.board import beginning, dashboard
from portal.people import invitations
from tests.factories.assets import make_asset
from tests.factories.portal import make_person
from tests.factories.risks import make_risk
from tests.house import route_table


def verbs_of(user):
    return [step.verb for step in beginning.of(user).steps]


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        ("CIO", ["Log the first", "Register the first"]),
        ("ANALYST", ["Log the first", "Upload a discovery file"]),
        ("COLLEAGUE", ["Raise a concern", ""]),
        ("ADMIN", ["", ""]),
        ("BOARD", ["", ""]),
    ],
)
def test_each_is_offered_what_they_may_do_first(person, role, verbs):
    assert verbs_of(person(role)) == verbs


def test_tiles_that_would_stand_empty_stay_away(person, company):
    user = person("CIO")
    assert dashboard.build(user).tiles == ("needs",)

    make_asset(unit=company.northfield)
    assert dashboard.build(user).tiles == ("needs", "assets")
    make_risk(unit=company.northfield)

    found = dashboard.build(user)
    assert found.beginning == beginning.OVER
    assert {"needs", "assets", "exposure", "safety", "movers", "reviews"} <= set(found.tiles)


def test_an_administrator_sees_who_has_not_come_in(person):
    admin = person("ADMIN")
    invitations.invite("dana@halden.example", "Dana", actor=admin)

    assert beginning.of(admin).steps[-1].sentence == "1 person has not come in yet."


def test_once_over_it_asks_the_database_no_more(person, company, django_assert_num_queries):
    make_asset(unit=company.northfield)
    make_risk(unit=company.northfield)
    user = person("CIO")
    beginning.of(user)

    with django_assert_num_queries(0):
        assert beginning.of(user) == beginning.OVER


EMPTY = re.compile(r'<div class="empty"><p>(.*?)</p>(.*?)</div>', re.S)
NOT_ROWS = re.compile(r"<header\b.*?</header>|<nav\b.*?</nav>", re.S)


def bare(main: str) -> list[str]:
    """Where a page has nothing to show and does not say what comes next: a sentence needs a link, a second sentence, or the deed
    itself on the page; a page without rows, forms or links needs a sentence below its heading."""
    does = 'method="post"' in main or re.search(r'<a class="button"(?! data-kind="quiet")', main) is not None
    found = [told for told, link in EMPTY.findall(main) if not (link or does or ". " in told)]
    rest = NOT_ROWS.sub("", main)
    if (
        not does
        and "<form" not in main
        and not any(sign in rest for sign in ("<tr", "<a ", "<li", "<dl", "<p>", '<p class="muted"', 'class="empty"'))
    ):
        found.append("nothing at all")
    return found


def test_every_page_of_an_empty_portal_says_what_comes_next(as_person, company):
    """Of a leader, and what an administrator opens besides."""
    pages = [name for name, line in route_table.PAGES.items() if not line.kind and not line.more and not name.startswith("api:")]

    found: dict[str, list[str]] = {}
    for role in ("CIO", "ADMIN"):
        client = as_person(make_person(role, company=company))
        for name in (name for name in pages if name not in found):
            answer = client.get(reverse(name))
            if answer.status_code == 200 and not answer.streaming and "<main" in answer.text:
                found[name] = bare(answer.text[answer.text.index("<main") : answer.text.index("</main>")])

    assert len(found) > 90
    assert {name: told for name, told in found.items() if told} == {}
