import re
from datetime import timedelta

import pytest

from portal import clock
from portal.people import letters
from portal.record import totals
from portal.record.models import AuditEntry
from portal.web import metrics
from portal.webhooks.models import Delivery
from portal.workbench.models import SheetImport
from risks.models import StaleScore
from tests.factories.assets import make_run
from tests.factories.risks import make_risk
from tests.factories.sheets import make_import
from tests.factories.webhooks import make_webhook


def test_requests_are_counted_by_view_and_status(client):
    client.get("/healthz")

    answer = client.get("/metrics")

    assert answer.status_code == 200
    assert 'concord_requests_total{method="GET",status="200",view="healthz"}' in answer.content.decode()


def test_an_address_never_becomes_a_label(client, db):
    client.get("/somebody@verrow.example/")

    assert "somebody" not in client.get("/metrics").content.decode()


@pytest.mark.parametrize("facts", [{"REMOTE_ADDR": "192.0.2.7"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}])
def test_without_a_token_only_this_machine_reads(client, db, facts):
    assert client.get("/metrics", **facts).status_code == 403


def test_with_a_token_only_its_holder_reads(client, db, settings):
    settings.METRICS_TOKEN = "the-monitor-knows"

    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer wrong").status_code == 403
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer the-monitor-knows").status_code == 200


def test_a_failing_gauge_leaves_the_others(client, monkeypatch):
    def broken():
        raise RuntimeError

    monkeypatch.setattr(metrics, "_gauges", {"concord_broken": ("never", broken), "concord_whole": ("always", lambda: 7)})

    text = client.get("/metrics").content.decode()

    assert "concord_whole 7.0" in text
    assert "concord_broken" not in text


def test_a_gauge_has_one_reader():
    metrics.gauge("concord_once", "for this test", lambda: 1)
    try:
        with pytest.raises(ValueError, match="concord_once"):
            metrics.gauge("concord_once", "again", lambda: 2)
    finally:
        del metrics._gauges["concord_once"]


def test_the_tails_of_the_record_are_measured(client, db):
    totals.add([(1, "risks.open", 1)])
    AuditEntry.objects.create(verb="risk.logged", kind="risk", subject_id=1)

    text = client.get("/metrics").content.decode()

    assert "concord_unfolded_totals 1.0" in text
    assert "concord_unsealed_entries 1.0" in text
    assert "concord_unsealed_age_seconds" in text


def test_every_room_adds_its_own_lag(client, company):
    StaleScore.objects.create(risk=make_risk(unit=company.root), cause="risk.logged")

    text = client.get("/metrics").content.decode()

    assert "concord_stale_scores 1.0" in text
    assert "concord_stale_age_seconds 0." in text
    assert "concord_failing_digests 0.0" in text


def test_a_file_that_nobody_reads_is_measured(client, person, company):
    run = make_run(unit=company.northfield, actor=person("ENGINEER"))

    with clock.stopped(run.created_at + timedelta(minutes=5)):
        text = client.get("/metrics").content.decode()

    assert "concord_waiting_runs 1.0" in text
    assert "concord_waiting_run_age_seconds 300.0" in text


def test_mail_webhooks_and_jobs_that_wait_are_measured_by_their_age(client, person, company):
    analyst = person("ANALYST")
    letters.write("password-changed", analyst)
    one = make_webhook(person("INTEGRATION"), actor=analyst)
    Delivery.objects.create(subscription=one, verb="ping")
    Delivery.objects.create(subscription=one, verb="ping", next_attempt_at=clock.now() + timedelta(days=1))  # tried again later
    SheetImport.objects.filter(pk=make_import(actor=analyst).pk).update(state=SheetImport.State.CHECKING)

    with clock.stopped(clock.now() + timedelta(minutes=5)):
        text = client.get("/metrics").content.decode()

    for name in ("letter", "webhook", "job"):
        [age] = re.findall(rf"^concord_{name}_age_seconds (\S+)$", text, re.MULTILINE)
        assert 300 <= float(age) < 310, name
        assert f"concord_waiting_{name}s 1.0" in text


def test_how_far_the_clock_of_this_host_leads_is_measured(client, db):
    with clock.stopped(clock.now() + timedelta(hours=1)):
        text = client.get("/metrics").content.decode()

    [lead] = re.findall(r"^concord_clock_lead_seconds (\S+)$", text, re.MULTILINE)
    assert 3590 < float(lead) <= 3600
