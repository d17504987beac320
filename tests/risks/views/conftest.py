import pytest

from risks import register


@pytest.fixture
def signed_in(client):
    """`signed_in(user)`: a browser of that person."""

    def enter(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return enter


@pytest.fixture
def analyst(person, company):
    user = person("ANALYST", unit=company.northfield)
    user.name = "Dana Amari"
    user.save()
    return user


@pytest.fixture
def logged(company, analyst, django_capture_on_commit_callbacks):
    """`logged(title=…)`: a risk of Northfield, logged by the analyst and scored."""

    def make(**fields):
        given = {"actor": analyst, "title": "Press line stops", "category": "OT", "unit": company.northfield}
        with django_capture_on_commit_callbacks(execute=True):
            return register.log(**given | {"likelihood_level": 4, "impact": {"operational": 4}} | fields)

    return make
