"""Kept totals are held against their rows: a difference is told and mended."""

import pytest

from portal.archive import reconciling
from portal.archive.reconciling import Difference
from portal.attention.models import Reminder
from portal.record import totals
from portal.record.models import AuditEntry
from risks import recompute
from risks.stale import mark_risks
from tests.factories.assets import make_asset
from tests.factories.risks import make_levels, make_risk
from tests.house.world import BACKEND

pytestmark = pytest.mark.django_db


def test_what_differs_is_told_scope_by_scope_and_mended(company, person):
    admin, auditor, analyst = person("ADMIN"), person("AUDITOR"), person("ANALYST")
    make_asset("Press", unit=company.northfield, actor=analyst)
    risk = make_risk(unit=company.northfield)
    make_levels(risk)
    mark_risks([risk.pk], cause="risk.logged")
    recompute.refresh_batch()
    totals.fold()
    make_asset("Oven", unit=company.northfield, actor=analyst)  # not folded yet
    assert reconciling.reconcile() == []

    totals.add(
        [(company.northfield.pk, "assets.current", 3), (company.root.pk, "risks.open", -1), (company.root.pk, "risks.odd", 2)]
    )
    found = reconciling.reconcile()

    assert found == [
        Difference(company.northfield.pk, "assets.current", 5, 2),
        Difference(company.root.pk, "risks.odd", 2, 0),
        Difference(company.root.pk, "risks.open", 0, 1),
    ]
    assert totals.read(company.northfield.pk, prefix="assets.current") == {"assets.current": 2}
    assert totals.read(company.root.pk, prefix="risks.o") == {"risks.open": 1}
    told = AuditEntry.objects.get(verb=reconciling.DIFFERED)
    assert told.params["count"] == 3 and [company.northfield.pk, "assets.current", 5, 2] in told.params["sums"]
    assert {row.recipient for row in Reminder.objects.filter(kind__startswith=reconciling.DIFFERED)} == {admin, auditor}
    assert reconciling.reconcile() == []


def test_the_inbox_says_how_many_differed(company, person, client):
    client.force_login(person("ADMIN"), backend=BACKEND)
    totals.add([(company.root.pk, "assets.current", 1)])
    reconciling.reconcile()

    assert "1 kept sum differed from its rows and was mended" in client.get("/inbox/").text
