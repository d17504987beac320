"""The entrance for workers and beat; each job knows itself, and the request that asked for it, in log, audit and row history."""

import gc
import os
from typing import Any

import pghistory
import structlog
from celery import Celery, Task
from celery.signals import before_task_publish, worker_init

from portal.room import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.development")

HEADER = "concord_request"


class Job(Task):
    """A task that carries the id of the request it was sent from; one that beat sent goes by its own id."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        carried = self.request.get(HEADER) or (self.request.headers or {}).get(HEADER)
        sent_from = carried or structlog.contextvars.get_contextvars().get("request") or self.request.id or ""
        with (
            structlog.contextvars.bound_contextvars(request=sent_from, job=self.request.id, task=self.name),
            pghistory.context(request=sent_from, job=self.request.id),
        ):
            return with_room(super().__call__)(*args, **kwargs)


@before_task_publish.connect
def carry_request(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """The id of the request under way travels with the task."""
    request = structlog.contextvars.get_contextvars().get("request")
    if headers is not None and request:
        headers[HEADER] = request


@worker_init.connect
def keep_what_is_loaded(**_: Any) -> None:
    """The collector of garbage need not walk it again, in none of the processes that the worker splits into."""
    gc.collect()
    gc.freeze()


app = Celery("concord", task_cls=Job)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
