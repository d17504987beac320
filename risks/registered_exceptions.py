"""Which kinds exceptions add to the registry, and what signing, attention and leaving ask of them."""

from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.archive import changes
from portal.attention import news, reviews
from portal.attention.models import Review
from portal.people import holdings
from portal.people.models import User
from portal.signing import registry
from portal.web import shown
from portal.workbench import searchable
from risks import authority, cadence, exception_prices, exceptions, handing_over, wording
from risks.errors import EndsOnItsDay
from risks.models import AuthorityTable, Covers, Risk, RiskException
from risks.models.exception import MATERIAL

WORDS = {
    "kind": _("Kind"),
    "risk_id": _("Risk"),
    "title": _("What is permitted"),
    "reason_kind": _("Why it is not cured now"),
    "reason": _("Reason"),
    "compensating_control": _("What compensates"),
    "starts_on": _("From"),
    "ends_on": _("Last day"),
    "original_starts_on": _("First permitted on"),
}
_LATER = {
    "owner": _("Owner"),
    "price": _("Price"),
    "changed_by": _("Terms changed by"),
    "signed_at": _("Signed by all"),
    "expiry_told_at": _("Its end was told"),
    "outcome": _("How it ended"),
    "closing_reason": _("Why it was closed"),
    "closed_by": _("Closed by"),
    "closed_at": _("Closed"),
}
_VERBS = {
    "exception.proposed": _("Proposed"),
    "exception.changed": _("Changed"),
    exception_prices.PRICED: _("Priced by the loss engine"),
    "exception.in_force": _("In force"),
    "exception.expired": _("Expired"),
    "exception.closed": _("Closed"),
    "exception.handed_over": _("Handed over"),
}
_CHOICES = {"kind": RiskException.Kind, "reason_kind": RiskException.ReasonKind}


def say(name: str, value: Any) -> str:
    """One material field of an exception as people read it."""
    if value in (None, ""):
        return ""
    if name in _CHOICES:
        return str(_CHOICES[name](value).label)
    if name == "risk_id":
        return Risk.objects.filter(pk=value).values_list("number", flat=True).first() or str(value)
    return shown.date_long(parse_date(value)) if name.endswith("_on") else str(value)


def say_lines(name: str, value: Any) -> str:
    """The lines of a table of authority, one a row."""
    return "\n".join(
        line_in_words(authority.Line(one["kind"], one["up_to_band"], one["up_to_amount"], one["offices"])) for one in value or ()
    )


def line_in_words(line: Any) -> str:
    told = {
        "kind": Covers(line.covers).label,
        "band": wording.band(line.up_to_band),
        "sum": shown.money(line.up_to_amount) if line.up_to_amount is not None else _t("any sum"),
        "who": " + ".join(registry.office_word(office) for office in line.offices),
    }
    return _t("%(kind)s up to %(band)s, %(sum)s: %(who)s") % told


def _take_answer(review: Review, *, actor: Any, note: str) -> None:
    """An end comes on its day: closing it is the only answer here; whoever wants it longer extends it."""
    exception = RiskException.objects.select_related("risk__unit").get(pk=review.subject_id)
    if review.outcome != Review.Outcome.CLOSED:
        raise EndsOnItsDay(exception)
    exceptions.close(exception, actor=actor, gap_fixed=False, reason=note)


def _sides(pairs: Any) -> Any:
    risks = dict(RiskException.objects.filter(pk__in={pk for pk, _owner in pairs}).values_list("pk", "risk"))
    found = cadence.sides([(risks[pk], owner) for pk, owner in pairs])
    return {(pk, owner): found[risks[pk], owner] for pk, owner in pairs}


def _owned(person: User):
    return RiskException.objects.open().filter(owner=person)


def _pass_on(row: RiskException, *, person: User, successor: User, actor: Any) -> User:
    takes = handing_over.taker(row.risk, handing_over.side_of(row.risk), successor, actor=actor)
    return exceptions.hand_over(row, takes, actor=actor)


subjects.register(
    subjects.Subject(
        kind="exception",
        model="risks.RiskException",
        word=_("exception"),
        plural=_("exceptions"),
        resource="exceptions",
        page="risks:exception",
        url=lambda exception: reverse("risks:exception", args=[exception.pk]),
        label=str,
        unit=lambda exception: exception.risk.unit,
        material=lambda exception: {name: getattr(exception, name) for name in MATERIAL},
        related=("risk__unit", "risk__it_owner", "risk__security_owner", "owner"),
    )
)
subjects.register(
    subjects.Subject(
        kind="authority-table",
        model="risks.AuthorityTable",
        word=_("table of authority"),
        plural=_("tables of authority"),
        resource="authority-tables",
        url=lambda _table: reverse("risks:authority"),
        label=str,
        unit=lambda _table: None,
        material=lambda table: {"lines": table.lines},
        related=("proposed_by",),
    )
)
registry.register(
    registry.Signable(
        kind="exception",
        proposed_by=lambda exception: exception.proposed_by_id,
        unsigned=RiskException.objects.unsigned,
        signed=exceptions.take_force,
        redacted=exceptions.stay_in_force,
        check=exceptions.check_signable,
        required=lambda exception: authority.still_needed(exception, authority.needed(exception)),
        written_by=lambda exception: exception.changed_by_id,
        holders=authority.holders,
        words=WORDS,
        say=say,
    )
)
registry.register(
    registry.Signable(
        kind="authority-table",
        proposed_by=lambda table: table.proposed_by_id,
        unsigned=lambda: AuthorityTable.objects.current().filter(signed_at=None),
        signed=authority.take_force,
        check=authority.check_open,
        words={"lines": _("Who accepts what")},
        say=say_lines,
    )
)
news.word_with(
    exceptions.EXPIRED,
    "exception",
    lambda reminder: _t("This has ended, so what it covered is open again. Extend it, close it or treat the risk."),
)
changes.words("exception", fields={name.removesuffix("_id"): word for name, word in WORDS.items()} | _LATER, verbs=_VERBS)
reviews.on_answer(exceptions.EXPIRY, _take_answer)
reviews.sides_with(exceptions.EXPIRY, _sides)
reviews.changed_at(exceptions.EXPIRY, lambda review: reverse("risks:exception", args=[review.subject_id]))
holdings.register(
    holdings.Group(
        key="exceptions",
        label=_("Exceptions they own"),
        rows=_owned,
        way=holdings.Way.SUCCESSOR,
        pass_on=_pass_on,
        kind="exception",
        word=_("What was signed stays signed."),
        keeps_back=handing_over.kept_back(_owned, "risk"),
        order=40,
    )
)

searchable.register(searchable.Searchable("exception", label=["title"], words=["reason", "compensating_control"], number="number"))
