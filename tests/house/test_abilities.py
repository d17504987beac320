"""What is built once on the registry works for every kind in it: each is asked for each ability, by page and by API.

A kind that cannot be spoken of is named here with the reason; nothing else may be missing.
"""

from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, reverse

from portal import subjects
from portal.archive import versions
from portal.attention.models import Reminder
from portal.people.models import Organisation, User
from portal.record import audit, sealing
from portal.talk import following
from portal.talk.models import Comment, WatchMark
from portal.workbench import searching
from tests.factories.portal import freshen, make_person
from tests.house import world
from tests.house.route_table import OWN
from tests.house.world import BACKEND

pytestmark = pytest.mark.access

NOT_SPOKEN_OF = {
    "concern": "a word or a file of whoever wished not to be named would name them",
    "alignment-consent": "an office says it anew rather than discussing it",
    "saving": "what is said of it is said of the line that ends",
    "comment": "it belongs to a conversation already: it is answered there",
    "webhook": "an address of another system, which administrators keep",
    "identity-provider": "a server that says who somebody is, which administrators keep",
    "role-rule": "a line of a table that administrators keep",
    "directory-group": "what the organisation's directory keeps",
    "owners-wanted": "a question about assets, of which each is talked about itself",
    "reminder": "one person's own letter, which nobody else can open",
}
JSON = {"content_type": "application/json"}


def spoken_of() -> list[str]:
    return [kind for kind, subject in subjects.all_kinds().items() if subject.is_spoken_of]


class Everything:
    """One row of every kind, and the doors of somebody who may open it."""

    def __init__(self, company: Any):
        things = world.build(company)
        self.rows = {kind: things[kind][OWN] for kind in spoken_of() if kind in things} | {
            "organisation": Organisation.objects.get()
        }
        self.people = [make_person(role, company=company) for role in ("CISO", "ADMIN")]
        self.people.append(make_person("ANALYST", company=company, unit=company.northfield))
        self.clients: dict[int, Client] = {}

    def opened(self, kind: str) -> tuple[Client, Any, str]:
        """Client, row and its address here; of a leader, else of whoever may open it."""
        subject, row = subjects.of_kind(kind), self.rows[kind]
        named = [getattr(row, one.name) for one in row._meta.fields if one.is_relation and one.related_model is User]
        reader = next(one for one in [*self.people, *named] if one and subject.visible_to(one).filter(pk=row.pk).exists())
        cache.clear()
        if reader.pk not in self.clients:
            self.clients[reader.pk] = _signed_in(reader)
        return self.clients[reader.pk], row, f"/about/{kind}/{row.pk}/"


def _signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    freshen(client, person)
    return client


@pytest.fixture
def everything(company):
    return Everything(company)


def test_every_kind_is_spoken_of_or_named_with_a_reason():
    assert set(subjects.all_kinds()) - set(spoken_of()) == set(NOT_SPOKEN_OF)


def test_every_kind_is_talked_about(everything):
    wrong = []
    for kind in spoken_of():
        client, row, here = everything.opened(kind)
        page = client.post(f"{here}comments/", {"text": f"Said of {kind} by page"}).status_code
        sent = client.post(
            "/api/v1/comments/", {"kind": kind, "subject": row.pk, "text": f"Said of {kind} by API"}, **JSON
        ).status_code
        shown = client.get(here).text
        told = client.get("/api/v1/comments/", {"kind": kind, "subject": row.pk}).json().get("results", [])
        if (page, sent) != (302, 201) or not all(f"Said of {kind} by {door}" in shown for door in ("page", "API")):
            wrong.append((kind, page, sent))
        if [one["text"] for one in told[-2:]] != [f"Said of {kind} by page", f"Said of {kind} by API"]:
            wrong.append((kind, told))

    assert wrong == []
    readers = User.objects.filter(pk__in=everything.clients)
    hits = {hit.subject_id for reader in readers for hit in searching.find(reader, "said page", kind="comment", size=200).hits}
    found = set(Comment.objects.filter(pk__in=hits).values_list("subject_kind", flat=True))
    assert found == set(spoken_of())


