"""Thousands of requests: what costs time in each of them and is no part of what they show is left out."""

import logging

import pytest
from django.template.base import Template
from django.test import utils


@pytest.fixture(autouse=True)
def _nothing_beside_the_answers(monkeypatch):
    """Django's client is told of every template and copies its context, and each request writes a line: nobody looks at them."""
    monkeypatch.setattr(Template, "_render", utils._TestState.saved_data.template_render)
    log = logging.getLogger("portal.web.middleware")
    log.setLevel(logging.WARNING)
    yield
    log.setLevel(logging.NOTSET)


@pytest.fixture
def no_throttle(settings):
    """None answers in the place of the door."""
    rates = dict.fromkeys(settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "100000/min")
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates}
