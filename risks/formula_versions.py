"""Versions of the score's formula: draft, change, propose, take back; in force once CIO and CISO have signed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import CharField, Count, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.record import audit
from portal.signing import signatures
from risks import formula_bounds, formula_in_force, formula_previews, formula_words, formulas, proof, wording
from risks.errors import FormulaAsBefore, FormulaNotOpen, FormulaWaits, SavedMeanwhile
from risks.formula_errors import NotPreviewed
from risks.models import FormulaPreview, FormulaVersion, Risk, StaleScore
from risks.signals import risk_changed

BOTH = ("CIO", "CISO")
LONGEST_REASON = 2000


def bring_in() -> None:
    """The versions that came with Concord, in force from the beginning: for a database that was emptied."""
    FormulaVersion.objects.bulk_create(
        FormulaVersion(number=number, parameters=proof.plain(formula), drafted_at=clock.now(), in_force_at=clock.now())
        for number, formula in formulas.FORMULAS.items()
    )


def newest_open() -> FormulaVersion | None:
    """The one that is drafted, or waits for its signatures."""
    return FormulaVersion.objects.open().select_related("drafted_by").first()


def in_force() -> FormulaVersion:
    """The row of the version that scores are made by."""
    return FormulaVersion.objects.select_related("drafted_by", "in_force_by").get(number=formula_in_force.now().version)


def with_to_score(rows: QuerySet) -> QuerySet:
    """Each of `rows` with `to_score`: how many risks still wait to be scored by it, which took effect just now."""
    cause = Concat(Value(wording.FORMULA), Cast(OuterRef("number"), CharField()))
    waiting = StaleScore.objects.filter(cause=cause).order_by().values("cause").annotate(risks=Count("risk", distinct=True))
    return rows.annotate(to_score=Coalesce(Subquery(waiting.values("risks")), 0))


@transaction.atomic
def draft(parameters: Mapping[str, Any], reason: str, *, actor: Any) -> FormulaVersion:
    """Write down another version and let a worker find out what it would change; what `parameters` leave out is as in the version
    in force. Raises Invalid by parameter, FormulaWaits while another one is open, FormulaAsBefore."""
    held = formula_in_force.now()
    number = (FormulaVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    formula, reason = formula_bounds.checked(number, formula_words.start(held) | dict(parameters)), _reason(reason)
    if replace(formula, version=held.version) == held:
        raise FormulaAsBefore(held.version)
    try:
        with transaction.atomic():
            row = FormulaVersion.objects.create(
                number=number, parameters=proof.plain(formula), reason=reason, drafted_by=actor, drafted_at=clock.now()
            )
    except IntegrityError:
        raise FormulaWaits from None
    audit.record(actor, "formula.drafted", row, {"parameters": row.parameters}, text=reason)
    formula_previews.ask(row)
    return row


@transaction.atomic
def change(row: FormulaVersion, parameters: Mapping[str, Any], reason: str, *, actor: Any, version: int | None) -> FormulaVersion:
    """Say it otherwise; signatures of what it said hold no longer. Raises FormulaNotOpen, SavedMeanwhile, FormulaAsBefore,
    Invalid by parameter."""
    row = _locked(row)
    if version is not None and version != row.version:
        raise SavedMeanwhile(theirs={"parameters": row.parameters, "reason": row.reason}, version=row.version, by=None)
    kept = formula_words.start(formulas.from_json(row.parameters))
    formula, reason = formula_bounds.checked(row.number, kept | dict(parameters)), _reason(reason)
    spelled = proof.plain(formula)
    fields = [name for name, value in (("parameters", spelled), ("reason", reason)) if getattr(row, name) != value]
    if not fields:
        return row
    held = formula_in_force.now()
    if "parameters" in fields and replace(formula, version=held.version) == held:
        raise FormulaAsBefore(held.version)
    row.parameters, row.reason = spelled, reason
    row.version += 1
    row.save(update_fields=["parameters", "reason", "version"])
    audit.record(actor, "formula.changed", row, {"fields": fields, "parameters": spelled}, text=reason)
    if "parameters" in fields:
        formula_previews.ask(row)
    return row


@transaction.atomic
def propose(row: FormulaVersion, *, actor: Any) -> FormulaVersion:
    """Ask CIO and CISO to sign it as it stands. Raises FormulaNotOpen."""
    row = _locked(row)
    if row.proposed_at is not None:
        return row
    row.proposed_at = clock.now()
    row.version += 1
    row.save(update_fields=["proposed_at", "version"])
    audit.record(actor, "formula.proposed", row)
    signatures.ask(row, BOTH, actor=actor)
    return row


@transaction.atomic
def withdraw(row: FormulaVersion, *, actor: Any) -> FormulaVersion:
    """Take it back before both have signed. Raises FormulaNotOpen."""
    row = _locked(row)
    row.archived_at = clock.now()
    row.version += 1
    row.save(update_fields=["archived_at", "version"])
    audit.record(actor, "formula.withdrawn", row)
    return row


@transaction.atomic
def preview_again(row: FormulaVersion) -> FormulaPreview:
    """Find out anew what it would change, by today's facts. Raises FormulaNotOpen."""
    return formula_previews.ask(_locked(row))


def compared_with(row: FormulaVersion) -> FormulaVersion | None:
    """The version in force, or for one that was used the one before it; None for the first."""
    rows = FormulaVersion.objects.used().exclude(pk=row.pk).order_by("-number")
    return (rows if row.is_open else rows.filter(number__lt=row.number)).first()


def take_force(row: FormulaVersion, *, actor: Any) -> None:
    """Both have signed: from now on scores are made by it, and every open risk is stale. Called by signing, the row is locked."""
    row.in_force_at, row.in_force_by = clock.now(), actor
    row.version += 1
    row.save(update_fields=["in_force_at", "in_force_by", "version"])
    audit.record(actor, "formula.in_force", row, {"number": row.number})
    open_risks = Risk.objects.open().current().values_list("pk", flat=True)
    risk_changed.send(FormulaVersion, risk_ids=list(open_risks), cause=wording.cause_of_formula(row.number))
    transaction.on_commit(formula_in_force.forget)


def check_signable(row: FormulaVersion) -> None:
    """Raises FormulaNotOpen where nothing is left to sign, and NotPreviewed until every risk was computed by it as it stands."""
    check_open(row)
    if not formula_previews.is_known(row):
        raise NotPreviewed(row)


def check_open(row: FormulaVersion) -> None:
    """Raises FormulaNotOpen where nothing is left to sign."""
    if not row.is_open:
        raise FormulaNotOpen(row)


def _locked(row: FormulaVersion) -> FormulaVersion:
    found = FormulaVersion.objects.select_for_update(of=("self",)).get(pk=row.pk)
    check_open(found)
    return found


def _reason(told: str) -> str:
    told = told.strip()
    if not told or len(told) > LONGEST_REASON:
        sentence = _("Say what it changes and why, in at most %d letters.") % LONGEST_REASON
        raise Invalid(sentence, {"reason": [sentence]})
    return told
