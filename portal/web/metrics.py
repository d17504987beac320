"""What a monitor reads: requests by view, and how far behind the work is. Each room adds its own gauges in ready()."""

import secrets
from collections.abc import Callable
from time import perf_counter

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily

from portal.people.addresses import is_local

REQUESTS = Counter("concord_requests", "Requests answered.", ["view", "method", "status"], registry=None)
SECONDS = Histogram(
    "concord_request_seconds",
    "Server time of a request [s].",
    ["view"],
    buckets=(0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10),
    registry=None,
)
METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}

log = structlog.get_logger(__name__)

_gauges: dict[str, tuple[str, Callable[[], float]]] = {}


def gauge(name: str, meaning: str, read: Callable[[], float]) -> None:
    """Let `read()` be asked for `name` whenever a monitor comes by. Raises ValueError when the name is taken."""
    if name in _gauges:
        raise ValueError(f"{name} is measured already")
    _gauges[name] = (meaning, read)


def count(request: HttpRequest, status: int, started: float) -> None:
    """Count one answered request under its view's name; addresses and people never become labels."""
    match = request.resolver_match
    view = (match.view_name or "unnamed") if match else "none"
    REQUESTS.labels(view, request.method if request.method in METHODS else "other", str(status)).inc()
    SECONDS.labels(view).observe(perf_counter() - started)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """In the text format of Prometheus; for METRICS_TOKEN, or without one for this machine alone."""
    if not _may_read(request):
        raise PermissionDenied
    registry = CollectorRegistry()
    if settings.METRICS_FOLDER:
        multiprocess.MultiProcessCollector(registry, path=settings.METRICS_FOLDER)
    else:
        registry.register(REQUESTS)
        registry.register(SECONDS)
    registry.register(_Gauges())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Gauges:
    """The gauges of all rooms; one that fails is left out and logged, the others stay."""

    def collect(self):
        for name, (meaning, read) in sorted(_gauges.items()):
            try:
                yield GaugeMetricFamily(name, meaning, value=read())
            except Exception as error:  # a monitor must see the others
                log.warning("metrics.gauge_failed", gauge=name, reason=type(error).__name__)


def _may_read(request: HttpRequest) -> bool:
    if not settings.METRICS_TOKEN:
        return is_local(request)
    given = request.headers.get("Authorization", "")
    return secrets.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
