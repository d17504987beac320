"""A practice below its target becomes a treatment or an initiative, linked both ways."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.compliance import profiles, ratings, shortfalls
from governance.compliance.errors import NoShortfall
from governance.compliance.models import ShortfallPlan
from portal.people import organisations
from portal.record.models import AuditEntry
from risks import recompute
from risks.models import LossResult, Treatment
from tests.factories.compliance import make_framework
from tests.factories.risks import make_levels, make_loss, make_risk
from tests.house.world import BACKEND


@pytest.fixture
def owner(person):
    return person("OWNER")


@pytest.fixture
def practice(company, owner):
    profile = profiles.open_one(make_framework(1), company.northfield, actor=None)
    row = profile.practices.get()
    profiles.aim(row, actor=None, version=None, owner="IT", target_level=3, note="Locks that close themselves")
    return ratings.rate(row, "IT", 1, actor=None)


@pytest.fixture
def risk(company, owner):
    risk = make_risk(unit=company.northfield, it_owner=owner, accountable="IT")
    make_levels(risk, 4, operational=4)
    return risk


def test_shortfall_becomes_a_treatment_with_cost_against_loss_avoided(client, practice, risk, owner):
    make_loss(risk, actor=owner)
    make_loss(risk, actor=owner, stage="RESIDUAL", high_per_year=Decimal("0.3"))
    while recompute.refresh_batch():
        pass
    client.force_login(owner, backend=BACKEND)
    said = {"risk": str(risk.pk), "owner": owner.pk, "due_on": organisations.today(), "likelihood_level": 2, "cost": "12000.00"}
    here = f"/governance/practices/{practice.pk}/"

    missing = client.post(f"{here}treatment/", said | {"risk": "R-9999"})
    made = client.post(f"{here}treatment/", said)

    assert made.status_code == 302
    treatment = Treatment.objects.get()
    assert (missing.status_code, made.status_code, made.url) == (422, 302, f"/risks/treatments/{treatment.pk}/")
    assert (treatment.title, treatment.risk, treatment.steps.get().office) == ("hr-1 from 1 to 3: Rule 1", risk, "IT")
    [begun] = shortfalls.of_practice(practice, owner)
    now, after = (LossResult.objects.get(risk=risk, stage=stage).mean for stage in ("CURRENT", "RESIDUAL"))
    assert (begun.cost, begun.avoided) == (Decimal(12_000), pytest.approx(now - after))
    with CaptureQueriesContext(connection) as of_practice:
        assert "hr-1 from 1 to 3" in client.get(here).text
    with CaptureQueriesContext(connection) as of_treatment:
        assert f'href="{here}"' in client.get(made.url).text
    assert max(len(of_practice), len(of_treatment)) <= 18
    [told] = client.get(f"/api/v1/practices/{practice.pk}/plans/").json()
    assert (told["treatment"], told["cost"]) == (treatment.pk, "12000.00")
    assert AuditEntry.objects.get(verb="practice.plan_begun").params == {"treatment": treatment.pk}


def test_shortfall_becomes_an_initiative_and_links_back(client, practice, owner):
    client.force_login(owner, backend=BACKEND)
    here = f"/governance/practices/{practice.pk}/"

    wrong = client.post(f"{here}initiative/", {"kind": "IT", "owner": owner.pk})
    made = client.post(f"{here}initiative/", {"kind": "IT", "owner": owner.pk, "sponsor": owner.pk})

    assert (wrong.status_code, made.status_code) == (422, 302)
    with CaptureQueriesContext(connection) as queries:
        assert f'href="{here}"' in client.get(made.url).text
    assert len(queries) <= 18
    body = {"kind": "OT", "owner": owner.pk, "sponsor": owner.pk}
    sent = client.post(f"/api/v1/practices/{practice.pk}/initiative/", body, content_type="application/json")
    assert (sent.status_code, ShortfallPlan.objects.count()) == (201, 2)


def test_what_is_practised_as_it_should_be_needs_no_plan(client, practice, risk, owner, person):
    ratings.rate(practice, "IT", 3, actor=None, reason="Mended")

    with pytest.raises(NoShortfall):
        shortfalls.begin(practice, actor=owner, kind="IT", owner=owner, sponsor=owner)
    with pytest.raises(NoShortfall):
        shortfalls.treat(practice, risk, actor=owner, owner=owner, due_on=organisations.today(), likelihood_level=1)
    client.force_login(person("AUDITOR"), backend=BACKEND)
    assert client.post(f"/governance/practices/{practice.pk}/treatment/", {}).status_code == 403
    assert not ShortfallPlan.objects.exists()
