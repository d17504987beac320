"""What is kept for a while only, and then cleared away."""

from datetime import timedelta

from django.apps import apps

from portal import clock
from portal.record.models import StoredFile

KEYS_KEPT_FOR = timedelta(hours=48)
SIGN_INS_KEPT_FOR = timedelta(days=90)
BATCH = 200


def clear_work_files() -> int:
    """Remove work files whose day is over, with their chunks; returns how many."""
    cleared = 0
    today = clock.today("UTC")
    while ids := list(StoredFile.objects.filter(gone_on__lt=today).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        StoredFile.objects.filter(pk__in=ids).delete()
        cleared += len(ids)
    return cleared


def clear_idempotency_keys() -> int:
    """Forget repeated requests that are too old to be repeated; returns how many."""
    keys = apps.get_model("web.IdempotencyKey").objects
    return keys.filter(created_at__lt=clock.now() - KEYS_KEPT_FOR).delete()[0]


def clear_sign_ins() -> int:
    """Forget wrong passwords, sign-ins and mail about accounts of long ago, and sessions that are over; returns how many."""
    before = clock.now() - SIGN_INS_KEPT_FOR
    old = (
        apps.get_model("axes.AccessAttempt").objects.filter(attempt_time__lt=before),
        apps.get_model("people.BrowserSession").objects.filter(last_seen_at__lt=before),
        apps.get_model("people.Letter").objects.filter(created_at__lt=before),
        apps.get_model("sessions.Session").objects.filter(expire_date__lt=clock.now()),
    )
    return sum(rows.delete()[0] for rows in old)
