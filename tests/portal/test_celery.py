import pghistory.models
import pytest
import structlog
from celery import shared_task
from celery.signals import before_task_publish

from portal.celery import HEADER, Job, app
from portal.record import audit
from tests.factories.portal import make_unit


@pytest.fixture(autouse=True)
def _outside_of_any_request():
    structlog.contextvars.clear_contextvars()


@shared_task
def tells_where_it_is():
    return structlog.contextvars.get_contextvars()


@shared_task
def founds_a_unit():
    return make_unit("Northfield").events.first().pgh_context.metadata


def test_a_job_is_known_in_its_log_lines():
    done = tells_where_it_is.apply(task_id="job-7")

    assert done.get() == {"request": "job-7", "job": "job-7", "task": tells_where_it_is.name}
    assert "job" not in structlog.contextvars.get_contextvars()


def test_a_job_is_known_to_row_history(db):
    with structlog.contextvars.bound_contextvars(request="asked-1"):
        metadata = founds_a_unit.apply(task_id="job-8").get()

    assert metadata == {"request": "asked-1", "job": "job-8"}
    assert pghistory.models.Context.objects.count() == 1


def test_the_request_travels_with_the_task(db):
    headers = {}
    with structlog.contextvars.bound_contextvars(request="asked-2"):
        before_task_publish.send(sender="any", headers=headers)

    assert headers == {HEADER: "asked-2"}
    assert tells_where_it_is.apply(task_id="job-9", headers=headers).get()["request"] == "asked-2"


def test_without_a_request_nothing_travels():
    headers = {}

    before_task_publish.send(sender="any", headers=headers)

    assert headers == {}


def test_what_a_job_does_is_audited_under_its_id(db):
    with structlog.contextvars.bound_contextvars(request="asked-3"):
        entry = audit.record(None, "unit.founded", make_unit("Northfield"))

    assert entry.request_id == "asked-3"


def test_every_task_is_such_a_job():
    app.loader.import_default_modules()

    ours = [task for name, task in app.tasks.items() if not name.startswith("celery.")]
    assert len(ours) > 6
    assert all(isinstance(task, Job) for task in ours)


def test_the_timetable_names_only_tasks_that_exist():
    app.loader.import_default_modules()

    assert {entry["task"] for entry in app.conf.beat_schedule.values()} - set(app.tasks) == set()
