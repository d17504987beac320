"""Two risks that tell of one thing: what hangs on the one goes over to the other; ratings, levels and losses stay with theirs."""

from collections.abc import Callable
from typing import Any

from assets.models import Asset
from portal.people.access import grants
from portal.talk.moves import Moves
from risks import rounds
from risks.errors import OneStaysOpen, ReadersAreNotYours, RiskClosed
from risks.models import (
    ControlRisk,
    Finding,
    Incident,
    IncidentRisk,
    IndicatorRisk,
    ResponsePlan,
    Risk,
    RiskAsset,
    RiskException,
    Treatment,
)
from risks.signals import risk_changed

# Each link as one would write it anew: what makes two of them the same.
LINKS = (
    (RiskAsset, ("asset_id",)),
    (ControlRisk, ("control_id", "bears_on")),
    (IndicatorRisk, ("indicator_id",)),
    (IncidentRisk, ("incident_id",)),
    (ResponsePlan.risks.through, ("responseplan_id",)),
)
UNDER_WAY = (Treatment.State.PROPOSED, Treatment.State.APPROVED)


def check(survivor: Risk, merged: Risk, actor: Any) -> None:
    """Both are open, what offices signed or rate about the merged one is settled, and nobody reads more than before.

    Raises RiskClosed, OneStaysOpen, ReadersAreNotYours.
    """
    for risk in (survivor, merged):
        if risk.state != Risk.State.OPEN:
            raise RiskClosed(risk)
        owns = actor in (risk.it_owner, risk.security_owner)
        if risk.is_confidential and not (owns or grants(actor).opens_confidential):
            raise ReadersAreNotYours
    if merged.is_confidential and not survivor.is_confidential:
        raise OneStaysOpen(merged, "confidential")
    if RiskException.objects.open().filter(risk=merged).exists():
        raise OneStaysOpen(merged, "exception")
    if merged.treatments.filter(kind=Treatment.Kind.RETAIN, state__in=UNDER_WAY).exists():
        raise OneStaysOpen(merged, "retained")
    if rounds.under_way(merged) is not None:
        raise OneStaysOpen(merged, "rating")


def move(survivor: Risk, merged: Risk, moves: Moves) -> None:
    """Links, plans and findings; what both have stays with the merged one as well. Apps above move what names a risk (`also`)."""
    for model, alike in LINKS:
        moves.set_unless_there(model._default_manager.filter(risk=merged), "risk_id", survivor.pk, alike)
    moves.set(Treatment.objects.filter(risk=merged).exclude(kind=Treatment.Kind.RETAIN), risk_id=survivor.pk)
    moves.set(Finding.objects.filter(risk=merged), risk_id=survivor.pk)
    for function in _also:
        function(survivor, merged, moves)


_also: list[Callable[[Risk, Risk, Moves], None]] = []


def also(function: Callable[[Risk, Risk, Moves], None]) -> None:
    """`function(survivor, merged, moves)` of an app above moves what it hangs on risks. Once, in ready()."""
    _also.append(function)


def move_assets(survivor: Asset, merged: Asset, moves: Moves) -> None:
    """What risks, incidents and plans say of an asset goes over with it."""
    links = (
        (RiskAsset, ("risk_id",)),
        (Incident.assets.through, ("incident_id",)),
        (ResponsePlan.assets.through, ("responseplan_id",)),
    )
    for model, alike in links:
        moves.set_unless_there(model._default_manager.filter(asset=merged), "asset_id", survivor.pk, alike)


def after(survivor: Risk, merged: Risk) -> None:
    """Both are scored anew; an archived one counts nowhere."""
    risk_changed.send(Risk, risk_ids=[survivor.pk, merged.pk], cause="risk.merged")
