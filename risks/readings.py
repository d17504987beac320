"""Readings of indicators: taking one, taking one back, and what follows for the indicator, its owners and the scores it moves.

The newest by the moment of observation says where an indicator stands, however late it came. The same reading twice changes
nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.attention import reviews
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import announcements, organisations
from portal.record import audit
from risks.indicator_errors import AnswerByReading, IndicatorRetired, ReadingDiffers, ReadingTakenBack
from risks.models import Indicator, Reading, Risk
from risks.signals import risk_changed

REVIEW = "indicator.reading"
BREACHED, RETURNED = "indicator.breached", "indicator.returned"
FAST_CLOCKS = timedelta(minutes=5)  # so much may the clock of a sender run ahead
MOST = Decimal(10) ** 14
STEP = Decimal("0.0001")
LONGEST_NOTE = 300


@transaction.atomic
def take(
    indicator: Indicator,
    value: Decimal,
    observed_at: datetime,
    *,
    actor: Any,
    note: str = "",
    source: str = "",
    external_id: str = "",
) -> tuple[Reading, bool]:
    """Keep what was read, in the indicator's unit of measure; the reading, and whether it is new. Raises IndicatorRetired,
    ReadingDiffers where that moment or external id holds another value, Invalid by field."""
    indicator = locked(indicator)
    note = " ".join(note.split())
    value = checked(value, observed_at, note)
    known = same_or_none(indicator, value, observed_at, source, external_id)
    if known is not None:
        return known, False
    try:
        with transaction.atomic():
            reading = Reading.objects.create(
                indicator=indicator,
                value=value,
                observed_at=observed_at,
                known_at=clock.now(),
                note=note,
                taken_by=actor,
                source=source,
                external_id=external_id,
            )
    except IntegrityError:  # in this moment the same external id came for another indicator
        raise ReadingDiffers(_known(indicator, observed_at, source, external_id)) from None
    facts = {"indicator": indicator.pk, "value": str(value), "observed_at": observed_at.isoformat()}
    audit.record(actor, "reading.taken", reading, facts, text=note)
    follow(indicator)
    remind(indicator, actor=actor)
    return reading, True


@transaction.atomic
def take_back(reading: Reading, *, actor: Any, reason: str) -> Reading:
    """It was read wrong; it stays on record and counts no more. Raises ReadingTakenBack, IndicatorRetired, Invalid."""
    indicator = locked(reading.indicator)
    reading = Reading.objects.select_for_update().get(pk=reading.pk)
    if reading.withdrawn_at is not None:
        raise ReadingTakenBack(reading)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_NOTE:
        raise Invalid(_("Some answers do not fit yet."), {"reason": [_("Say in at most 300 characters why it is wrong.")]})
    reading.withdrawn_at, reading.withdrawn_by, reading.withdrawing_reason = clock.now(), actor, reason
    reading.version += 1
    reading.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawing_reason", "version"])
    audit.record(actor, "reading.taken_back", reading, {"indicator": indicator.pk}, text=reason)
    follow(indicator)
    remind(indicator, actor=actor)
    return reading


def follow(indicator: Indicator) -> None:
    """Let the newest reading say where `indicator`, which is locked, stands. A breach that begins or ends is told once, and has
    just the risks scored again that the indicator speaks of."""
    newest = indicator.readings.standing().order_by("-observed_at", "-pk").first()
    was = indicator.standing
    standing = Indicator.Standing.UNREAD if newest is None else indicator.standing_at(newest.value)
    indicator.last_value = None if newest is None else newest.value
    indicator.last_observed_at = None if newest is None else newest.observed_at
    if standing != was:
        indicator.standing, indicator.standing_since = standing, indicator.last_observed_at
    indicator.save(update_fields=["last_value", "last_observed_at", "standing", "standing_since"])
    breach = Indicator.Standing.BREACH
    if (was == breach) == (standing == breach):
        return
    kind = BREACHED if standing == breach else RETURNED
    told = {"value": None if newest is None else str(newest.value), "breach_at": str(indicator.breach_at)}
    audit.record(None, kind, indicator, told)
    announcements.tell(indicator, kind, told_of(indicator), told)
    mark(indicator, kind)


def mark(indicator: Indicator, cause: str) -> None:
    """Just the risks it speaks of are scored again."""
    risk_ids = list(indicator.risk_links.order_by("risk").values_list("risk", flat=True))
    if risk_ids:
        risk_changed.send(Indicator, risk_ids=risk_ids, cause=cause)


def told_of(indicator: Indicator) -> set[int]:
    """Who hears of a breach and of its end: its owner and the owners of the open risks it speaks of."""
    rows = Risk.objects.open().current().filter(indicator_links__indicator=indicator)
    owners = {person for pair in rows.values_list("it_owner", "security_owner") for person in pair}
    return (owners | {indicator.owner_id}) - {None}


def remind(indicator: Indicator, *, actor: Any) -> None:
    """Let a review stand on the day the next reading is due, with whoever owns the indicator; none once it is retired."""
    if indicator.retired_at is not None:
        reviews.cancel(indicator, REVIEW, actor=actor)
        return
    last = indicator.last_observed_at
    due_on = organisations.today() if last is None else organisations.day_of(last) + timedelta(days=indicator.every_days)
    reviews.schedule(indicator, REVIEW, due_on, [], owner=indicator.owner, actor=actor)


def refuse_answer(review: Review, *, actor: Any, note: str) -> None:
    """Only a reading answers the question for one."""
    raise AnswerByReading(Indicator.objects.get(pk=review.subject_id))


def sides(pairs: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    """On whose side each (indicator id, owner id) stands: that of the accountable owner of the first risk it speaks of."""
    rows = Risk.objects.filter(indicator_links__indicator__in={pk for pk, _owner in pairs}).order_by("-pk")
    accountable = dict(rows.values_list("indicator_links__indicator", "accountable"))
    return {(pk, owner): "CISO" if accountable.get(pk) == "SECURITY" else "CIO" for pk, owner in pairs}


def locked(indicator: Indicator) -> Indicator:
    """As it stands, locked. Raises IndicatorRetired."""
    found = Indicator.objects.select_related("unit", "owner").select_for_update(of=("self",)).get(pk=indicator.pk)
    if found.retired_at is not None:
        raise IndicatorRetired(found)
    return found


def same_or_none(indicator: Indicator, value: Decimal, observed_at: datetime, source: str, external_id: str) -> Reading | None:
    """The very reading where it was taken before. Raises ReadingDiffers where that moment or external id holds another."""
    known = _known(indicator, observed_at, source, external_id)
    if known is not None and (known.indicator_id, known.value, known.observed_at) != (indicator.pk, value, observed_at):
        raise ReadingDiffers(known)
    return known


def _known(indicator: Indicator, observed_at: datetime, source: str, external_id: str) -> Reading | None:
    rows = Reading.objects.standing().select_related("indicator")
    if external_id:
        found = rows.filter(source=source, external_id=external_id).first()
        if found is not None:
            return found
    return rows.filter(indicator=indicator, observed_at=observed_at).first()


def checked(value: Decimal, observed_at: datetime, note: str) -> Decimal:
    """The value with its four decimals. Raises Invalid by field."""
    wrong: dict[str, list[str]] = {}
    if not (value.is_finite() and abs(value) < MOST):
        wrong["value"] = [_("Give a number.")]
    elif value != value.quantize(STEP):
        wrong["value"] = [_("Give at most four decimals.")]
    if observed_at > clock.now() + FAST_CLOCKS:
        wrong["observed_at"] = [_("Nothing is observed before it happens. Give the moment of the reading.")]
    elif observed_at.year < 2000:
        wrong["observed_at"] = [_("This lies too far back. Give the moment of the reading.")]
    if len(note) > LONGEST_NOTE:
        wrong["note"] = [_("Keep it under %(longest)s characters.") % {"longest": LONGEST_NOTE}]
    if wrong:
        raise Invalid(_("Some answers do not fit yet."), wrong)
    return value.quantize(STEP)
