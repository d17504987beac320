from datetime import UTC, datetime

import pytest
from django.conf import settings
from kombu.exceptions import OperationalError as BrokerAway

from assets.signals import assets_changed
from portal import clock
from portal.celery import app
from risks import tasks
from risks.models import Risk, Score, StaleScore
from risks.signals import risk_changed
from tests.factories.assets import make_asset
from tests.factories.risks import make_levels, make_risk

pytestmark = pytest.mark.django_db


@pytest.fixture
def risk(company):
    risk = make_risk(unit=company.northfield, assets=[make_asset(unit=company.northfield)])
    make_levels(risk)
    return risk


def test_a_committed_change_wakes_a_worker_that_scores_it(risk, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        risk_changed.send(Risk, risk_ids=[risk.pk], cause="risk.changed")
        assert not Score.objects.exists()

    assert Score.objects.filter(risk=risk).count() == 3
    assert not StaleScore.objects.exists()


def test_a_changed_asset_wakes_one_too(risk, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assets_changed.send(None, asset_ids=[risk.assets.get().pk], cause="asset.changed")

    assert set(Score.objects.filter(risk=risk).values_list("cause", flat=True)) == {"asset.changed"}


def test_a_broker_that_is_away_leaves_the_rows_for_the_sweep(risk, monkeypatch, django_capture_on_commit_callbacks):
    def away(*args, **options):
        raise BrokerAway

    monkeypatch.setattr(tasks.recompute_stale_scores, "apply_async", away)

    with django_capture_on_commit_callbacks(execute=True):
        risk_changed.send(Risk, risk_ids=[risk.pk], cause="risk.changed")
    assert StaleScore.objects.filter(risk=risk).exists()
    monkeypatch.undo()
    tasks.recompute_stale_scores()

    assert not StaleScore.objects.exists()


def test_a_batch_takes_as_many_rounds_as_it_needs(company, monkeypatch):
    sizes = iter([1000, 1000, 3, 0])
    taken = []
    monkeypatch.setattr(tasks.recompute, "refresh_batch", lambda limit: taken.append(limit) or next(sizes))

    tasks.recompute_stale_scores()

    assert taken == [1000] * 4


def test_a_new_day_is_noticed_and_scored(company):
    risk = make_risk(unit=company.northfield, review_due_on=datetime(2026, 11, 24, tzinfo=UTC).date())
    make_levels(risk)
    with clock.stopped(datetime(2026, 11, 24, 12, tzinfo=UTC)):
        risk_changed.send(Risk, risk_ids=[risk.pk], cause="risk.changed")
        tasks.recompute_stale_scores()

    with clock.stopped(datetime(2026, 11, 25, 12, tzinfo=UTC)):
        tasks.mark_what_time_changes()

    assert list(Score.objects.filter(risk=risk, state="CURRENT").order_by("pk").values_list("value", flat=True)) == [48, 49]


def test_the_timetable_names_tasks_that_exist():
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["task"].startswith("risks.")}

    assert named == {
        f"risks.tasks.{name}"
        for name in (
            *("recompute_stale_scores", "mark_what_time_changes", "lapse_objections", "expire_exceptions"),
            *("compute_previews", "watch_clocks", "compare_portfolio", "ask_who_signs"),
        )
    }
    assert named <= set(app.tasks)
