"""Which kinds this room adds to the registry, and what signing, attention and leaving ask of them."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from governance.together import conditions, decisions, foundation, moving, ownership, positions, talking
from governance.together.models import Charter, Condition, Decision, DecisionOption, Office
from portal import subjects
from portal.archive import changes
from portal.attention import calendars, news, reviews
from portal.attention.models.about_subjects import ANY_KIND
from portal.people import holdings
from portal.people.models import Unit, User
from portal.people.reach import grants
from portal.record import redacting
from portal.signing import redacted, registry
from portal.web import shown
from portal.workbench import searchable
from risks import carrying, loss_words, wording
from risks.supposed import Answer

WORDS = {
    "title": _("Name"),
    "question": _("Question"),
    "context": _("Context"),
    "unit_id": _("Where"),
    "options": _("Options"),
    "delay_cost_per_month": _("What a month later costs"),
    "proposed_option": _("Option asked for"),
    "conditions": _("Conditions"),
    "rests_on": _("Rests on"),
    "touches_safety": _("Touches safety"),
    "arbiter_reason": _("What decided it for the arbiter"),
}


def material(decision: Decision) -> dict[str, Any]:
    """All that a signature covers: the question, its options, the one asked for, the conditions, and how its risks stood."""
    options = [one for one in decision.options.all() if one.archived_at is None]
    asked = [one for one in decision.conditions.all() if one.archived_at is None and not one.from_option]  # said with the option
    links = [one for one in decision.links.all() if one.archived_at is None]
    return {
        "title": decision.title,
        "question": decision.question,
        "context": decision.context,
        "unit_id": decision.unit_id,
        "options": [_said(one) for one in options],
        "proposed_option": decision.proposed_option,
        "conditions": [{"office": one.office, "text": one.text, "due_on": one.due_on} for one in asked],
        "rests_on": [
            {"kind": one.subject_kind, "id": one.subject_id, "band": one.band, "above_tolerance": one.is_above_tolerance}
            for one in links
        ],
        "touches_safety": decision.touches_safety,
        "arbiter_reason": decision.arbiter_reason,
    } | ({} if decision.delay_cost_per_month is None else {"delay_cost_per_month": decision.delay_cost_per_month})


def _said(option: DecisionOption) -> dict[str, Any]:
    """What is signed of an option. What came later than the first signatures is in it only where it is said, so that these hold."""
    plain = ("letter", "title", "description", "cost", "ready_on", "residual_loss_per_year")
    later = {name: value for name in ("earliest_on", "latest_on", "conditions") if (value := getattr(option, name))}
    return {name: getattr(option, name) for name in plain} | later


def say(name: str, value: Any) -> str:
    """One material field as people read it."""
    if value in (None, "", []):
        return ""
    if name == "unit_id":
        return str(Unit.objects.filter(pk=value).first() or "")
    if name == "touches_safety":
        return _t("yes") if value else _t("no")
    if name == "delay_cost_per_month":
        return shown.money_exact(value)
    speak = {"options": _option, "conditions": _condition, "rests_on": _link}.get(name)
    return "\n".join(speak(one) for one in value) if speak else str(value)


def _option(one: dict[str, Any]) -> str:
    facts = [one["title"], one["description"]]
    if one["cost"] is not None:
        facts.append(_t("costs %s") % shown.money_exact(one["cost"]))
    if one["ready_on"]:
        facts.append(_t("ready on %s") % shown.date_long(parse_date(one["ready_on"])))
    if one.get("earliest_on"):
        facts.append(_t("at the earliest on %s") % shown.date_long(parse_date(one["earliest_on"])))
    if one.get("latest_on"):
        facts.append(_t("at the latest on %s") % shown.date_long(parse_date(one["latest_on"])))
    if one["residual_loss_per_year"] is not None:
        facts.append(_t("leaves %s of loss a year") % shown.money_exact(one["residual_loss_per_year"]))
    if one.get("conditions"):
        facts.append(_t("on condition: %s") % ", ".join(one["conditions"].splitlines()))
    return f"{one['letter']}: " + "; ".join(fact for fact in facts if fact)


def _condition(one: dict[str, Any]) -> str:
    facts = {"office": registry.office_word(one["office"]), "text": one["text"], "day": shown.date_long(parse_date(one["due_on"]))}
    return _t("%(office)s: %(text)s, by %(day)s") % facts


def _link(one: dict[str, Any]) -> str:
    kind = subjects.of_kind(one["kind"])
    row = kind.model_class._default_manager.filter(pk=one["id"]).first()
    name = getattr(row, "number", "") or str(one["id"])
    if not one["band"]:
        return name
    tolerance = _t("above tolerance") if one["above_tolerance"] else _t("within tolerance")
    return f"{name}: {wording.band(one['band'])}, {tolerance}"


CHARTER_WORDS = {
    "areas": _("Who leads what"),
    "who_decides": _("Who decides what"),
    "speakers": _("Who speaks"),
    "key_messages": _("What both say"),
}


def say_charter(name: str, value: Any) -> str:
    """One material field of a charter as people read it; an area a line, so that a difference shows the one that moved."""
    if name != "areas":
        return str(value or "")
    return "\n".join(
        f"{one['name']}: " + ", ".join(f"{Office(office).label} {part}" for office, part in one["parts"].items() if part)
        for one in value or ()
    )


def _at(decision: Decision) -> str:
    return reverse("together:decision", args=[decision.pk])


subjects.register(
    subjects.Subject(
        kind="decision",
        model="together.Decision",
        word=_("decision"),
        plural=_("decisions"),
        resource="decisions",
        page="together:decision",
        url=_at,
        label=str,
        material=material,
        related=("unit", "asked_by"),
        prefetch=("options", "conditions", "links"),
    )
)
subjects.register(
    subjects.Subject(
        kind="condition",
        model="together.Condition",
        word=_("condition"),
        plural=_("conditions"),
        resource="decision-conditions",
        url=lambda condition: _at(condition.decision),
        label=str,
        related=("decision__unit", "owner"),
    )
)
registry.register(
    registry.Signable(
        kind="decision",
        proposed_by=lambda decision: decision.asked_by_id,
        unsigned=Decision.objects.put,
        signed=decisions.take_effect,
        check=decisions.check_put,
        required=decisions.slots_for,
        words=WORDS,
        say=say,
        answered_at=_at,
        check_no=positions.check_plain_no,
    )
)
for name, label, model, field in (
    ("options.title", _("Options"), "together.DecisionOption", "title"),
    ("options.description", _("What options come to"), "together.DecisionOption", "description"),
    ("options.conditions", _("Conditions of options"), "together.DecisionOption", "conditions"),
    ("positions.reason", _("Reasons of positions"), "together.Position", "reason"),
    ("positions.deferred_subject", _("In what an office deferred"), "together.Position", "deferred_subject"),
    ("positions.would_change_my_mind", _("What would change a mind"), "together.Position", "would_change_my_mind"),
    ("marks.reason", _("Why leaders would take an option"), "together.OptionMark", "reason"),
    ("outcomes.what_happened", _("What became of it"), "together.DecisionOutcome", "what_happened"),
    ("conditions.text", _("Conditions"), "together.Condition", "text"),
    ("conditions.met_note", _("What shows that conditions are met"), "together.Condition", "met_note"),
):
    redacting.add(redacting.Beside("decision", name, label, model, field, rows=lambda _kind, pk: {"decision": pk}))
for name, label, field in (("areas.name", _("Areas"), "name"), ("areas.about", _("What areas are about"), "about")):
    redacting.add(redacting.Beside("charter", name, label, "together.OwnershipArea", field, rows=lambda _kind, pk: {"charter": pk}))
redacted.part_of("condition", lambda condition: condition.decision)
subjects.register(
    subjects.Subject(
        kind="charter",
        model="together.Charter",
        word=_("charter"),
        plural=_("charters"),
        resource="charters",
        url=lambda _charter: reverse("together:ownership"),
        label=str,
        unit=lambda _charter: None,
        material=ownership.material,
        related=("proposed_by",),
        prefetch=("areas",),
    )
)
registry.register(
    registry.Signable(
        kind="charter",
        proposed_by=lambda charter: charter.proposed_by_id,
        unsigned=lambda: Charter.objects.current().filter(signed_at=None),
        signed=ownership.take_force,
        check=ownership.check_open,
        words=CHARTER_WORDS,
        say=say_charter,
    )
)
for kind, sentence in {
    decisions.CHANGED: _("It says something else than before, so it waits for your answer again."),
    decisions.TALK: _("The other office would rather talk about it first; it is on the pair's agenda."),
    decisions.DECIDED: _("It is decided and has taken effect."),
    moving.ESCALATED: _("The two offices have differed for five working days; it waits for you."),
    moving.STALE: _("What it rested on has moved, so it is asked anew: only the difference waits for you."),
}.items():
    news.word_with(kind, "decision", lambda _reminder, sentence=sentence: str(sentence))
news.word_with(
    talking.ASKED,
    ANY_KIND,
    lambda _reminder: _t("The other office would rather talk about this before it is signed; it is on the pair's agenda."),
)
news.word_with(conditions.MET, "condition", lambda _reminder: _t("This condition is met; what shows it stands with the decision."))
changes.words(
    "decision",
    fields={name.removesuffix("_id"): word for name, word in WORDS.items()},
    verbs={"decision.carried": _("Asks for what a leader marked")},
)
reviews.on_answer(conditions.DUE, conditions.take_answer)
reviews.sides_with(conditions.DUE, conditions.sides)
reviews.changed_at(
    conditions.DUE, lambda review: _at(Condition.objects.select_related("decision").get(pk=review.subject_id).decision)
)


def _sees_to(person: User):
    return Condition.objects.open().filter(owner=person)


def _pass_on(row: Condition, *, person: User, successor: User, actor: Any) -> User:
    return conditions.hand_over(row, successor, actor=actor)


holdings.register(
    holdings.Group(
        key="decision-conditions",
        label=_("Conditions of decisions they see to"),
        rows=_sees_to,
        way=holdings.Way.SUCCESSOR,
        pass_on=_pass_on,
        kind="condition",
        word=_("The decision stays as it was signed."),
        order=42,
    )
)


def _panel(kind: str):
    return lambda ids, user: foundation.about(kind, ids, user) if user.has_perm("together.view_decision") else {}


for named in foundation.NAMED:
    subjects.add_panel(named, "decisions", "together/decisions/_panel.html", _panel(named), order=60)

searchable.register(
    searchable.Searchable(
        "decision",
        label=["title"],
        words=["question", "context", "arbiter_reason"],
        number="number",
        kept_out=Q(is_privileged=True),
    ),
    searchable.Searchable(
        "condition",
        label=["text"],
        words=["met_note"],
        at=[("decision", "decision")],
        kept_out=Q(decision__is_privileged=True),
    ),
)


def days_to_decide(user: Any) -> list[calendars.Dated]:
    """The last days of open questions, for the seats that answer them and whoever asked."""
    seats = grants(user).seats & {"CIO", "CISO", "CSO"}
    rows = Decision.objects.visible_to(user).put().exclude(decide_by=None).select_related("unit")
    return [
        calendars.Dated(f"decision-{row.pk}", row.decide_by, row, _t("Decide"), _at(row), row.asked_at, row.version)
        for row in rows.order_by("decide_by", "pk")[: calendars.MOST]
        if row.asked_by_id == user.pk or seats - ({"CSO"} if not row.touches_safety else set())
    ]


calendars.add(days_to_decide)


def _as_option(answer: Answer) -> str:
    """The form of a question whose second option is what was tried, the first to leave it as it is."""
    asked = answer.question
    said = {"about": answer.risk.number, "title": asked.title, "option": asked.title, "words": answer.sentence}
    said |= {"ready_on": asked.from_day.isoformat(), "cost": "" if asked.cost is None else str(asked.cost)}
    said |= {"loss_now": str(loss_words.exact(answer.before.mean)), "loss": str(loss_words.exact(answer.after.mean))}
    return f"{reverse('together:decision-new')}?{urlencode(said)}"


carrying.offer(_("Ask it as a decision"), "together.ask_decision", _as_option)
