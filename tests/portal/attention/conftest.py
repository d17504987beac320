"""A subject that people look at again: risks, under a review kind that only these tests know."""

from itertools import count

import pytest

from portal import subjects
from portal.attention import reviews
from portal.attention.models import about_subjects
from portal.subjects import Subject
from risks.models import Risk

KIND = "tested.look"
_serial = count(1)


@pytest.fixture(autouse=True)
def tested_kind(monkeypatch):
    """The kind "tested" over risks, so that no room above decides what these tests see."""
    known = dict(subjects._subjects)
    known.pop("risk", None)
    known["tested"] = Subject(
        kind="tested",
        model="risks.Risk",
        word="tested thing",
        plural="tested things",
        resource="tested",
        url=lambda risk: f"/tested/{risk.pk}/",
        label=str,
    )
    monkeypatch.setattr(subjects, "_subjects", known)
    dated = {"tested"}
    monkeypatch.setattr(about_subjects, "DATED", dated)
    monkeypatch.setattr(reviews, "DATED", dated)
    for hooks in ("_answered", "_changes", "_sides", "_addresses"):
        monkeypatch.setattr(reviews, hooks, {})
    monkeypatch.setattr(reviews, "_answered", {KIND: lambda review, *, actor, note: None})


def make_subject(unit, **fields) -> Risk:
    number = next(_serial)
    return Risk.objects.create(
        **{"number": f"T-{number:05d}", "title": f"Press {number} stops", "category": "OT", "unit": unit} | fields
    )


@pytest.fixture
def subject(company):
    """`subject()` or `subject(is_confidential=True)`: something at Northfield that can be reviewed."""
    return lambda unit=None, **fields: make_subject(unit or company.northfield, **fields)


@pytest.fixture
def called(person):
    """`called("Owner", "OWNER")`: someone with a name to read in what was told."""

    def make(name, role, **fields):
        user = person(role, **fields)
        user.name = name
        user.save(update_fields=["name"])
        return user

    return make
