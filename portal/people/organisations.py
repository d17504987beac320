"""The one organisation: read often, changed hardly ever, so kept in the cache. Set up step by step, then running."""

from collections.abc import Iterable
from contextvars import ContextVar
from datetime import date, datetime, time
from typing import Any, overload
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid, Stale
from portal.people.currencies import CODES
from portal.people.errors import AlreadySetUp, CurrencyFixed, StepsOpen
from portal.people.models import Unit
from portal.people.models.organisation import MONDAY_TO_FRIDAY, Organisation
from portal.record import audit

KEY = "organisation"
NOT_ASKED: tuple[str, Organisation | None] = ("", None)
_in_request: ContextVar[tuple[str, Organisation | None]] = ContextVar("organisation of a request", default=NOT_ASKED)
STEPS = ("organisation", "units", "leaders", "levels", "appetite", "people")
NEEDED = ("organisation", "units", "levels", "appetite")  # people may come later, through their own doors


def current() -> Organisation | None:
    """The organisation, or None before the set-up; from the cache for at most a minute, and one and the same for a request."""
    request = audit.request_id()
    if request and _in_request.get()[0] == request:
        return _in_request.get()[1]
    found = cache.get(KEY)
    if found is None:
        found = Organisation.objects.first()
        if found is not None:
            cache.set(KEY, found, 60)
    if request and found is not None:
        _in_request.set((request, found))
    return found


def forget() -> None:
    """After a change of the organisation."""
    cache.delete(KEY)
    _in_request.set(NOT_ASKED)


def today() -> date:
    """The organisation's day: what "due" and "overdue" mean."""
    organisation = current()
    return clock.today(organisation.time_zone if organisation else "UTC")


@overload
def day_of(moment: datetime) -> date: ...
@overload
def day_of(moment: datetime | None) -> date | None: ...
def day_of(moment: datetime | None) -> date | None:
    """The organisation's day in which `moment` lies; None of None."""
    if moment is None:
        return None
    organisation = current()
    return moment.astimezone(ZoneInfo(organisation.time_zone if organisation else "UTC")).date()


def morning(day: date) -> datetime:
    """The first moment of the organisation's `day`."""
    organisation = current()
    return datetime.combine(day, time(), ZoneInfo(organisation.time_zone if organisation else "UTC"))


def zone_of(user: Any) -> str:
    """The zone in which `user` reads times."""
    organisation = current()
    return user.time_zone or (organisation.time_zone if organisation else "UTC")


def is_set_up() -> bool:
    """Whether the set-up is over, asked of the database: until then one person may do what takes two later."""
    return Organisation.objects.filter(set_up_at__isnull=False).exists()


def is_running() -> bool:
    """The same as a page asks it: from what `current` remembers."""
    organisation = current()
    return organisation is not None and organisation.set_up_at is not None


@transaction.atomic
def describe(
    *,
    actor: Any,
    name: str,
    currency: str,
    time_zone: str,
    fiscal_year_starts_month: int = 1,
    working_days: Iterable[int] = MONDAY_TO_FRIDAY,
    language: str = "en",
    is_demo: bool = False,
    version: int | None = None,
) -> Organisation:
    """Say what the organisation is called and how it counts money and days; the first time it comes into being.

    The company at the top of the units goes by the same name. Raises Invalid by field, Stale when somebody changed it since
    `version`, and CurrencyFixed once the set-up is over; `is_demo` counts the first time only.
    """
    _alone()
    row = Organisation.objects.first()
    if row is not None and version is not None and row.version != version:
        raise Stale(_("Somebody else changed the organisation meanwhile. Load it again."))
    wanted = {
        "name": name.strip(),
        "currency": currency.strip().upper(),
        "time_zone": time_zone.strip(),
        "fiscal_year_starts_month": fiscal_year_starts_month,
        "working_days": sorted(set(working_days)),
        "language": language,
    }
    if row is not None and row.set_up_at is not None and wanted["currency"] != row.currency:
        raise CurrencyFixed
    _check(wanted)
    if row is None:
        return _founded(wanted, is_demo, actor)
    changed = {field: value for field, value in wanted.items() if getattr(row, field) != value}
    if not changed:
        return row
    former = row.name
    for field, value in changed.items():
        setattr(row, field, value)
    _saved(row, "organisation.changed", actor, {"fields": sorted(changed)})
    _name_company(row.name, former)
    return row


@transaction.atomic
def note_step(step: str, *, actor: Any) -> None:
    """Remember that a step of the set-up was answered; nothing happens once it is over. Raises StepsOpen before the first."""
    row = locked()
    if row.set_up_at is None and step not in row.steps_done:
        row.steps_done = [*row.steps_done, step]
        _saved(row, "organisation.step_done", actor, {"step": step})


@transaction.atomic
def finish(*, actor: Any) -> Organisation:
    """End the set-up: from now on the rules of a running organisation hold. Raises AlreadySetUp, or StepsOpen with `steps`."""
    row = locked()
    if row.set_up_at is not None:
        raise AlreadySetUp
    missing = [step for step in NEEDED if step not in row.steps_done]
    if missing:
        raise StepsOpen(steps=missing)
    row.set_up_at = clock.now()
    _saved(row, "organisation.set_up", actor, {})
    return row


def _founded(wanted: dict[str, Any], is_demo: bool, actor: Any) -> Organisation:
    row = Organisation.objects.create(pk=1, is_demo=is_demo, created_at=clock.now(), steps_done=["organisation"], **wanted)
    audit.record(actor, "organisation.founded", row, {"currency": row.currency, "time_zone": row.time_zone})
    transaction.on_commit(forget)
    _name_company(row.name, None)
    return row


def _name_company(name: str, former: str | None) -> None:
    """The company at the top goes by the organisation's name, unless somebody named it otherwise since."""
    company = Unit.objects.select_for_update().filter(parent=None, archived_at=None).first()
    if company is not None and company.name != name and former in (None, company.name):
        company.name = name
        company.version += 1
        company.save(update_fields=["name", "version"])


def _check(wanted: dict[str, Any]) -> None:
    """Raises Invalid for each field that does not fit."""
    wrong: dict[str, list[str]] = {}
    try:
        Organisation(pk=1, created_at=clock.now(), **wanted).clean_fields(exclude=["working_days"])
    except ValidationError as error:
        wrong.update({field: list(sentences) for field, sentences in error.message_dict.items()})
    if wanted["currency"] not in CODES:
        wrong["currency"] = [_("Take a currency by its code, such as EUR.")]
    if not wanted["working_days"] or not set(wanted["working_days"]) <= set(range(1, 8)):
        wrong["working_days"] = [_("Name at least one day on which people work.")]
    if wanted["language"] not in dict(settings.LANGUAGES):
        wrong["language"] = [_("Concord does not speak this language yet.")]
    if wrong:
        raise Invalid(_("The organisation cannot be described so."), wrong)


def locked() -> Organisation:
    row = Organisation.objects.select_for_update().first()
    if row is None:
        raise StepsOpen(steps=["organisation"])
    return row


def _saved(row: Organisation, verb: str, actor: Any, params: dict[str, Any]) -> None:
    row.version += 1
    row.save()
    audit.record(actor, verb, row, params)
    transaction.on_commit(forget)


def _alone() -> None:
    """Two people who describe it at once come one after the other, also the first time, when there is no row to lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(1129270851, 7)")
