"""The API describes itself without a warning, and every resource keeps the contract."""

import warnings
from operator import itemgetter

import pytest
from django.core.management import call_command
from django.urls import get_resolver

from portal.web.api import paging
from portal.web.api.described import described
from portal.web.api.router import resources

get_resolver().url_patterns  # noqa: B018  (the resources register themselves when the addresses are read)
REGISTERED = sorted(((prefix, viewset) for prefix, viewset, _name in resources.registry), key=itemgetter(0))
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, methods in described()["paths"].items()
    for method, operation in methods.items()
]


def test_the_description_has_no_warning(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yaml"))


def test_it_is_openapi_3_1_without_words_of_3_0():
    document = described()

    assert document["openapi"].startswith("3.1")
    assert list(paths_to("nullable", document)) == []


def paths_to(name, value, path=""):
    if isinstance(value, dict):
        for key, below in value.items():
            if key == name and path.rsplit("/", 1)[-1] != "properties":
                yield path
            yield from paths_to(name, below, f"{path}/{key}")
    elif isinstance(value, list):
        for below in value:
            yield from paths_to(name, below, path)


@pytest.mark.parametrize(("address", "operation"), OPERATIONS, ids=[address for address, _ in OPERATIONS])
def test_every_operation_tells_its_scope_its_problems_and_what_it_does(address, operation):
    scopes = [scope for way in operation["security"] for scope in way.get("bearer", ())]

    assert len(scopes) == 1
    assert scopes[0].split(":")[0] == operation["tags"][0]
    assert {"401", "403", "422", "429"} <= set(operation["responses"])
    assert operation["summary"]
    for status, answer in operation["responses"].items():
        if status >= "400":
            assert list(answer["content"]) == ["application/problem+json"]


@pytest.mark.parametrize(("prefix", "viewset"), REGISTERED, ids=[prefix for prefix, _ in REGISTERED])
def test_lists_are_ordered_by_what_is_never_empty(prefix, viewset):
    model = getattr(getattr(getattr(viewset, "serializer_class", None), "Meta", None), "model", None)

    nullable = [path for path in paging.orderings(viewset).values() if model and paging.field_at(model, path).null]

    assert nullable == []


@pytest.mark.parametrize(("prefix", "viewset"), REGISTERED, ids=[prefix for prefix, _ in REGISTERED])
def test_a_resource_is_named_as_its_subject(prefix, viewset):
    from portal import subjects

    kind = getattr(viewset, "kind", "")

    assert not kind or subjects.of_kind(kind).resource == prefix