def test_files_lie_beside_every_kind(everything):
    wrong = []
    for kind in spoken_of():
        client, row, here = everything.opened(kind)
        page = client.post(f"{here}files/", {"file": SimpleUploadedFile("page.txt", b"by page")}).status_code
        sent = client.post("/api/v1/files/", {"kind": kind, "subject": row.pk, "file": SimpleUploadedFile("api.txt", b"by API")})
        found = client.get("/api/v1/files/", {"kind": kind, "subject": row.pk}).json()["results"][-2:]
        acts = [
            client.post(f"/about/files/{found[0]['id']}/archiving/"),
            client.post(f"/api/v1/files/{found[-1]['id']}/archiving/"),
        ]
        answers = (page, sent.status_code, *[act.status_code for act in acts])
        fetched = [b"".join(client.get(f"/archive/files/{one['id']}/").streaming_content) for one in found]
        if answers != (302, 201, 302, 200) or fetched != [b"by page", b"by API"] or "page.txt" not in client.get(here).text:
            wrong.append((kind, answers, fetched))

    assert wrong == []


def test_every_kind_is_watched_and_its_news_say_why(everything):
    """By page, then by API; somebody else does something, and the reader hears of it in the inbox."""
    WatchMark.objects.create(pk=1, seq=0)
    wrong, watched = [], 0
    for kind in spoken_of():
        client, row, here = everything.opened(kind)
        begun, stopped = client.post(f"{here}watch/").status_code, client.post(f"{here}watch/", {"stop": "1"}).status_code
        sent = client.post("/api/v1/watches/", {"kind": kind, "subject": row.pk}, **JSON)
        listed = [(one["kind"], one["subject"]) for one in client.get("/api/v1/watches/").json()["results"]]
        audit.record(None, f"{kind}.touched", row, {})
        watched += 1
        if (begun, stopped, sent.status_code) != (302, 302, 201) or listed[0] != (kind, row.pk):
            wrong.append((kind, begun, stopped, sent.status_code, listed[:1]))
    sealing.seal_all()
    following.tell()

    told = set(Reminder.objects.filter(kind__startswith=following.CHANGED).values_list("subject_kind", flat=True))
    assert wrong == []
    assert set(spoken_of()) - told == set() and watched > 40


def test_the_versions_of_every_kind_are_compared(everything):
    """Of kinds with row history: any two of them, with what differs; of the others it is said that there are none."""
    wrong, kept = [], 0
    for kind in spoken_of():
        client, row, here = everything.opened(kind)
        about = {"kind": kind, "subject": row.pk}
        page, listed = client.get(f"{here}versions/"), client.get("/api/v1/versions/", about).json()["results"]
        if not versions.are_kept(kind):
            wrong += [kind] if listed or "no versions are kept" not in page.text else []
            continue
        kept += 1
        both = {"from": listed[-1]["id"], "to": listed[0]["id"]}
        told = client.get("/api/v1/versions/comparison/", about | both)
        shown = client.get(f"{here}versions/", both)
        if (page.status_code, told.status_code, shown.status_code) != (200, 200, 200) or told.json()["newer"] != listed[0]:
            wrong.append((kind, page.status_code, told.status_code, shown.status_code))

    assert wrong == []
    assert kept > 30


def test_the_page_of_every_kind_leads_there(everything):
    """By a plain link, for which the page asks the database nothing; and to the versions of it, where they are kept."""
    wrong, led, diffs = [], 0, 0
    for kind in spoken_of():
        subject = subjects.of_kind(kind)
        if subject.page:
            client, row, here = everything.opened(kind)
            answer = client.get(reverse(subject.page, args=[row.pk]))
            led += 1
            diffs += versions.are_kept(kind)
            wanted = [here, f"{here}versions/"] if versions.are_kept(kind) else [here]
            if answer.status_code == 200 and not all(f'href="{one}"' in answer.text for one in wanted):
                wrong.append(kind)

    assert led > 20 and diffs > 20
    assert wrong == []


def test_a_kind_with_a_page_of_its_own_names_it():
    """A page that takes the key of one row and stands in the registry by its address alone would have no conversation on it."""
    unnamed = {
        kind
        for kind, subject in subjects.all_kinds().items()
        if not subject.page
        and any(_has_page(f"{room}:{kind}") for room in ("risks", "assets", "compliance", "together", "change", "offices"))
    }

    assert unnamed == set()


def _has_page(name: str) -> bool:
    try:
        return bool(reverse(name, args=[1]))
    except NoReverseMatch:
        return False
