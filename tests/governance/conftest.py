"""How these tests sit at a browser."""

import pytest
from django.test import Client


@pytest.fixture
def as_person(db):
    """`as_person(user)`: a browser of their own, in which they are signed in."""

    def sign_in(user):
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in
