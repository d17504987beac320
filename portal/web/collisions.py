"""Two at work on the same rows: how long a request waits, what is tried once more, and what is said where that does not help."""

from typing import Any

from django.db import IntegrityError, OperationalError, connection
from django.db.backends.signals import connection_created
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.errors import Refused

LOCK_WAIT, STATEMENT_TIME = "3s", "10s"  # ground rule of the web: whoever waits longer is told so

# What PostgreSQL says when somebody else is at work on the same rows, or when it took too long.
HELD, TAKEN = "55P03", "23505"
PASSING = frozenset({"40001", "40P01"})  # a failed serialisation or a deadlock passes on the second try; a lock held does not
TOOK_TOO_LONG = "57014"


class AlreadyThere(Refused):
    code = "already-there"
    sentence = _("There is one like this already; nothing was changed.")


class Busy(Refused):
    """Nothing is wrong with what was asked: the same may be asked again."""

    code = "busy"
    sentence = _("Somebody else is changing this just now. Try again.")


class TookTooLong(Busy):
    status = 503
    code = "unavailable"
    sentence = _("The database is too busy. Try again shortly.")


def bound_waiting() -> None:
    """From now on connections of this process wait so long and no longer. Web servers call it; workers have all night."""
    connection_created.connect(_bounded, dispatch_uid="portal.web.collisions")


def _bounded(connection: Any, **_: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false), set_config('statement_timeout', %s, false)", _TIMES)


_TIMES = [LOCK_WAIT, STATEMENT_TIME]


def state_of(error: BaseException) -> str:
    """PostgreSQL's word for it; "" where it has none."""
    return getattr(error.__cause__, "pgcode", None) or ""


def passes(error: BaseException, request: HttpRequest) -> bool:
    """Whether what `request` asked may be done once more: nothing of it is kept, and its body can be read again."""
    return (
        isinstance(error, OperationalError) and state_of(error) in PASSING and not connection.in_atomic_block and not request.FILES
    )


def refusal(error: BaseException) -> Refused | None:
    """The database is the last guard: its refusals are answers too. None where it is a fault."""
    state = state_of(error)
    if isinstance(error, IntegrityError) and state == TAKEN:
        return AlreadyThere()
    if isinstance(error, OperationalError) and (state == HELD or state in PASSING):
        return Busy(retry_after=1)
    if isinstance(error, OperationalError) and state == TOOK_TOO_LONG:
        return TookTooLong(retry_after=5)
    return None
