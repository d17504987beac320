"""Thousands of requests: what costs time in each of them and is no part of what they show is left out."""

import pytest


@pytest.fixture(autouse=True)
def _no_copies_of_contexts(monkeypatch):
    """Django's client copies the context of every template it renders; nobody looks at them here."""
    monkeypatch.setattr("django.test.client.store_rendered_templates", lambda *arguments, **named: None)


@pytest.fixture
def no_throttle(settings):
    """None answers in the place of the door."""
    rates = dict.fromkeys(settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "100000/min")
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates}
