"""Search reads the words of a custom field anew, after it was retired or calls a choice otherwise: batch by batch, each a
transaction of its own, a second of it in the request and the rest in a worker. Rows that somebody saves meanwhile are right at
once; the others still say the former words until their batch comes."""

import time
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection, transaction

from portal import clock, turns
from portal.record import audit
from portal.workbench import search_told
from portal.workbench.errors import NothingToTry
from portal.workbench.models import CustomField, FieldRenewal, Particulars

DEFINE = "workbench.define_field"
AT_ONCE = 200  # rows in one transaction: whoever saves one of them waits for as long as these take
IN_REQUEST = 1.0  # seconds


def note_who(field: CustomField, actor: Any) -> None:
    """Inside the verb that changed `field`: whoever asked for what the database noted."""
    FieldRenewal.objects.at_work().filter(field=field, asked_by=None).update(asked_by=actor)


def at_once(field: CustomField) -> bool:
    """What can be done of it in a second, for the request that changed `field`; whether nothing is left for a worker."""
    try:
        return all(work(pk, IN_REQUEST) for pk in list(_waiting().filter(field=field).values_list("pk", flat=True)))
    except OperationalError:  # somebody holds a row for longer than a request waits
        return False


def work_waiting() -> int:
    """Do what waits, or what a worker left behind; how many came to their end."""
    return sum(work(pk) for pk in _waiting().values_list("pk", flat=True))


def work(pk: int, seconds: float | None = None) -> bool:
    """Go on with one renewal, `seconds` at most; whether it came to its end. False where another is at it."""
    with turns.alone("field renewal", pk) as alone:
        renewal = _begun(pk) if alone else None
        if renewal is None:
            return False
        until = None if seconds is None else time.monotonic() + seconds
        while batch := list(_rows(renewal).order_by("pk").values_list("pk", "subject_id")[:AT_ONCE]):
            _read_anew(renewal, batch)
            if until is not None and time.monotonic() > until:
                break
        if _rows(renewal).exists():
            return False
        renewal.finished_at = clock.now()
        renewal.save(update_fields=["finished_at"])
        return True


@transaction.atomic
def try_again(renewal: FieldRenewal, *, actor: Any) -> None:
    """Go on where it was given up. Raises NothingToTry, PermissionDenied."""
    if not actor.has_perm(DEFINE):
        raise PermissionDenied
    renewal = FieldRenewal.objects.select_for_update().get(pk=renewal.pk)
    if not renewal.is_given_up:
        raise NothingToTry
    renewal.attempts = 0
    renewal.save()
    audit.record(actor, "custom_field.renewal_tried_again", actor, {"field": renewal.field_id})


def _waiting() -> Any:
    return FieldRenewal.objects.at_work().filter(attempts__lte=FieldRenewal.MOST_ATTEMPTS).order_by("pk")


def _rows(renewal: FieldRenewal) -> Any:
    told = {"told__has_key": f"f{renewal.field_id}", "subject_kind": renewal.field.kind}
    return Particulars.objects.filter(pk__gt=renewal.reached, **told)


def _begun(pk: int) -> FieldRenewal | None:
    """Under the claim: what is to be done, with how much it is. One that got no further again and again is given up."""
    renewal = FieldRenewal.objects.select_related("field").get(pk=pk)
    if renewal.finished_at is not None or renewal.attempts > FieldRenewal.MOST_ATTEMPTS:
        return None
    renewal.attempts += 1
    if renewal.rows is None:
        renewal.rows = _rows(renewal).count()
    renewal.save(update_fields=["attempts", "rows"])
    return renewal if renewal.attempts <= FieldRenewal.MOST_ATTEMPTS else None


@transaction.atomic
def _read_anew(renewal: FieldRenewal, batch: list[tuple[int, int]]) -> None:
    """The field first, then the rows: the order in which whoever says something in a row comes to both (search_told.py)."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {search_told.ANEW}(%s, %s)", [renewal.field.kind, [subject for _pk, subject in batch]])
    renewal.reached, renewal.done, renewal.attempts = batch[-1][0], renewal.done + len(batch), 0
    renewal.save(update_fields=["reached", "done", "attempts"])
