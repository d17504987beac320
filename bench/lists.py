"""Lists: milliseconds of the first page, of a filter and of words, and microseconds a row of each file, of 500 rows and of 50,000.

Pages are warm and without the shell's own work of the browser; a file is read to its end, as the reader would.
"""

import statistics
import sys
import time

from bench import ground

FEW, MANY = 500, 50_000
ROUNDS = 7
HIGHEST_RATIO = 1.3
MOST_MILLISECONDS = 300
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
READER = "auditor@scale.invalid"
PAGES = (
    ("first page", "/lists/assets/"),
    ("first page", "/lists/risks/"),
    ("filter", "/lists/assets/?kind=SERVER&criticality=3"),
    ("filter", "/lists/risks/?category=OT&band=HIGH"),
    ("words", "/lists/assets/?q=A-0042"),
    ("words", "/lists/risks/?q=R-0042"),
    ("groups", "/lists/assets/?group=kind"),
    ("sample", "/lists/assets/sample/?seed=a"),
)
FILES = tuple((kind, form) for kind in ("assets", "risks") for form in ("csv", "xlsx", "json"))


def main() -> int:
    ground.start()
    databases = {size: ground.seeded(size, assets=size) for size in (FEW, MANY)}
    import django

    django.setup()
    _be_quiet()
    clients = {size: _signed_in(name) for size, name in databases.items()}
    print(f"Of {FEW:,} rows and of {MANY:,}; medians of {ROUNDS}, interleaved, warm.")
    print(f"{'what':<12} {'address':<48} {FEW:>9,} {MANY:>9,} {'ratio':>6}")
    holds = [_compared(word, address, databases, clients) for word, address in PAGES]
    holds += [_exported(kind, form, databases, clients) for kind, form in FILES]
    print(f"{sum(holds)} of {len(holds)} hold {HIGHEST_RATIO} and {MOST_MILLISECONDS} ms")
    return 0 if all(holds) else 1


def _be_quiet() -> None:
    import logging

    from django.conf import settings

    logging.disable(logging.CRITICAL)
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.PAGES_A_MINUTE_BY_PERSON = settings.PAGES_A_MINUTE_BY_ADDRESS = 10**9
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


def _signed_in(database: str):
    """An auditor of this database, who sees every row that is not confidential."""
    from django.test import Client

    from portal.people.models import RoleAssignment, Unit, User

    ground.use(database)
    user = User.objects.filter(email=READER).first()
    if user is None:
        user = User.objects.create_user(READER, name="Reader of lists")
        RoleAssignment.objects.create(user=user, role="AUDITOR", unit=Unit.objects.get(parent=None))
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def _compared(word: str, address: str, databases: dict[int, str], clients: dict) -> bool:
    found = _interleaved(databases, lambda size: _visit(clients[size], address))
    few, many = (statistics.median(found[size]) * 1000 for size in (FEW, MANY))
    print(f"{word:<12} {address:<48} {few:>6.0f} ms {many:>6.0f} ms {many / few:>6.2f}", flush=True)
    return many / few <= HIGHEST_RATIO and many <= MOST_MILLISECONDS


def _exported(kind: str, form: str, databases: dict[int, str], clients: dict) -> bool:
    """A row of it; what a file costs before its first row is in it, so the small one bears more of that."""
    address = f"/lists/{kind}/export/?as={form}"
    found = _interleaved(databases, lambda size: _visit(clients[size], address), rounds=3)
    few, many = (statistics.median(found[size]) / size * 1e6 for size in (FEW, MANY))
    print(f"{'a row':<12} {address:<48} {few:>6.0f} µs {many:>6.0f} µs {many / few:>6.2f}", flush=True)
    return many / few <= HIGHEST_RATIO


def _interleaved(databases: dict[int, str], visit, rounds: int = ROUNDS) -> dict[int, list[float]]:
    found: dict[int, list[float]] = {size: [] for size in databases}
    for place in range(rounds + 1):
        for size, name in databases.items():
            ground.use(name)
            seconds = visit(size)
            if place:
                found[size].append(seconds)
    return found


def _visit(client, address: str) -> float:
    """Seconds to the last byte."""
    client.get("/healthz")  # the connection may be new: what opening it costs is not the list's
    begun = time.perf_counter()
    answer = client.get(address)
    size = sum(len(part) for part in answer.streaming_content) if answer.streaming else len(answer.content)
    seconds = time.perf_counter() - begun
    assert answer.status_code == 200 and size, (address, answer.status_code)
    return seconds


if __name__ == "__main__":
    sys.exit(main())
