"""The verbs over the ledger: note a line, change it, end it; accept that one of two ends, confirm what that saved, drop it."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.change import doubles, finance, wanted
from governance.change.errors import (
    EndsItself,
    LineEnded,
    LineRuns,
    NoDouble,
    NothingStays,
    OwnSaving,
    SavingSettled,
    StaysForAnother,
)
from governance.change.models import Saving, SpendLine
from portal import clock
from portal.attention import reviews
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import currencies, organisations
from portal.people.models import User
from portal.record import audit, numbers
from portal.record.models import AuditEntry
from risks.errors import SavedMeanwhile
from risks.models import Office

RENEWAL = "spend.renewal"
TEXTS = {"vendor": 120, "product": 160, "capability": 80, "contract": 80}
FIELDS = (
    *("vendor", "product", "capability", "unit", "paid_by", "serves", "owner", "contract", "yearly_cost", "starts_on"),
    *("renews_on", "notice_days", "initiative", "control", "risk", "original_cost", "currency", "rate", "rated_on"),
)
ORIGINAL = ("original_cost", "currency", "rate", "rated_on")  # what the contract says in another currency
CENT = Decimal("0.01")
FINEST_RATE, HIGHEST_RATE = Decimal("0.00000001"), Decimal(9_999_999)
MOST_NOTICE_DAYS = 1000
LARGEST = Decimal("999999999999.99")


@transaction.atomic
def note(*, actor: Any, source: str = "", external_id: str = "", **said: Any) -> SpendLine:
    """Write a line down; `said` holds FIELDS, `serves` is who pays where it is not said. Raises Invalid by field."""
    line = SpendLine(noted_by=actor, noted_at=clock.now(), source=source, external_id=external_id)
    _take(line, said)
    check(line)
    line.number = numbers.draw("L")[0]
    line.save()
    audit.record(actor, "spend-line.noted", line, {"unit": line.unit_id, "paid_by": line.paid_by})
    _remind(line, actor)
    return line


@transaction.atomic
def change(line: SpendLine, *, actor: Any, version: int | None = None, **said: Any) -> SpendLine:
    """Say it otherwise. Raises LineEnded, SavedMeanwhile, Invalid by field."""
    line = _locked(line)
    check_open(line)
    if version is not None and version != line.version:
        raise SavedMeanwhile(theirs={name: getattr(line, name) for name in said}, version=line.version, by=_last_hand(line))
    before = {name: getattr(line, name) for name in FIELDS}
    _take(line, said)
    changed = [name for name in FIELDS if getattr(line, name) != before[name]]
    if not changed:
        return line
    check(line, changed=set(changed))
    changed = [name for name in FIELDS if getattr(line, name) != before[name]]
    line.version += 1
    line.save()
    audit.record(actor, "spend-line.changed", line, {"fields": changed})
    _remind(line, actor)
    return line


@transaction.atomic
def end(line: SpendLine, *, actor: Any, ended_on: date | None = None) -> SpendLine:
    """The contract line is over, since today or an earlier day: nothing is paid for it any more. Raises LineEnded, Invalid."""
    line = _locked(line)
    check_open(line)
    today = organisations.today()
    if ended_on is not None and ended_on > today:
        raise Invalid(_("This is not complete."), {"ended_on": [_("It ends on a day that has come: end it then.")]})
    line.ended_on = ended_on or today
    line.version += 1
    line.save(update_fields=["ended_on", "version"])
    audit.record(actor, "spend-line.ended", line, {"ended_on": line.ended_on.isoformat()})
    reviews.cancel(line, RENEWAL, actor=actor)
    return line


@transaction.atomic
def hand_over(line: SpendLine, successor: User, *, actor: Any) -> User:
    """Let `successor` look after it."""
    line = _locked(line)
    before, line.owner = line.owner_id, successor
    line.version += 1
    line.save(update_fields=["owner", "version"])
    audit.record(actor, "spend-line.handed_over", line, {"owner": [before, successor.pk]})
    _remind(line, actor)
    return successor


@transaction.atomic
def accept(line: SpendLine, *, actor: Any) -> Saving:
    """Let `line` end because another one does the same. Raises LineEnded, NoDouble, SavingSettled where it is, and so that nothing
    counts twice StaysForAnother and EndsItself."""
    before = _double_of(line, actor)
    ids = {line.pk, before.kept if before else line.pk}
    rows = SpendLine.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk")
    both = {row.pk: row for row in rows}
    line = both[line.pk]
    check_open(line)
    standing = Saving.objects.exclude(state=Saving.State.DROPPED)
    if standing.filter(line=line).exists():
        raise SavingSettled
    if standing.filter(kept=line).exists():
        raise StaysForAnother(line)
    double = _double_of(line, actor)  # again, now that neither moves: until here either could be changed or end
    if double is None:
        raise NoDouble(line)
    if double.kept not in both:
        raise SavingSettled
    kept = both[double.kept]
    if standing.filter(line=kept).exists():
        raise EndsItself(kept)
    saving = Saving.objects.create(line=line, kept=kept, expected=line.yearly_cost, accepted_by=actor, accepted_at=clock.now())
    audit.record(actor, "spend-line.saving_accepted", line, {"kept": kept.pk, "expected": str(saving.expected)})
    return saving


@transaction.atomic
def confirm(saving: Saving, amount: Decimal, *, actor: Any) -> Saving:
    """Say what the ended line saves in a year: cash, by somebody of neither office who did not accept it. Raises LineRuns while the
    line has not ended, NothingStays once the other one has too, OwnSaving, SavingSettled, Invalid, and as finance.check."""
    finance.check(actor)
    saving = _locked_saving(saving)
    if saving.line.ended_on is None:
        raise LineRuns(saving.line)
    if SpendLine.objects.select_for_update(no_key=True).running().filter(pk=saving.kept_id).first() is None:
        raise NothingStays(saving.line)
    if saving.accepted_by_id == actor.pk:
        raise OwnSaving
    if amount is None or not wanted.is_amount(amount) or amount > saving.expected:
        told = _("Give an amount from zero to what the line cost, with at most two decimals.")
        raise Invalid(_("This is not complete."), {"confirmed": [told]})
    saving.state, saving.confirmed, saving.confirmed_by, saving.confirmed_at = "CONFIRMED", amount, actor, clock.now()
    saving.version += 1
    saving.save()
    audit.record(actor, "spend-line.saving_confirmed", saving.line, {"saving": saving.pk, "confirmed": str(amount)})
    return saving


@transaction.atomic
def drop(saving: Saving, *, actor: Any) -> Saving:
    """Both lines are needed after all. Raises SavingSettled once it is confirmed."""
    saving = _locked_saving(saving)
    saving.state, saving.dropped_at = Saving.State.DROPPED, clock.now()
    saving.version += 1
    saving.save(update_fields=["state", "dropped_at", "version"])
    audit.record(actor, "spend-line.saving_dropped", saving.line, {"saving": saving.pk})
    return saving


def running(user: Any) -> list[doubles.Line]:
    """What runs of the lines that `user` may open, as the calculation takes them."""
    rows = SpendLine.objects.visible_to(user).running().values_list("pk", "capability", "unit__path", "paid_by", "yearly_cost")
    return [doubles.Line(*row) for row in rows.order_by("pk")]


def check_open(line: SpendLine) -> None:
    """Raises LineEnded."""
    if line.ended_on is not None or line.archived_at is not None:
        raise LineEnded(line)


def check(line: SpendLine, *, actor: Any = None, changed: set[str] | None = None) -> None:
    """Raises Invalid, by field, unless it may stand so. What it costs in another currency gives what it costs here."""
    line.serves = line.serves or line.paid_by
    foreign = _wrong_original(line)
    if line.original_cost is not None and not foreign:
        found = (line.original_cost * line.rate).quantize(CENT, ROUND_HALF_EVEN)
        said = line.yearly_cost is not None and (changed is None or "yearly_cost" in changed)
        if said and line.yearly_cost != found:
            foreign["yearly_cost"] = [_("It follows from the original sum and its rate: change those, or leave this out.")]
        line.yearly_cost = found
    wrong = {
        name: [_("Write between 1 and %d characters.") % longest]
        for name, longest in TEXTS.items()
        if len(getattr(line, name)) > longest or not (getattr(line, name) or name == "contract")
    }
    for name in ("paid_by", "serves"):
        if getattr(line, name) not in Office.values:
            wrong[name] = [_("Choose IT or security.")]
    if line.unit_id is None:
        wrong["unit"] = [_("Say for which part of the organisation it is.")]
    if line.owner_id is None or line.owner.is_service or not line.owner.is_active:
        wrong["owner"] = [_("Name somebody who works here.")]
    if line.yearly_cost is None or not wanted.is_amount(line.yearly_cost) or line.yearly_cost > LARGEST:
        wrong["yearly_cost"] = [_("Give an amount of zero or more, with at most two decimals.")]
    if line.notice_days is not None and line.renews_on is None:
        wrong["renews_on"] = [_("Say when it goes on by itself, or leave the notice out.")]
    if line.notice_days is not None and not 0 <= line.notice_days <= MOST_NOTICE_DAYS:
        wrong["notice_days"] = [_("Notice is given 0 to %d days before.") % MOST_NOTICE_DAYS]
    if line.starts_on and line.renews_on and line.renews_on < line.starts_on:
        wrong["renews_on"] = [_("It goes on after it began.")]
    wrong |= foreign
    if wrong:
        raise Invalid(_("This is not complete."), wrong)


def take_answer(review: Review, *, actor: Any, note: str) -> None:
    """The contract goes on: its owner said so before the notice was due. Nothing follows; the next renewal is said by a change."""


def _remind(line: SpendLine, actor: Any) -> None:
    """Let the owner think of it before the notice is due."""
    if line.notice_by is not None and line.notice_by >= organisations.today():
        reviews.schedule(line, RENEWAL, line.notice_by, [], owner=line.owner, actor=actor)
    else:
        reviews.cancel(line, RENEWAL, actor=actor)


def _double_of(line: SpendLine, user: Any) -> doubles.Double | None:
    return next((one for one in doubles.find(running(user)) if one.line == line.pk), None)


def _locked(line: SpendLine) -> SpendLine:
    rows = SpendLine.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("unit", "owner", "initiative", "control", "risk").get(pk=line.pk)


def _locked_saving(saving: Saving) -> Saving:
    saving = Saving.objects.select_for_update(of=("self",)).select_related("line").get(pk=saving.pk)
    if saving.state != Saving.State.ACCEPTED:
        raise SavingSettled
    return saving


def _last_hand(line: SpendLine) -> Any:
    entry = AuditEntry.objects.filter(kind="spend-line", subject_id=line.pk).select_related("actor").order_by("-pk").first()
    return entry.actor if entry else None


def _wrong_original(line: SpendLine) -> dict[str, list[str]]:
    """Sum, currency, rate and day of the rate belong together."""
    if not any(getattr(line, name) not in (None, "") for name in ORIGINAL):
        return {}
    wrong: dict[str, list[str]] = {}
    if line.original_cost is None or not wanted.is_amount(line.original_cost) or line.original_cost > LARGEST:
        wrong["original_cost"] = [_("Give the sum in the currency of the contract, with at most two decimals.")]
    organisation = organisations.current()
    if line.currency not in currencies.CODES or (organisation and line.currency == organisation.currency):
        wrong["currency"] = [_("Take another currency than the organisation's by its code, such as USD.")]
    line.rate = line.rate.quantize(FINEST_RATE) if line.rate is not None and line.rate.is_finite() else None
    if line.rate is None or not 0 < line.rate <= HIGHEST_RATE:
        wrong["rate"] = [_("Say what one unit of it is worth in the organisation's currency.")]
    if line.rated_on is None or line.rated_on > organisations.today():
        wrong["rated_on"] = [_("Say of which day that rate is; it has come.")]
    return wrong


def _take(line: SpendLine, said: Mapping[str, Any]) -> None:
    if unknown := set(said) - set(FIELDS):
        raise TypeError(f"A line's {', '.join(sorted(unknown))} cannot be said.")
    for name, value in said.items():
        if name == "currency":
            value = (value or "").strip().upper()
        setattr(line, name, " ".join((value or "").split()) if name in TEXTS else value)
