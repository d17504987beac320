"""Route × method × role × object: the status, and no word of what one may not see in any body (see route_table.py)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse

from portal.people import roles
from portal.people.access import OPEN_TO_ALL
from tests.house import world
from tests.house.route_table import PAGES, PLACES, RESOURCES, SEEN, Line
from tests.house.routes import Entrance, entrances

pytestmark = pytest.mark.access

EVERYBODY = ("STRANGER", *roles.PERMISSIONS)
GUARDED = [each for each in entrances() if each.permission]


def line_of(entrance: Entrance) -> Line | None:
    if entrance.name in PAGES:
        return PAGES[entrance.name]
    name = entrance.name.removeprefix("api:")
    nouns = [noun for noun in RESOURCES if name.startswith(f"{noun}-")] if entrance.is_api else []
    if not nouns:
        return None
    line = RESOURCES[max(nouns, key=len)]
    if "external_id" in entrance.route:
        return Line(more={"source": "nowhere", "external_id": "nothing"})
    if "(?P<pk>" in entrance.route:
        return line
    return Line(line.kind, "run", line.more) if "(?P<run>" in entrance.route else Line()


@dataclass(frozen=True)
class Question:
    entrance: Entrance
    method: str
    place: str  # "" where the address names no object
    url: str
    kind: str


def questions(things: dict[str, dict[str, Any]]) -> Iterator[Question]:
    for entrance in GUARDED:
        line = line_of(entrance)
        for place in PLACES if line.kind else ("",):
            thing = things[line.kind].get(place) if place else None
            if place and thing is None:
                continue
            arguments = line.arguments(thing)
            if line.key == "run" and place:
                arguments = {"run": line.more["run"](thing)}
            url = reverse(entrance.name.removeprefix("api:"), kwargs=arguments)
            for method in sorted(methods(entrance, place)):
                yield Question(entrance, method, place, url, line.kind)


def ask(door: Any, question: Question) -> tuple[int, str, str]:
    """Status, body and where it leads; whatever it did is undone."""
    options = dict(door.headers) if question.entrance.is_api else {}
    if question.entrance.is_api and question.method != "get":
        options |= {"data": "{}", "content_type": "application/json"}
    with transaction.atomic():
        response = getattr(door.client, question.method)(question.url, **options)
        transaction.set_rollback(True)
    streamed = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, streamed.decode(errors="replace"), response.headers.get("Location", "")


def methods(entrance: Entrance, place: str) -> set[str]:
    """What the address takes, and once something that it does not."""
    if not entrance.is_api:
        return {"get", "post"}
    taken = set(getattr(entrance.callback, "actions", None) or {"get"}) - {"head"}
    return taken | ({"delete"} if place in ("", PLACES[0]) else set())


def needed(question: Question) -> str:
    if question.method != "get" and (writes := line_of(question.entrance).writes):
        return writes
    writing = getattr(question.entrance.view_class, "write_permission", "") if question.method != "get" else ""
    return writing or question.entrance.permission


def expected(role: str, question: Question) -> set[int] | None:
    """The statuses that may come; None where anything but a closed door or a fault may."""
    if role == "STRANGER" or (role == "INTEGRATION" and not question.entrance.is_api):
        return {401, 405} if question.entrance.is_api else {302, 405}
    permission = needed(question)
    if permission != OPEN_TO_ALL and permission not in roles.PERMISSIONS[role]:
        return {403, 404, 405} if question.place and question.place not in SEEN[question.kind].get(role, ()) else {403, 405}
    if question.place and question.place not in SEEN[question.kind].get(role, ()):
        return {404, 405}
    return None


def words_hidden_from(role: str) -> set[str]:
    known = {word for kind, words in world.WORDS.items() for place, word in words.items() if place in SEEN[kind].get(role, ())}
    return {word for words in world.WORDS.values() for word in words.values()} - known


def test_every_guarded_address_stands_in_the_table():
    assert {each.name for each in GUARDED if line_of(each) is None} == set()


def test_every_kind_in_the_table_says_who_sees_it():
    kinds = {line.kind for line in (*PAGES.values(), *RESOURCES.values()) if line.kind}

    assert kinds - set(SEEN) == set()
    assert {role for seen in SEEN.values() for role in seen} <= set(roles.PERMISSIONS)


@pytest.mark.parametrize("role", EVERYBODY)
def test_who_may_open_what(company, role, no_throttle):
    things = world.build(company)
    door = world.door_of(role, company)
    hidden = {word: word.lower() for word in words_hidden_from(role)}
    wrong = []
    asked = 0
    for question in questions(things):
        status, body, location = ask(door, question)
        if question.method != "get" and status < 400:
            cache.clear()  # what was undone is not to be remembered
        asked += 1
        told = f"{question.method.upper()} {question.entrance.name} [{question.place}]: {status}"
        allowed = expected(role, question)
        if status == 404 and "external_id" in question.entrance.route:
            continue  # nothing has that identifier, for anybody
        if status >= 500 or (allowed is None and status in (401, 403, 404)) or (allowed is not None and status not in allowed):
            wrong.append(f"{told}, not {sorted(allowed) if allowed else 'an answer'}")
        if status == 302 and allowed and not location.startswith("/accounts/login/"):
            wrong.append(f"{told}, to {location}")
        said = body.lower()  # once: a long page in small letters takes longer than to look for a word in it
        wrong += [f"{told}, and its body says {word}" for word, small in hidden.items() if small in said]

    assert asked > 100
    assert not wrong, "\n".join(wrong)
