"""Lines of the ledger in the registries: as subjects, as a list, as a sheet, in reviews and when somebody leaves."""

import re
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from governance.change import ledger, ledger_book
from governance.change.models import Initiative, SpendLine
from portal import subjects
from portal.archive import changes
from portal.attention import reviews
from portal.people import currencies, holdings
from portal.people.models import User
from portal.web import shown
from portal.workbench import editing, importable, listed, parsers, resolving, searchable
from portal.workbench.errors import Unfit
from portal.workbench.importable import Field, Terms
from portal.workbench.listed import Filter
from portal.workbench.plain_sheets import PlainSheet
from risks import owning
from risks.models import Control, Office, Risk

RATE = re.compile(r"[0-9]{1,7}(\.[0-9]{1,8})?")
FIELDS = {
    "vendor": _("Vendor"),
    "product": _("Product"),
    "capability": _("Capability"),
    "unit": _("For"),
    "paid_by": _("Paid by"),
    "serves": _("Serves"),
    "owner": _("Looked after by"),
    "contract": _("Contract"),
    "yearly_cost": _("Cost a year"),
    "starts_on": _("Since"),
    "renews_on": _("Goes on by itself"),
    "notice_days": _("Notice [days]"),
    "initiative": _("Initiative"),
    "control": _("Control"),
    "risk": _("Risk"),
    "original_cost": _("Cost a year in the contract's currency"),
    "currency": _("Currency of the contract"),
    "rate": _("Rate"),
    "rated_on": _("Rate of"),
    "ended_on": _("Ended"),
}
VERBS = {
    "spend-line.noted": _("Noted"),
    "spend-line.changed": _("Changed"),
    "spend-line.ended": _("Ended"),
    "spend-line.handed_over": _("Handed over"),
    "spend-line.saving_accepted": _("Accepted to end"),
    "spend-line.saving_confirmed": _("Saving confirmed"),
    "spend-line.saving_dropped": _("Needed after all"),
}

subjects.register(
    subjects.Subject(
        kind="spend-line",
        model="change.SpendLine",
        word=_("line of the ledger"),
        plural=_("lines of the ledger"),
        resource="spend-lines",
        page="change:spend-line",
        url=lambda line: reverse("change:spend-line", args=[line.pk]),
        label=str,
        related=("unit",),
    )
)
subjects.register(
    subjects.Subject(
        kind="saving",
        model="change.Saving",
        word=_("saving"),
        plural=_("savings"),
        resource="savings",
        url=lambda saving: reverse("change:spend-line", args=[saving.line_id]),
        label=str,
        unit=lambda saving: saving.line.unit_id,
        related=("line",),
        is_spoken_of=False,
    )
)
changes.words("spend-line", fields=FIELDS, verbs=VERBS)
reviews.on_answer(ledger.RENEWAL, ledger.take_answer)
reviews.changed_at(ledger.RENEWAL, lambda review: reverse("change:spend-line-words", args=[review.subject_id]))
reviews.ask_with(ledger.RENEWAL, _("Notice is due: does this contract go on?"))
searchable.register(
    searchable.Searchable(
        "spend-line", label=["vendor", "product"], words=["capability", "contract", "external_id"], number="number"
    )
)
listed.register(
    listed.Listed(
        kind="spend-line",
        permission="change.view_spend",
        page="change:ledger",
        find=ledger_book.found,
        write_permission="change.change_spend",
        change=ledger.change,
        open_to=lambda line, actor: ledger.check_open(line),
        editable=(
            editing.words("product", _("Product"), ledger.TEXTS["product"]),
            editing.words("capability", _("Capability"), ledger.TEXTS["capability"]),
            editing.person("owner", _("Looked after by"), owning.owners),
            editing.day("renews_on", _("Goes on by itself"), required=False),
        ),
        sort="-number",
        columns=(
            listed.text("number", _("No."), sort="id"),
            listed.text("product", _("Product")),
            listed.text("vendor", _("Vendor"), groups=True),
            listed.text("capability", _("Capability"), groups=True),
            listed.unit("unit", _("For")),
            listed.choice("paid_by", _("Paid by")),
            listed.choice("serves", _("Serves"), stands=False),
            listed.person("owner", _("Looked after by")),
            listed.number("yearly_cost", _("Cost a year"), say=shown.money_exact),
            listed.number("original_cost", _("In the contract's currency"), stands=False),
            listed.text("currency", _("Currency of the contract"), groups=True, stands=False),
            listed.number("rate", _("Rate"), stands=False),
            listed.text("rated_on", _("Rate of"), stands=False),
            listed.text("renews_on", _("Goes on by itself")),
            listed.number("notice_days", _("Notice [days]"), stands=False),
            listed.text("starts_on", _("Since"), stands=False),
            listed.text("contract", _("Contract"), stands=False),
            listed.text("ended_on", _("Ended"), stands=False),
            listed.text("noted_at", _("Noted"), stands=False),
            listed.text("external_id", _("Id in this sheet"), stands=False),
        ),
        filters=(
            Filter("view", _("View"), ledger_book.views, otherwise="running"),
            Filter("office", _("Paid by"), lambda user: Office.choices),
            Filter("behalf", _("Paid for"), ledger_book.behalves),
        ),
    )
)


