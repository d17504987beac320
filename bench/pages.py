"""Pages: server time of each, warm, over 50,000 assets; Today among 1,000, 5,000 and 100,000 risks."""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench import ground

ASSETS = 50_000
SIZES = (1_000, 5_000, 100_000)
PROMISED = 5_000  # risks at which every page must be quick
ROUNDS = 7
MOST_MILLISECONDS = 300
HIGHEST_RATIO = 4 / 3
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
READER = "reader@scale.invalid"


@dataclass(frozen=True, slots=True)
class Visit:
    """Milliseconds of one request: all of it, waiting for the database, and of this process's own work; and its queries."""

    whole: float
    database: float
    cpu: float
    queries: int


def main() -> int:
    ground.start()
    databases = {size: ground.seeded(size, assets=ASSETS) for size in SIZES}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("collectstatic", "--noinput", verbosity=0)
    _be_quiet()
    readers = {size: _reader(name) for size, name in databases.items()}
    holds = [_every_page(databases[PROMISED], readers[PROMISED]), _today(databases, readers)]
    return 0 if all(holds) else 1


def _be_quiet() -> None:
    """No log lines between the measurements, and the host that a test client says it asks."""
    import logging

    from django.conf import settings

    logging.disable(logging.CRITICAL)
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.PAGES_A_MINUTE_BY_PERSON = settings.PAGES_A_MINUTE_BY_ADDRESS = 10**9


def _reader(database: str):
    """The CIO of this database, who sees everything, with reviews and reminders to answer and the second factor of a seat."""
    from allauth.mfa.models import Authenticator

    from portal.attention.models import Reminder, Review
    from portal.people import organisations
    from portal.people.models import Appointment, User
    from risks.models import Risk

    ground.use(database)
    user = User.objects.filter(email=READER).first()
    if user is None:
        user = User.objects.create_user(READER, name="Reader")
        Appointment.objects.create(seat=Appointment.Seat.CIO, holder=user)
        today = organisations.today()
        ids = Risk.objects.order_by("pk").values_list("pk", flat=True)[:200]
        about = [{"subject_kind": "risk", "subject_id": pk} for pk in ids]
        Review.objects.bulk_create(Review(kind="bench.look", due_on=today, owner=user, **one) for one in about)
        Reminder.objects.bulk_create(Reminder(kind="risk.review.due", due_on=today, recipient=user, **one) for one in about)
    Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": ""}})
    return user


def _every_page(database: str, reader) -> bool:
    ground.use(database)
    client, addresses = _signed_in(reader), _addresses()
    print(f"Server time of a page, {ASSETS:,} assets and {PROMISED:,} risks; milliseconds.")
    print(
        f"{'page':<44} {'median':>7} {'least':>7} {'most':>7} {'database':>9} {'own CPU':>8} {'queries':>8}   (of {ROUNDS}, warm)"
    )
    slow = []
    for address in addresses:
        _visit(client, address)
        visits = [_visit(client, address) for _ in range(ROUNDS)]
        median, least, most = _spread([visit.whole for visit in visits])
        asked, cpu = (statistics.median(getattr(visit, name) for visit in visits) for name in ("database", "cpu"))
        print(
            f"{address:<44} {median:>7.0f} {least:>7.0f} {most:>7.0f} {asked:>9.0f} {cpu:>8.0f} {visits[0].queries:>8}", flush=True
        )
        if median > MOST_MILLISECONDS:
            slow.append(address)
    return _verdict(not slow, f"{len(slow)} of {len(addresses)} pages take more than {MOST_MILLISECONDS} ms")


def _today(databases: dict[int, str], readers: dict) -> bool:
    clients = {}
    for size, name in databases.items():
        ground.use(name)
        clients[size] = _signed_in(readers[size])
        _visit(clients[size], "/")
    found: dict[int, list[float]] = {size: [] for size in SIZES}
    for _ in range(ROUNDS):
        for size, name in databases.items():
            ground.use(name)
            _visit(clients[size], "/")
            found[size].append(_visit(clients[size], "/").whole)
    first = statistics.median(found[SIZES[0]])
    print(f"\nToday, {ASSETS:,} assets; milliseconds.")
    print(f"{'risks':>9} {'median':>7} {'least':>7} {'most':>7} {'ratio':>6}   (of {ROUNDS}, interleaved, warm)")
    for size, times in found.items():
        median, least, most = _spread(times)
        print(f"{size:>9,} {median:>7.0f} {least:>7.0f} {most:>7.0f} {median / first:>6.2f}")
    worst = statistics.median(found[SIZES[-1]]) / first
    return _verdict(worst <= HIGHEST_RATIO, f"ratio {worst:.2f}, at most {HIGHEST_RATIO:.2f}")


def _addresses() -> list[str]:
    from assets.models import Asset
    from portal.attention.models import Review
    from portal.people.models import Unit
    from risks.models import Risk

    risk = Risk.objects.filter(state="OPEN", is_confidential=False).order_by("pk")[20]
    asset = Asset.objects.filter(kind="BUSINESS_SERVICE").order_by("pk")[10]
    unit = Unit.objects.order_by("-pk").first().pk
    below, moved, new = f"unit={unit}", "moved_since=2020-01-01", "new_since=2020-01-01"
    wanted = {
        "/risks/register/": (
            "",
            "sort=number",
            "sort=review",
            "sort=score",
            "q=ransomware",
            "q=R-00",
            "state=all",
            "band=HIGH",
            moved,
            below,
        ),
        "/assets/inventory/": (
            "",
            "q=server",
            "q=A-4999",
            "q=nothing-like-it",
            "owner=none",
            "kind=SERVER",
            "criticality=5",
            new,
            below,
        ),
    }
    lists = [f"{path}?{query}" for path, queries in wanted.items() for query in queries]
    lists += [f"/assets/inventory/?sort={name}" for name in ("number", "-criticality", "-new")]
    return [
        "/",
        *lists,
        "/risks/heatmap/",
        f"/risks/{risk.pk}/",
        f"/risks/{risk.pk}/changes/",
        f"/risks/{risk.pk}/score/",
        f"/risks/{risk.pk}/score/change/",
        f"/assets/inventory/{asset.pk}/",
        "/assets/discovery/",
        "/reviews/",
        f"/reviews/{Review.objects.filter(kind='bench.look').order_by('pk').first().pk}/",
        "/inbox/",
    ]


def _signed_in(reader):
    from django.test import Client

    client = Client()
    client.force_login(reader, backend=BACKEND)
    return client


def _visit(client, address: str) -> Visit:
    return _measured(lambda: client.get(address))


def _measured(ask: Callable) -> Visit:
    """What one request takes."""
    from django.db import connection

    asked: list[float] = []

    def watch(execute, sql, params, many, context):
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            asked.append(time.perf_counter() - started)

    with connection.execute_wrapper(watch):
        started, before = time.perf_counter(), time.process_time()
        answer = ask()
        seconds, cpu = time.perf_counter() - started, time.process_time() - before
    assert answer.status_code == 200, (answer.request["PATH_INFO"], answer.status_code)
    return Visit(seconds * 1000, sum(asked) * 1000, cpu * 1000, len(asked))


def _spread(times: list[float]) -> tuple[float, float, float]:
    return statistics.median(times), min(times), max(times)


def _verdict(holds: bool, words: str) -> bool:
    print(f"{'holds' if holds else 'MISSED'}: {words}", flush=True)
    return holds


if __name__ == "__main__":
    sys.exit(main())
