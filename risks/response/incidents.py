"""Incidents: log, change, contain, close, and what they say of their risks. Nothing here overwrites a rating.

Locks go from the incident to its risks, never the other way.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import Asset
from portal import clock
from portal.errors import Invalid
from portal.people import announcements
from portal.record import audit, numbers
from portal.record.models import AuditEntry
from risks import offices, ratings, rounds, scales
from risks.errors import RiskClosed, SavedMeanwhile
from risks.models import Incident, IncidentLoss, IncidentRisk, Risk
from risks.response.errors import CameTrue, ContainedBefore, IncidentClosed, LossIsFinal, NotContained, NotItsRisk

PERMISSION = "risks.log_incident"
WORDS = ("title", "description")
PLAIN = (*WORDS, "unit", "lead", "is_confidential", "occurred_at", "noticed_at", "source", "external_id")
FIELDS = (*PLAIN, "risks", "assets")
MATERIALISED, LIKELIHOOD_PROPOSED = "risk.materialised", "risk.likelihood_proposed"
LONGEST_TITLE, LONGEST_TEXT, LONGEST_REASON = 200, 10_000, 300
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # an earlier moment is a slip of the keyboard
MOST_MONEY = Decimal(10) ** 16


@transaction.atomic
def log(
    *,
    actor: Any,
    title: str,
    unit: Any,
    noticed_at: datetime | None = None,
    risks: Iterable[Risk] = (),
    assets: Iterable = (),
    **said,
) -> Incident:
    """Write down that something happened; `said` holds the rest of FIELDS. Raises Invalid by field."""
    if unknown := set(said) - set(FIELDS):
        raise TypeError(f"An incident has no {', '.join(sorted(unknown))}.")
    moment = clock.now()
    incident = Incident(title=title, unit=unit, noticed_at=noticed_at or moment, reported_by=actor, known_at=moment, **said)
    _check(incident)
    incident.number = numbers.draw("INC")[0]
    incident.save()
    risks, assets = list(risks), list(assets)
    for risk in risks:
        IncidentRisk.objects.create(incident=incident, risk=risk, linked_by=actor, linked_at=moment)
    incident.assets.set(assets)
    told = {"unit": unit.pk, "risks": sorted(one.pk for one in risks), "assets": sorted(one.pk for one in assets)}
    audit.record(actor, "incident.logged", incident, told)
    return incident


@transaction.atomic
def change(incident: Incident, *, actor: Any, version: int | None, **said: Any) -> Incident:
    """Say it otherwise, or link other risks and assets; what the actor may not open stays linked. Raises IncidentClosed,
    SavedMeanwhile, CameTrue, Invalid by field."""
    if unknown := set(said) - set(FIELDS):
        raise TypeError(f"An incident has no {', '.join(sorted(unknown))}.")
    incident = _locked(incident)
    if version is not None and version != incident.version:
        raise SavedMeanwhile(
            theirs={name: _key(getattr(incident, name)) for name in PLAIN}, version=incident.version, by=_last(incident)
        )
    links = {name: list(said.pop(name)) for name in ("risks", "assets") if name in said}
    before = {name: getattr(incident, name) for name in PLAIN}
    for name, value in said.items():
        setattr(incident, name, value.strip() if isinstance(value, str) else value)
    _check(incident)
    changed = [name for name in PLAIN if getattr(incident, name) != before[name]]
    relinked = [name for name, rows in links.items() if _relink(incident, name, rows, actor)]
    if not changed and not relinked:
        return incident
    _save(incident, *changed)
    values = {name: [_key(before[name]), _key(getattr(incident, name))] for name in changed if name not in WORDS}
    audit.record(actor, "incident.changed", incident, {"fields": [*changed, *relinked], "values": values})
    return incident


@transaction.atomic
def contain(incident: Incident, *, actor: Any, at: datetime | None = None) -> Incident:
    """It spreads no further, since `at` or this moment. Raises IncidentClosed, ContainedBefore, Invalid."""
    incident = _locked(incident)
    if incident.contained_at is not None:
        raise ContainedBefore(incident)
    incident.contained_at = _moment(at, "contained_at", since=incident.noticed_at)
    _save(incident, "contained_at")
    audit.record(actor, "incident.contained", incident, {"at": incident.contained_at.isoformat()})
    return incident


@transaction.atomic
def close(incident: Incident, *, actor: Any, summary: str, at: datetime | None = None) -> Incident:
    """It is over; costs may still become final afterwards. Raises IncidentClosed, NotContained, Invalid."""
    incident = _locked(incident)
    if incident.contained_at is None:
        raise NotContained(incident)
    incident.summary = summary.strip()
    if not incident.summary or len(incident.summary) > LONGEST_TEXT:
        raise _wrong("summary", _("Say in some sentences what happened and what was done."))
    incident.closed_at = _moment(at, "closed_at", since=incident.contained_at)
    _save(incident, "closed_at", "summary")
    audit.record(actor, "incident.closed", incident, {"at": incident.closed_at.isoformat()}, text=incident.summary)
    return incident


@transaction.atomic
def note_loss(
    incident: Incident, form: str, amount: Decimal, *, actor: Any, is_final: bool = False, reason: str = ""
) -> IncidentLoss:
    """What one form of loss came to, an estimate or final; what was said before stays. Raises LossIsFinal, Invalid."""
    incident = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
    wrong: dict[str, list[str]] = {}
    reason = reason.strip()
    if form not in IncidentLoss.Form.values:
        wrong["form"] = [_("Choose one of the six forms of loss.")]
    if amount is None or not 0 <= amount < MOST_MONEY or amount != amount.quantize(Decimal("0.01")):
        wrong["amount"] = [_("Give an amount of 0 or more, to the cent.")]
    if len(reason) > LONGEST_REASON:
        wrong["reason"] = [_("Keep it under %d characters.") % LONGEST_REASON]
    last = incident.losses.filter(form=form).order_by("-pk").first()
    if last is not None and last.is_final:
        if not is_final:
            raise LossIsFinal(incident)
        if not reason:
            wrong["reason"] = [_("It was final before, so say what the new amount corrects.")]
    if wrong:
        raise Invalid(_("Some answers do not fit yet."), wrong)
    loss = IncidentLoss.objects.create(
        incident=incident, form=form, amount=amount, is_final=is_final, reason=reason, noted_by=actor, known_at=clock.now()
    )
    audit.record(actor, "incident.loss_noted", incident, {"form": form, "amount": str(amount), "is_final": is_final}, text=reason)
    return loss


@transaction.atomic
def propose_likelihood(incident: Incident, risk: Risk, level: int, reason: str, *, actor: Any) -> IncidentRisk:
    """Say how likely `risk` is since; its page shows it until the offices have rated. Where the actor speaks for an office both
    are asked to rate at once; else the risk's owners are told. Raises NotItsRisk, RiskClosed, Invalid."""
    link = _link(incident, risk)
    wrong = {}
    if level not in scales.LEVELS:
        wrong["likelihood_level"] = [_("Say how likely it is, 1 to 5.")]
    if not reason.strip() or len(reason.strip()) > LONGEST_TEXT:
        wrong["reason"] = [_("Say why, in a sentence the offices can answer.")]
    if wrong:
        raise Invalid(_("Some answers do not fit yet."), wrong)
    found = rounds.locked(risk)
    link.proposed_likelihood_level, link.proposal_reason = level, reason.strip()
    link.proposed_by, link.proposed_at = actor, clock.now()
    link.save(update_fields=["proposed_likelihood_level", "proposal_reason", "proposed_by", "proposed_at"])
    audit.record(actor, "incident.likelihood_proposed", incident, {"risk": found.pk, "level": level}, text=link.proposal_reason)
    audit.record(actor, LIKELIHOOD_PROPOSED, found, {"incident": incident.pk, "level": level})
    speaks = actor.has_perm("risks.rate_risk") and offices.voice(actor, found) is not None
    if speaks and rounds.under_way(found) is None:
        ratings.ask(found, actor=actor)
    announcements.tell(found, LIKELIHOOD_PROPOSED, _owners(found) - {actor.pk}, {"level": level})
    return link


