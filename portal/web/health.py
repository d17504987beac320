"""Whether this process lives, and whether it can work."""

from collections.abc import Callable

import structlog
from celery import current_app
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.record import privileges
from portal.web import clocks

log = structlog.get_logger(__name__)

_migrated = False  # once all are applied they stay so while this process runs


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, broker, migrations, the guard of row history, the clock; 503 names what is missing, the log says why."""
    found = {name: _holds(name, check) for name, check in CHECKS.items()}
    ready = all(found.values())
    states = {name: "ok" if holds else FAULTS.get(name, "missing") for name, holds in found.items()}
    return JsonResponse({"ready": ready, "checks": states}, status=200 if ready else 503)


def database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone()[0])


def broker_answers() -> bool:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=2)
        return True


def migrations_are_applied() -> bool:
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def history_is_guarded() -> bool:
    return privileges.history_is_guarded()


def clock_agrees() -> bool:
    """A host whose clock is wrong would date what it writes wrongly and refuse second factors: it takes no requests."""
    return clocks.agrees()


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "broker": broker_answers,
    "migrations": migrations_are_applied,
    "history": history_is_guarded,
    "clock": clock_agrees,
}
FAULTS = {"clock": "wrong"}


def _holds(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception as error:  # any reason at all means "not ready"
        log.warning("health.check_failed", check=name, reason=type(error).__name__)
        return False
