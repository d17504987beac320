"""Every way into force without the signatures it takes is tried: page, API, bulk, another system's id, a cell, a sheet, the admin,
a token, the timetable. None leads there."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.urls import reverse

from portal import clock, subjects
from portal.people import organisations, tokens
from portal.signing.models import Signature, SignedOff
from portal.workbench import importable, listed
from risks import authority, exceptions, formula_in_force, formula_versions, formulas, settling, tasks
from risks.models import AuthorityTable, BlindRating, FormulaVersion, Rating, RatingRound, RiskException, Treatment
from tests.factories.portal import freshen
from tests.factories.risks import make_exception, make_levels, make_risk, make_treatment, sign
from tests.house.world import BACKEND

BOTH = ["CIO", "CISO"]
JSON = {"content_type": "application/json"}
# What no door may take: how each of them says that it is in force.
SAID = {"standing": "ACTIVE", "state": "APPROVED", "signed_digest": "0" * 64, "decided_by": 1, "outcome": "AGREED"} | dict.fromkeys(
    ("signed_at", "in_force_at", "decided_at", "settled_at", "revealed_at"), "2026-01-01T00:00:00Z"
)


@pytest.fixture
def waiting(company, person):
    """By the resource of the API what waits for both leaders."""
    owner, cio = person("OWNER", unit=company.northfield), person("CIO")
    sign(authority.propose([authority.Line("TREATMENT", "SEVERE", None, ("CIO", "CISO"))], actor=cio), cio, person("CISO"))
    risk = make_risk(unit=company.northfield, it_owner=owner, accountable="IT")
    make_levels(risk, 5)
    return {
        "exceptions": make_exception(risk, by=owner),
        "treatments": make_treatment(risk, actor=owner),
        "formula-versions": formula_versions.propose(
            formula_versions.draft({"base_points": "3.5"}, "Why", actor=owner), actor=owner
        ),
        "authority-tables": authority.propose(authority.OFFERED, actor=cio),
    }


def holds():
    """Nothing of it is in force."""
    exception, treatment = RiskException.objects.get(), Treatment.objects.get()
    assert exception.standing_on(organisations.today()) == RiskException.Standing.PROPOSED
    assert (treatment.state, treatment.decided_by) == ("PROPOSED", None)
    assert formula_in_force.now() == formulas.LATEST
    assert authority.in_force().lines == [{"kind": "TREATMENT", "up_to_band": "SEVERE", "up_to_amount": None, "offices": BOTH}]
    assert SignedOff.objects.get().subject_kind == "authority-table"  # that one


def test_no_door_leads_past_the_signatures(waiting, client):
    cio = authority.proposed().proposed_by
    client.force_login(cio, backend=BACKEND)
    freshen(client, cio)
    for resource, row in waiting.items():
        here = f"/api/v1/{resource}/{row.pk}/"
        client.patch(here, SAID, **JSON, headers={"If-Match": "*"})
        client.put(here, SAID, **JSON, headers={"If-Match": "*"})
        client.post(f"/api/v1/{resource}/bulk/", {"rows": [{"id": row.pk, "version": row.version} | SAID]}, **JSON)
        client.put(f"/api/v1/{resource}/by-external-id/ppm/P-1/", SAID, **JSON)
        client.post(f"{here}approval/", {}, **JSON)
        client.post(f"/admin/risks/{row._meta.model_name}/{row.pk}/change/", SAID)
    assert client.post(reverse("risks:treatment-approval", args=[waiting["treatments"].pk]), {}).status_code == 409
    holds()


def test_nothing_signs_by_token_or_without_a_fresh_factor_or_what_one_did_not_read(waiting, client, person):
    secret = tokens.issue(person("INTEGRATION"), "pushes", ["signature-requests:write"], actor=None)[1]
    cio = authority.proposed().proposed_by
    client.force_login(cio, backend=BACKEND)
    requests = client.get("/api/v1/signature-requests/").json()["results"]
    asked = [one for one in requests if one["subject_id"] != authority.in_force().pk or one["subject_kind"] != "authority-table"]
    assert len(asked) == len(waiting)
    for one in asked:
        address = f"/api/v1/signature-requests/{one['id']}/signature/"
        for told in ({"headers": {"Authorization": f"Bearer {secret}"}}, {}):
            assert client.post(address, {"digest": one["digest"]}, **JSON, **told).status_code == 403
    for row in waiting.values():
        page = reverse("signing:signature", args=[subjects.kind_of(row), row.pk])
        assert "/reauthenticate/" in client.post(page, {"digest": "0" * 64}).url
        freshen(client, cio)
        assert client.post(page, {"digest": "0" * 64}).status_code == 412
        freshen(client, cio, seconds_ago=16 * 60)
    holds()
    assert set(Signature.objects.values_list("subject_kind", "subject_id")) == {("authority-table", authority.in_force().pk)}


def test_no_list_sheet_or_admin_knows_what_is_in_force_and_time_alone_signs_nothing(waiting):
    for kind in ("exception", "treatment", "formula-version", "authority-table", "risk"):
        if kind in listed.all_kinds():
            assert not {field.name for field in listed.of_kind(kind).editable} & set(SAID), kind
        if kind in importable.all_kinds():
            assert not {field.name for field in importable.of_kind(kind).fields} & set(SAID), kind
    assert not {RiskException, Treatment, FormulaVersion, AuthorityTable, Rating, RatingRound, BlindRating} & set(
        admin.site._registry
    )

    with clock.stopped(clock.now() + timedelta(days=400)):
        exceptions.expire()
        settling.lapse_objections()
        tasks.mark_what_time_changes()
        tasks.compute_previews()
        holds()