@transaction.atomic
def materialise(incident: Incident, risk: Risk, *, actor: Any) -> IncidentRisk:
    """`risk` came true in this incident: marked on it for good, and its owners told once. Doing it twice changes nothing. Raises
    NotItsRisk, RiskClosed."""
    link = _link(incident, risk)
    if link.materialised_at is not None:
        return link
    found = Risk.objects.select_for_update(of=("self",)).get(pk=risk.pk)
    if found.archived_at is not None:
        raise RiskClosed(found)
    link.materialised_at, link.materialised_by = clock.now(), actor
    link.save(update_fields=["materialised_at", "materialised_by"])
    audit.record(actor, "incident.materialised", incident, {"risk": found.pk})
    audit.record(actor, MATERIALISED, found, {"incident": incident.pk})
    announcements.tell(found, MATERIALISED, _owners(found))
    return link


@transaction.atomic
def hand_over(incident: Incident, successor: Any, *, actor: Any) -> Any:
    """Let `successor` lead it instead of one who leaves."""
    incident = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
    before, incident.lead = incident.lead_id, successor
    _save(incident, "lead")
    audit.record(actor, "incident.handed_over", incident, {"lead": [before, successor.pk]})
    return successor


def _relink(incident: Incident, name: str, rows: list[Any], actor: Any) -> bool:
    """Let exactly `rows` be linked, of those that the actor may open; True where that changes something."""
    model = {"risks": Risk, "assets": Asset}[name]
    linked = set(getattr(incident, name).values_list("pk", flat=True))
    seen = set(model.objects.visible_to(actor).filter(pk__in=linked).values_list("pk", flat=True)) if actor else linked
    wanted = {row.pk for row in rows}
    gone, new = seen - wanted, wanted - linked
    if name == "assets":
        incident.assets.remove(*gone)
        incident.assets.add(*new)
        return bool(gone or new)
    for link in IncidentRisk.objects.filter(incident=incident, risk__in=gone).select_related("risk"):
        if link.materialised_at is not None:
            raise CameTrue(incident, link.risk)
        link.delete()
    for pk in sorted(new):
        IncidentRisk.objects.create(incident=incident, risk_id=pk, linked_by=actor, linked_at=clock.now())
    return bool(gone or new)


