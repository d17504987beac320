"""Every kind that has a list has all that lists can do, by page and by API; a new kind joins, or says why it does not."""

import re

import pytest
from django.urls import get_resolver, resolve, reverse

from portal import subjects
from portal.people import roles
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet
from portal.workbench import listed
from tests.house.source import ROOT

get_resolver().url_patterns  # noqa: B018  (the resources register themselves when the addresses are read)
KINDS = sorted(listed.all_kinds())
VIEWSETS = {prefix: viewset for prefix, viewset, _name in resources.registry}
ROLES = {permission for permissions in roles.PERMISSIONS.values() for permission in permissions}
# Kinds that programs change row by row and that have no table yet: each with what stands in its place.
WITHOUT_TABLE = {
    "appetite": "one line a kind and place, all on one page",
    "theme": "three to seven, on one page",
    "planned-change": "read as a month of a place, with what other rooms planned; its list is that calendar",
    "exercise": "read with its plan; its list is a calendar",
    "formula-version": "a handful in all, each signed",
    "gate-edition": "a handful in all, each signed",
    "loss-scenario": "three stages of one risk, on the page of that risk",
    "supplier": "a thin record; a few dozen, on one page",
    "saved-view": "is a question to a table itself",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_has_its_table_its_files_and_its_sample(kind):
    one = listed.of_kind(kind)

    for act in ("", "-export", "-sample", *(("-changes", "-cell") if one.change else ())):
        assert resolve(reverse(f"workbench:list-{kind}{act}")).func.permission in {one.permission, one.write_permission}
    for act in ("export", "sample"):
        viewset = VIEWSETS[f"{one.subject.resource}/{act}"]
        assert (viewset.permission, viewset.resource) == (one.permission, one.subject.resource)
        assert one.filter_names <= set(viewset.parameters)
    assert one.permission in ROLES
    assert any(column.groups for column in one.columns)
    assert one.heading in one.by_name
    assert not {column.name for column in one.columns} & {"columns", "sort", "group", "after", "before", "saved", "as"}
    assert not one.filter_names & {"columns", "sort", "group", "after", "before", "saved", "as", "row", "all", "seed", "size"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if listed.of_kind(kind).change])
def test_what_a_list_changes_it_changes_in_a_cell_in_many_rows_and_by_the_api(kind):
    one = listed.of_kind(kind)

    assert one.write_permission in ROLES
    assert {field.name for field in one.editable} <= set(one.by_name)
    assert any(field.several for field in one.editable)
    assert issubclass(VIEWSETS[one.subject.resource], WriteSet)
    assert callable(VIEWSETS[one.subject.resource].bulk)
    model = one.subject.model_class
    assert {field.name for field in one.editable} <= {field.name for field in model._meta.fields}
    assert any(field.name == "version" for field in model._meta.fields)


def test_every_list_of_a_kind_leads_to_its_table():
    tools = {
        kind for path in (ROOT / "templates").rglob("*.html") for kind in re.findall(r'list_tools "([\w-]+)"', path.read_text())
    }

    assert tools == set(KINDS)


def test_what_programs_change_has_a_table_or_a_reason():
    written = {viewset.kind for viewset in VIEWSETS.values() if issubclass(viewset, WriteSet)} - {""}

    assert {kind for kind in written if kind in subjects.all_kinds()} - set(KINDS) == set(WITHOUT_TABLE)
