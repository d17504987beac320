"""Any two versions of a subject: what differs, who, when, why, by which request; as far as the reader may know."""

import pghistory
import pytest
import structlog
from django.http import Http404

from portal.archive import versions
from portal.people.models import User
from risks import register
from tests.factories.risks import make_risk


@pytest.fixture
def risk(company, person):
    """Reworded twice and closed, each in a request of its own."""
    analyst = person("ANALYST", unit=company.northfield, name="Ines")
    found = register.log(
        actor=analyst, title="A valve sticks", category="OT", unit=company.northfield, likelihood_level=2, impact={}
    )

    def asked(request, act):
        with structlog.contextvars.bound_contextvars(request=request), pghistory.context(actor=analyst.pk, request=request):
            act()

    asked("req-2", lambda: register.change(found, actor=analyst, version=None, title="A valve sticks open", cause="Rust"))
    asked("req-3", lambda: register.change(found, actor=analyst, version=None, cause="Rust and salt"))
    asked("req-4", lambda: register.close(found, actor=analyst, reason="Replaced in May"))
    return found


def test_any_two_versions_are_compared(person, risk):
    reader = person("CIO")
    found = versions.of("risk", risk, reader)
    first, second, third, fourth = reversed(found)

    both = versions.compare("risk", risk, reader, fourth.id, first.id)  # in whatever order they are named

    assert [one.ordinal for one in found] == [4, 3, 2, 1]
    assert (both.older, both.newer) == (first, fourth)
    changed = {change.field: (change.before, change.after) for change in both.changes}
    assert changed["title"] == ("A valve sticks", "A valve sticks open")
    assert changed["cause"] == ("", "Rust and salt") and changed["state"] == ("Open", "Closed")
    assert [change.field for change in versions.compare("risk", risk, reader, second.id, third.id).changes] == ["cause"]
    assert versions.compare("risk", risk, reader, third.id, third.id).changes == ()
    assert [(one.entry.who, one.entry.request) for one in (second, third, fourth)] == [("Ines", f"req-{n}") for n in (2, 3, 4)]
    assert fourth.entry.why == "Replaced in May"


def test_a_version_of_something_else_is_not_there(person, company, risk):
    reader, other = person("CIO"), make_risk(unit=company.northfield)
    strange = versions.of("risk", other, reader)[0]

    with pytest.raises(Http404):
        versions.compare("risk", risk, reader, strange.id, versions.of("risk", risk, reader)[0].id)


def test_the_words_of_others_are_for_those_who_read_them_elsewhere(person, risk):
    board = person("BOARD")

    assert {one.entry.why for one in versions.of("risk", risk, board)} == {""}
    assert versions.of("user", User.objects.first(), board) == []  # of accounts no versions are kept
