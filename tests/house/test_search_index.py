"""Every registered kind is found by its words, or has none; and the index is what it would be if everything were read anew."""

import re

import pytest
from django.db import connection
from django.db.models import Q

from portal import subjects
from portal.people.access import OPEN_TO_ALL
from portal.web import entrances
from portal.workbench import search_index, searchable, searching
from portal.workbench.models import SearchEntry
from tests.conftest import OWNER, acting_as
from tests.factories.assets import make_asset
from tests.factories.portal import make_company, make_person
from tests.house import world
from tests.house.test_doors import KNOWN

NOT_SEARCHED = {
    "organisation": "there is one",
    "appointment-proposal": "dated names of seats, on one page",
    "delegation": "dates and names, on one page",
    "departure": "dates and names",
    "gate": "named by its initiative and stage; found by the initiative",
    "seen-asset": "an asset beside its initiative, both of which are found",
    "webhook": "a few addresses, on one page",
    "identity-provider": "a few servers, on one page for administrators",
    "role-rule": "a short table, on one page for administrators",
    "directory-group": "names of the organisation's directory, on one page for administrators",
    "clash": "two planned changes, both of which are found",
    "saving": "a sum beside its line of the ledger, which is found",
    "bulk-edit": "changes of rows that are found themselves",
    "saved-view": "offered on the list that it is a view of",
    "review": "a date about something else, which is found",
    "reminder": "a date about something else, which is found",
    "redaction": "says what must not be found any more",
    "disposal": "counts",
    "dependency": "two assets, which are found",
    "criticality-override": "a level of an asset, which is found",
    "owners-wanted": "a question about a unit and its assets, which are found",
    "scan-permit": "two moments of a zone, which is found",
    "source-order": "names of sources, on one page",
    "conduit": "a line between two zones, which are found",
    "exploited-rule": "names of products, on one page",
    "discovery-proposal": "what a scanner saw, on the page of its run, which is found",
    "scale-meaning": "one for each area, on one page",
    "appetite": "numbers, on one page",
    "authority-table": "sums, on one page",
    "loss-scenario": "numbers of a risk, which is found",
    "response-plan-version": "a state of a plan, which is found",
    "profile": "a framework and a unit, which are found",
    "alignment-consent": "a word of an office, on one page",
    "achievement": "a sentence, on one page",
    "backing": "a sum beside its plan, which is found",
    "meeting": "minutes for two people, on one page",
    "meeting-action": "on the page of its meeting",
    "charter": "one in force, on one page",
}


def test_every_kind_is_searched_or_says_why_not():
    known = set(subjects.all_kinds())

    assert known - set(searchable.all_kinds()) == set(NOT_SEARCHED)
    assert len(searchable.all_kinds()) > 20


@pytest.mark.parametrize("kind", searchable.all_kinds())
def test_every_searched_kind_has_its_columns_and_a_page_that_somebody_may_open(kind):
    one = searchable.all_kinds()[kind]
    homes = [home for home, _column in one.at] or [kind]

    assert search_index._columns(one)
    for home in homes:
        permission = entrances.permission_at(searchable.address(home, 1).partition("#")[0])
        assert permission in KNOWN | {OPEN_TO_ALL}, (home, permission)


@pytest.mark.access
def test_each_thing_is_found_by_whoever_may_open_it_and_leads_to_its_page(company):
    things = world.build(company)
    entries = {(entry.kind, entry.subject_id): entry for entry in SearchEntry.objects.all()}
    met = set()

    for kind, one in searchable.all_kinds().items():
        for thing in one.subject.model_class._default_manager.all():
            entry = entries.pop((kind, thing.pk), None)
            if entry is None:
                assert getattr(thing, "archived_at", None) or not "".join(str(getattr(thing, name) or "") for name in one.label)
                continue
            met.add(kind)
            if one.about:
                assert (entry.at_kind, entry.at_id) == tuple(getattr(thing, name) for name in one.about)
            elif one.page is None:
                assert searchable.address(entry.at_kind, entry.at_id) == one.subject.url(thing)
    assert entries == {}
    assert {"risk", "asset", "control", "evidence", "decision", "requirement", "treatment-step", "comment", "user", "unit"} <= met

    for role in ("CIO", "ANALYST"):
        reader = make_person(role, company=company, unit=company.northfield)
        may = set(searching.kinds_for(reader))
        for kind in may & met:
            one = searchable.all_kinds()[kind]
            seen = set(one.subject.visible_to(reader).exclude(one.kept_out or Q(pk__in=())).values_list("pk", flat=True))
            entry = SearchEntry.objects.filter(kind=kind).order_by("subject_id").last()
            word = max(re.findall(r"\w+", f"{entry.number} {entry.label or entry.words}"), key=len)
            found = searching.find(reader, word, kind=kind, size=200)
            ids = {hit.subject_id for hit in found.hits}
            assert ids <= seen
            assert (entry.subject_id in ids) == (entry.subject_id in seen), (role, kind, word)
    assert things


def test_what_a_migration_writes_is_read_when_it_is_done(own_db):
    company = make_company()
    asset = make_asset("Seen before", unit=company.northfield)
    with acting_as(OWNER):
        search_index.unfollow(plan=[object()])
        with connection.cursor() as cursor:
            cursor.execute("UPDATE assets_asset SET name = 'Renamed meanwhile' WHERE id = %s", [asset.pk])
            cursor.execute("INSERT INTO workbench_searchentry VALUES (999, 'gone', 1, 'gone', 1, '', '', 'x', 'y', '')")
        assert [entry.label for entry in SearchEntry.objects.filter(kind="asset")] == ["Seen before"]

        search_index.follow()
        search_index.follow()  # nothing is left to do

    assert [(entry.kind, entry.label) for entry in SearchEntry.objects.filter(kind__in=["asset", "gone"])] == [
        ("asset", "Renamed meanwhile")
    ]
    make_asset("Seen after", unit=company.northfield)
    assert searching.find(make_person("CIO", company=company), "after").total == 1