def _link(incident: Incident, risk: Risk) -> IncidentRisk:
    incident = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
    link = IncidentRisk.objects.filter(incident=incident, risk=risk).first()
    if link is None:
        raise NotItsRisk(incident, risk)
    return link


def _owners(risk: Risk) -> set[int]:
    return {risk.it_owner_id, risk.security_owner_id} - {None}


def _locked(incident: Incident) -> Incident:
    found = Incident.objects.select_related("unit").select_for_update(of=("self",)).get(pk=incident.pk)
    if found.closed_at is not None:
        raise IncidentClosed(found)
    return found


def _last(incident: Incident) -> Any:
    entry = AuditEntry.objects.filter(kind="incident", subject_id=incident.pk).select_related("actor").last()
    return entry.actor if entry else None


def _moment(at: datetime | None, field: str, *, since: datetime) -> datetime:
    now = clock.now()
    at = at or now
    if at > now:
        raise _wrong(field, _("This lies ahead. Give a moment that has come."))
    if at < since:
        raise _wrong(field, _("This lies before what came first. Look at the other moments."))
    return at


def _check(incident: Incident) -> None:
    incident.title = " ".join(incident.title.split())
    wrong: dict[str, list[str]] = {}
    if not incident.title or len(incident.title) > LONGEST_TITLE:
        wrong["title"] = [_("Say in at most 200 characters what happened.")]
    if len(incident.description) > LONGEST_TEXT:
        wrong["description"] = [_("Keep it under 10,000 characters.")]
    if incident.lead is not None and (incident.lead.is_service or not incident.lead.is_active):
        wrong["lead"] = [_("Choose somebody who works here.")]
    if min(incident.noticed_at, incident.occurred_at or incident.noticed_at) < EARLIEST:
        wrong["occurred_at" if incident.noticed_at >= EARLIEST else "noticed_at"] = [_("Give a moment of this century.")]
    elif incident.noticed_at > clock.now():
        wrong["noticed_at"] = [_("This lies ahead. Give a moment that has come.")]
    elif incident.contained_at is not None and incident.contained_at < incident.noticed_at:
        wrong["noticed_at"] = [_("It was contained before that moment.")]
    if incident.occurred_at is not None and incident.occurred_at > incident.noticed_at:
        wrong["occurred_at"] = [_("It began before somebody noticed it, or at that moment.")]
    if wrong:
        raise Invalid(_("Some answers do not fit yet."), wrong)


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, {field: [sentence]})


def _save(incident: Incident, *fields: str) -> None:
    incident.version += 1
    incident.save(update_fields=[*fields, "version"])


def _key(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else getattr(value, "pk", value)
