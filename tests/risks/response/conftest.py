import pytest

from risks.response import activations
from tests.factories.response import in_force, make_incident, make_plan
from tests.factories.risks import make_levels, make_risk


@pytest.fixture
def owner(person, company):
    return person("OWNER", unit=company.northfield)


@pytest.fixture
def risk(company, owner):
    risk = make_risk(unit=company.northfield, it_owner=owner, accountable="IT")
    make_levels(risk, 3)
    return risk


@pytest.fixture
def incident(company, owner, risk):
    return make_incident(unit=company.northfield, actor=owner, risks=[risk])


@pytest.fixture
def signed_in(client):
    """`signed_in(user)`: a browser of that person."""

    def enter(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return enter


@pytest.fixture
def leaders(person):
    return person("CIO"), person("CISO")


@pytest.fixture
def plan(company, owner, risk, leaders):
    """In force: signed by both leaders."""
    return in_force(make_plan(unit=company.northfield, actor=owner, risks=[risk]), *leaders)


@pytest.fixture
def live(plan, incident, owner):
    return activations.activate(plan, actor=owner, incident=incident)
