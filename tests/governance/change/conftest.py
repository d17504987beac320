"""Both offices, and an initiative before its first gate."""

from decimal import Decimal

import pytest

from tests.factories.governance import at_a_gate, make_initiative


@pytest.fixture
def owner(person, company):
    return person("OWNER", unit=company.northfield)


@pytest.fixture
def cio(person):
    return person("CIO")


@pytest.fixture
def ciso(person):
    return person("CISO")


@pytest.fixture
def planned(company, owner, cio, ciso):
    """At "plan", small, with one mandatory criterion before "design" and others later."""
    return at_a_gate(make_initiative(unit=company.northfield, by=owner, kind="IT", reachability="INTERNAL", budget=Decimal("9000")))
