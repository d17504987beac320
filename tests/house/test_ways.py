"""Every page that somebody may open is found by following plain links from Today; none is known by its address alone."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from tests.house import world
from tests.house.test_routes import questions

pytestmark = pytest.mark.access

# One of each way to see: a leader, the arbiter, those of a unit, those of one thing, who keeps the house and who checks it.
READERS = ("CISO", "ARBITER", "BOARD", "ANALYST", "OWNER", "COLLEAGUE", "AUDITOR", "ADMIN")
LINK = re.compile(r'<a\b[^>]*?\shref="(/[^"#]*)')
EACH = 2  # pages of one kind that are read for links; more of the same kind say the same
# The first is of a risk risks:risk-changes; the others stand on their thing only while its state, or who proposed it, lets
# them: evidence of a treatment, changes of an exception, another table while none waits.
NOT_BY_LINK = {"archive:history", "risks:treatment-evidence", "risks:authority-new", "risks:formula-version-new"}
NOT_BY_LINK |= {"risks:breach-course"}  # for the owners of the risk and the leaders
NOT_BY_LINK |= {"risks:plan-change", "risks:plan-part"}  # by whoever keeps the plan, while a draft is there
NOT_BY_LINK |= {"risks:exception-words", "risks:exception-extension", "risks:exception-closing"}


def name_of(address: str) -> str:
    try:
        return resolve(address.split("?")[0]).view_name
    except Resolver404:
        return ""


def sort_of(address: str) -> str:
    """Pages of one sort say the same: those of one name, and where a room is for any kind of thing those of one kind."""
    found = resolve(address.split("?")[0]) if name_of(address) else None
    return f"{found.view_name} {found.kwargs.get('kind', '')}" if found and found.namespace == "talk" else name_of(address)


def is_page(answer: Any) -> bool:
    return answer.status_code == 200 and not answer.streaming and b"<html" in answer.content


def followed(client: Client) -> tuple[set[str], set[str]]:
    """The names of the pages that plain links lead to, from Today on; and the links that lead to a closed door."""
    waiting, seen, reached, closed = ["/"], {"/"}, {}, set()
    while waiting:
        address = waiting.pop(0)
        if reached.get(sort_of(address), 0) >= EACH:
            continue
        answer = client.get(address)
        while answer.status_code == 302 and answer.headers["Location"].startswith("/") and answer.headers["Location"] not in seen:
            seen.add(answer.headers["Location"])
            address = answer.headers["Location"]
            answer = client.get(address)
        if answer.status_code >= 400:
            closed.add(f"{answer.status_code} {address}")
        if not is_page(answer):
            continue
        reached[sort_of(address)] = reached.get(sort_of(address), 0) + 1
        for link in LINK.findall(answer.content.decode()):
            link = link.replace("&amp;", "&")
            if link not in seen and not link.startswith(("/api/", "/admin/", "/static/")):
                seen.add(link)
                waiting.append(link)
    return {sort.partition(" ")[0] for sort in reached}, closed


def open_to(client: Client, things: dict[str, dict[str, Any]]) -> set[str]:
    """The names of the pages that answer when asked by their address."""
    found = set()
    for question in questions(things):
        known = question.method != "get" or question.entrance.route.startswith("api/") or question.entrance.name in found
        if not known and is_page(client.get(question.url)):
            found.add(question.entrance.name)
    return found


@pytest.mark.parametrize("role", READERS)
def test_links_lead_to_every_page(company, role):
    things = world.build(company)
    client = world.door_of(role, company).client

    reached, closed = followed(client)

    assert open_to(client, things) - reached - NOT_BY_LINK == set()
    assert closed == set()
