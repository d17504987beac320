"""What a block shows: one of the shared numbers, or something of its own, as a decision, a dissent, or what changed."""

from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from governance.board import pack_templates
from governance.board.models import BoardPack, PackBlock
from governance.board.pack_numbers import Value, figure, table
from governance.together.models import Decision, Position
from portal.signing import registry
from portal.web import shown
from risks.models import Incident
from risks.response import incident_book


def shown_by(pack: BoardPack, block: PackBlock) -> Value:
    """The value of `block` as it was read last; {} where it shows none."""
    if block.source in pack_templates.OF_THE_BLOCK:
        return block.own_value or {}
    return pack.numbers.values.get(block.source, {}) if pack.numbers else {}


def heading(block: PackBlock) -> str:
    return str(pack_templates.SOURCES[block.source].heading)


def is_unfit(pack: BoardPack, block: PackBlock) -> bool:
    """Whether it shows a number that is stale or disputed, without the dispute being printed."""
    if block.dispute is not None:
        return not block.dispute_is_printed
    return bool(shown_by(pack, block).get("is_stale"))


def read_own(pack: BoardPack, block: PackBlock) -> Value | None:
    """What only this block shows, as things stand now."""
    if block.source == "decision":
        return _decision(block.decision)
    if block.source == "dissent":
        return _dissent(block.position)
    if block.source == "incident":
        return _incident(pack.incident)
    return _change(pack) if block.source == "change" else None


def _decision(decision: Decision) -> Value:
    options = [one for one in decision.options.all() if one.archived_at is None]
    columns = [("", False), (_("Option"), False), (_("Cost"), True), (_("Loss a year that remains"), True)]
    found = table(
        columns, [[one.letter, one.title, shown.money(one.cost), shown.money(one.residual_loss_per_year)] for one in options]
    )
    facts = [figure("number", _("Decision"), f"{decision.number} {decision.title}")]
    if decision.proposed_option:
        facts.append(figure("option", _("What is asked for"), decision.proposed_option))
    if decision.decide_by:
        facts.append(figure("decide_by", _("An answer is needed by"), shown.date_long(decision.decide_by)))
    return found | {"sentence": decision.question, "figures": facts}


def _dissent(position: Position) -> Value:
    decision, answer = position.decision, position.signature
    facts = {
        "office": registry.office_word(answer.office),
        "who": str(answer.signed_by),
        "day": shown.date_long(answer.signed_at),
        "decision": f"{decision.number} {decision.title}",
    }
    said = _("%(decision)s: the %(office)s, %(who)s, opposed it on %(day)s.") % facts
    option = next((one for one in decision.options.all() if one.letter == decision.proposed_option), None)
    if decision.outcome and option is not None:
        said += " " + _("Decided was: %(option)s.") % {"option": option.title}
    return {"sentence": said}


def _incident(incident: Incident) -> Value:
    [row] = incident_book.with_totals(Incident.objects.filter(pk=incident.pk).select_related("unit"))
    facts = [
        figure("incident", _("Incident"), row),
        figure("where", _("Where"), row.unit.name),
        figure("occurred", _("Began"), shown.moment(row.occurred_at)),
        figure("noticed", _("Noticed"), shown.moment(row.noticed_at)),
        figure("contained", _("Contained"), shown.moment(row.contained_at)),
        figure("closed", _("Closed"), shown.moment(row.closed_at)),
        figure("cost", _("Cost so far"), shown.money_exact(row.total_loss)),
    ]
    return {"sentence": row.description, "figures": facts}


def _change(pack: BoardPack) -> Value:
    """The key figures of this pack beside those of the last one of its kind."""
    now = pack.numbers.values["position"]["figures"] if pack.numbers else []
    if pack.previous is None or pack.previous.numbers is None:
        return {"sentence": _("This is the first pack of its kind, so there is nothing to compare with.")}
    before = {one["key"]: one["value"] for one in pack.previous.numbers.values["position"]["figures"]}
    rows = [
        [one["label"], before.get(one["key"], shown.NOTHING), one["value"], _step(before.get(one["key"]), one["value"])]
        for one in now
        if one["key"] in before
    ]
    columns = [("", False), (pack.previous.number, True), (_("Now"), True), (_("Change"), True)]
    then = shown.date_long(pack.previous.numbers.as_of)
    sentence = _("Beside %(pack)s, as of %(then)s.") % {"pack": pack.previous.number, "then": then}
    stale = {"is_stale": True} if pack.numbers and pack.numbers.values["position"].get("is_stale") else {}
    return table(columns, rows) | {"sentence": sentence} | stale


def _step(before: str | None, now: str) -> str:
    try:
        step = Decimal(now) - Decimal(before or "")
    except InvalidOperation:
        return shown.NOTHING
    return shown.whole(step, signed=True) if step else "0"
