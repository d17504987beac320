"""Random requests made from the API's own description: never a fault, never an answer that the description does not know."""

import re

import pytest
import schemathesis
from django.conf import settings as configured
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks

from portal.web.api.described import described
from tests.api import worlds

checks.load_all_checks()
HELD = checks.CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "response_headers_conformance",
    ]
)
SCHEMA = schemathesis.openapi.from_dict(described())
SCHEMA.config.generation.update(with_security_parameters=False)
SCHEMA.app = get_wsgi_application()
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}
IN_CI = ["token", "ANALYST", "CIO"]
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One organisation for all of them; every request is undone."""
    many = {"DEFAULT_THROTTLE_RATES": {"token": "1000000/hour"}}
    with django_db_blocker.unblock(), override_settings(REST_FRAMEWORK=configured.REST_FRAMEWORK | many):
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)  # it would close the connection of the transaction around all this
        cache.clear()
        with transaction.atomic():
            yield worlds.build()
            transaction.set_rollback(True)
        cache.clear()
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def hold(operation, caller, world, examples):
    """`examples` requests each of the right and of the wrong kind; every other one speaks of rows that are there."""
    known = worlds.ids(world)

    @given(
        case=st.one_of(operation.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)),
        known_rows=st.booleans(),
    )
    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, suppress_health_check=QUIET, phases=[Phase.generate]
    )
    def holds(case, known_rows):
        if known_rows:
            worlds.point_to_known(case, known)
        case.headers.pop("Authorization", None)
        with transaction.atomic():
            response = case.call(**caller)
            transaction.set_rollback(True)
        case.validate_response(response, checks=HELD)
        if response.status_code >= 400:
            assert re.match("application/problem\\+json", response.headers["content-type"][0])
            assert response.json()["status"] == response.status_code

    holds()


@pytest.mark.schema
@pytest.mark.parametrize("who", IN_CI)
@pytest.mark.parametrize("label", OPERATIONS)
def test_the_description_holds(world, label, who):
    hold(OPERATIONS[label], world.callers[who], world, examples=3)


@pytest.mark.soak
@pytest.mark.parametrize("who", ["token", *worlds.ROLES])
@pytest.mark.parametrize("label", OPERATIONS)
def test_the_description_holds_for_long(world, label, who):
    hold(OPERATIONS[label], world.callers[who], world, examples=200)
