"""Whoever keeps a copy hears of every registered kind: by changes since a moment in sealed order, or it says why not."""

from django.urls import get_resolver

from portal import subjects
from portal.web.api.router import resources

TOLD_OTHERWISE = {
    "organisation": "one row",
    "reminder": "the caller's own inbox, which has no copy elsewhere",
    "comment": "read with what it is about",
    "discovery-proposal": "read with its run",
    "treatment-step": "read with its treatment, whose changes are told",
    "requirement": "comes and goes with its framework, whose changes are told",
}


def test_every_kind_tells_its_changes_or_says_why_not():
    get_resolver().url_patterns  # noqa: B018  (the resources register themselves when the addresses are read)
    told = {viewset.kind for _prefix, viewset, _name in resources.registry if getattr(viewset, "kind", "")}

    assert set(subjects.all_kinds()) - told == set(TOLD_OTHERWISE)
    assert len(told) > 25