def _office(label: Any, *words: str, required: bool) -> Field:
    known = {parsers.fold(str(word)): key for key, word in Office.choices}
    known |= {"it": "IT", "cio": "IT", "security": "SECURITY", "ciso": "SECURITY"}
    return Field("paid_by" if required else "serves", label, parsers.one_of(known), words, required)


def _currency(text: str, terms: Terms) -> str:
    code = text.strip().upper()
    if code not in currencies.CODES:
        raise Unfit(_("Take a currency by its code, such as USD."))
    return code


def _rate(text: str, terms: Terms) -> Decimal:
    """Three digits after the point are decimals here: nobody writes a rate in thousands."""
    plain = text.strip().replace(",", ".")
    if not RATE.fullmatch(plain):
        raise Unfit(_("Write what one unit is worth in the organisation's currency, such as 0.9251."))
    return Decimal(plain)


def _line(name: str, label: Any, *words: str) -> Field:
    return Field(name, label, parsers.text(ledger.TEXTS[name], one_line=True), words, name != "contract")


def _numbered(name: str, model: Any, label: Any, refusal: Any, *words: str, example: str) -> Field:
    """A column that names another thing by its number, as far as whoever imports may open it."""

    def find(number: str, terms: Terms) -> Any:
        rows = model.objects.visible_to(terms.actor).current()
        found = rows.filter(number=number).first() if subjects.NUMBER.fullmatch(number) else None
        if found is None:
            raise Unfit(refusal)
        return found

    def parse(text: str, terms: Terms) -> Any:
        number = "".join(text.split()).upper()
        return terms.known.get((name, number), lambda: find(number, terms))

    return Field(name, label, parse, words, False, example)


SHEET = PlainSheet(
    kind="spend-line",
    fields=(
        _line("product", _("Product"), "product", "service", "tool", "item"),
        _line("vendor", _("Vendor"), "vendor", "supplier", "company"),
        _line("capability", _("Capability"), "capability", "category", "function"),
        Field("unit", _("For"), resolving.unit, ("unit", "department", "site", "scope")),
        _office(_("Paid by"), "side", "office", "budget", required=True),
        _office(_("Serves"), "for office", required=False),
        Field("owner", _("Looked after by"), resolving.person, ("owner", "responsible", "contact"), True, "ruth.weir@example.org"),
        Field(
            "yearly_cost",
            _("Cost a year"),
            parsers.number_within(0, 10**11),
            ("cost", "amount", "yearly cost", "annual cost"),
        ),
        Field(
            "original_cost",
            _("Cost a year in the contract's currency"),
            parsers.number_within(0, 10**11),
            ("original cost", "original amount"),
        ),
        Field("currency", _("Currency of the contract"), _currency, ("currency", "original currency")),
        Field("rate", _("Rate"), _rate, ("rate", "exchange rate")),
        Field("rated_on", _("Rate of"), parsers.day, ("rate of", "rated on", "rate date")),
        _line("contract", _("Contract"), "contract", "contract no"),
        Field("starts_on", _("Since"), parsers.day, ("start", "starts on", "from")),
        Field("renews_on", _("Goes on by itself"), parsers.day, ("renewal", "renews on", "renewal date")),
        Field("notice_days", _("Notice [days]"), parsers.whole(0, ledger.MOST_NOTICE_DAYS), ("notice", "notice days")),
        _numbered(
            *("initiative", Initiative, _("Initiative")),
            _("You may open no initiative of this number. Write it as it stands here, or leave it empty."),
            *("initiative", "project"),
            example="I-0009",
        ),
        _numbered(
            *("control", Control, _("Control")),
            _("You may open no control of this number. Write it as it stands here, or leave it empty."),
            *("control", "safeguard"),
            example="C-0003",
        ),
        _numbered(
            *("risk", Risk, _("Risk")),
            _("You may open no risk of this number. Write it as it stands here, or leave it empty."),
            *("risk", "lowers risk"),
            example="R-0017",
        ),
        Field("external_id", _("Id in this sheet"), parsers.text(120, one_line=True), ("id", "no", "number", "ref", "key")),
        importable.number(),
    ),
    add=ledger.note,
    change=ledger.change,
    check=ledger.check,
    check_open=ledger.check_open,
    end=lambda line, *, actor, reason: ledger.end(line, actor=actor),
    related=("unit", "owner", "initiative", "control", "risk"),
    derived=frozenset({"yearly_cost"}),
)
importable.register(SHEET.importable("change.change_spend", ("vendor", "product", "unit")))


def _held(person: User) -> QuerySet[SpendLine]:
    return SpendLine.objects.running().filter(owner=person)


def _pass_on(row: SpendLine, *, person: User, successor: User, actor: Any) -> User:
    return ledger.hand_over(row, successor, actor=actor)


holdings.register(
    holdings.Group(
        key="spend-lines",
        label=_("Lines of the ledger they look after"),
        rows=_held,
        way=holdings.Way.SUCCESSOR,
        pass_on=_pass_on,
        kind="spend-line",
        order=46,
    )
)
