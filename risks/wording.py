"""The words for what scores are made of; calculations and rows hold only keys and params."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import pgettext_lazy as in_context

from portal.web import shown
from risks import change, scales, scoring
from risks.change import ChangeTerm
from risks.scoring import Term

Word = str | Promise

LIKELIHOODS: dict[int, Word] = {
    1: gettext_lazy("Rare"),
    2: gettext_lazy("Unlikely"),
    3: gettext_lazy("Possible"),
    4: gettext_lazy("Likely"),
    5: gettext_lazy("Almost certain"),
}
IMPACTS: dict[int, Word] = {
    1: gettext_lazy("Minor"),
    2: gettext_lazy("Limited"),
    3: gettext_lazy("Serious"),
    4: gettext_lazy("Major"),
    5: in_context("impact", "Severe"),
}
LIKELIHOOD: Word = gettext_lazy("likelihood")
LABEL_OF_LIKELIHOOD: Word = gettext_lazy("likelihood")
AREAS: dict[str, Word] = {
    scales.FINANCIAL: gettext_lazy("financial"),
    scales.OPERATIONAL: gettext_lazy("operational"),
    scales.SAFETY: gettext_lazy("safety"),
    scales.LEGAL: gettext_lazy("legal"),
    scales.REPUTATION: gettext_lazy("reputation"),
}
ASPECTS: dict[str, Word] = {
    "confidentiality": gettext_lazy("confidentiality"),
    "integrity": gettext_lazy("integrity"),
    "availability": gettext_lazy("availability"),
    "safety": gettext_lazy("safety"),
}
BANDS: dict[str, Word] = {
    "VERY_LOW": in_context("band", "Very low"),
    "LOW": in_context("band", "Low"),
    "MEDIUM": in_context("band", "Medium"),
    "HIGH": in_context("band", "High"),
    "SEVERE": in_context("band", "Severe"),
}
STATES: dict[str, Word] = {
    scoring.INHERENT: gettext_lazy("Inherent"),
    scoring.CURRENT: gettext_lazy("Now"),
    scoring.RESIDUAL: gettext_lazy("After plan (residual)"),
}
REASONS: dict[str, Word] = {scoring.NOT_ENOUGH_DATA: gettext_lazy("not enough data")}

CAUSES: dict[str, Word] = {
    "risk.logged": gettext_lazy("Risk logged"),
    "risk.merged": gettext_lazy("Risk merged with another"),
    "risk.changed": gettext_lazy("Risk changed"),
    "risk.levels_set": gettext_lazy("Levels set"),
    "risk.asset_linked": gettext_lazy("Asset linked"),
    "risk.asset_unlinked": gettext_lazy("Asset unlinked"),
    "risk.handed_over": gettext_lazy("Handed over"),
    "unit.moved": gettext_lazy("Unit moved"),
    "risk.closed": gettext_lazy("Risk closed"),
    "risk.reviewed": gettext_lazy("Risk reviewed"),
    "appetite.agreed": gettext_lazy("Appetite agreed"),
    "risk.review_moved": gettext_lazy("Next review moved"),
    "risk.withdrawn": gettext_lazy("Risk taken out of the register"),
    "risk.reopened": gettext_lazy("Risk opened again"),
    "import.undone": gettext_lazy("Import undone"),
    "rating.asked": gettext_lazy("Offices asked to rate"),
    "rating.given": gettext_lazy("One office rated"),
    "rating.differs": gettext_lazy("The offices differ"),
    "rating.moved": gettext_lazy("An office moved its rating"),
    "rating.settled": gettext_lazy("Offices agreed on a rating"),
    "risk.control_linked": gettext_lazy("Control linked"),
    "risk.control_unlinked": gettext_lazy("Control unlinked"),
    "control.changed": gettext_lazy("Control changed"),
    "loss.dropped": gettext_lazy("Loss no longer estimated"),
    "control.retired": gettext_lazy("Control retired"),
    "evidence.added": gettext_lazy("Evidence added"),
    "evidence.taken_back": gettext_lazy("Evidence taken back"),
    "treatment.proposed": gettext_lazy("Treatment proposed"),
    "treatment.changed": gettext_lazy("Treatment changed"),
    "treatment.approved": gettext_lazy("Treatment approved"),
    "treatment.refused": gettext_lazy("Treatment refused"),
    "treatment.reopened": gettext_lazy("Risk accepted no more"),
    "treatment.withdrawn": gettext_lazy("Treatment withdrawn"),
    "treatment.step_done": gettext_lazy("Step of a treatment done"),
    "treatment.done": gettext_lazy("Treatment done"),
    "risk.indicator_linked": gettext_lazy("Indicator linked"),
    "risk.indicator_unlinked": gettext_lazy("Indicator unlinked"),
    "indicator.breached": gettext_lazy("Indicator left its bounds"),
    "indicator.returned": gettext_lazy("Indicator came back within its bounds"),
    "indicator.retired": gettext_lazy("Indicator retired"),
    "asset.registered": gettext_lazy("Asset registered"),
    "asset.changed": gettext_lazy("Asset changed"),
    "asset.owner-named": gettext_lazy("An owner was named for an asset"),
    "asset.merged": gettext_lazy("Asset merged with another"),
    "asset.archived": gettext_lazy("Asset archived"),
    "asset.vanished": gettext_lazy("Asset vanished from discovery"),
    "asset.discovered": gettext_lazy("Asset discovered"),
    "asset.followed-discovery": gettext_lazy("Asset as discovery saw it"),
    "asset.criticality": gettext_lazy("Criticality of an asset set by hand, or left to follow"),
    "asset.declared": gettext_lazy("Asset declared"),
    "asset.confirmed": gettext_lazy("Asset seen after it was declared"),
    "asset.restored": gettext_lazy("Asset brought back"),
    "asset.exploited": gettext_lazy("Known to be exploited, or no longer, on an asset"),
    "dependency.recorded": gettext_lazy("Dependency recorded"),
    "dependency.removed": gettext_lazy("Dependency removed"),
    "calendar": gettext_lazy("Calendar"),
    "recompute.all": gettext_lazy("Everything scored again"),
}

FORMULA = "formula."  # and the number: a version took effect

LABELS: dict[str, Word] = {
    "score.rating": gettext_lazy("Likelihood %(likelihood_level)s × impact %(impact_level)s, %(impact_area)s"),
    "score.criticality": gettext_lazy("Effective criticality %(criticality_level)s, %(aspect)s"),
    "score.reachability.INTERNAL": gettext_lazy("Reachable from inside"),
    "score.reachability.REMOTE": gettext_lazy("Remote exposure"),
    "score.reachability.INTERNET": gettext_lazy("Reachable from the internet"),
    "score.exploited": gettext_lazy("Known to be exploited, confirmed: %(vulnerability)s"),
    "score.exploited.several": gettext_lazy("Known to be exploited, confirmed: %(vulnerabilities)s vulnerabilities"),
    "score.indicator_breach": gettext_lazy("Indicators outside of their bounds: %(indicators)s"),
    "score.indicator_limit": gettext_lazy("Indicators together count at most %(points)s"),
    "score.end_of_support": gettext_lazy("Out of support since %(ends_on)s"),
    "score.safety_zone": gettext_lazy("Safety zone"),
    "score.bound": gettext_lazy("Bound of the scale, %(points)s"),
    "score.control_likelihood": gettext_lazy(
        "Controls that make it less likely: %(controls)s, together %(share_percent)s %% effective"
    ),
    "score.control_likelihood.unproven": gettext_lazy(
        "Controls that make it less likely: %(controls)s, together %(share_percent)s %% effective; "
        "without valid evidence: %(unproven)s"
    ),
    "score.control_impact": gettext_lazy("Controls that soften it: %(controls)s, together %(share_percent)s %% effective"),
    "score.control_impact.unproven": gettext_lazy(
        "Controls that soften it: %(controls)s, together %(share_percent)s %% effective; without valid evidence: %(unproven)s"
    ),
    "score.review_late": gettext_lazy("Review late since %(due_on)s"),
    "score.treatment_late": gettext_lazy("Treatment late since %(due_on)s"),
    "score.evidence_old": gettext_lazy("Evidence ran out on %(due_on)s"),
    "score.care_limit": gettext_lazy("Care terms together count at most %(points)s"),
    "score.care_bound": gettext_lazy("Bound of the scale, %(points)s"),
    "score.care_tolerance": gettext_lazy("Care terms alone never cross the tolerance of %(points)s"),
    "change.added": gettext_lazy("New: %(now)s"),
    "change.removed": gettext_lazy("No longer: %(was)s"),
    "change.changed": gettext_lazy("%(was)s → %(now)s"),
    "change.likelihood": gettext_lazy("Likelihood %(before)s → %(likelihood_level)s, %(impact_area)s impact %(impact_level)s"),
    "change.impact": gettext_lazy("Impact %(before)s → %(impact_level)s, %(impact_area)s, likelihood %(likelihood_level)s"),
}

_DAYS = ("ends_on", "due_on")


def term_label(term: Term) -> str:
    """The words for a term of a score, in the language of the reader."""
    return label(term.name, term.params)


def label(name: str, params: Mapping[str, Any]) -> str:
    """The words for the term `name` with `params`; KeyError where there is no such term."""
    key = f"score.{name}"
    if name == "reachability":
        key = f"{key}.{params['reachability']}"
    elif params.get("unproven"):
        key = f"{key}.unproven"
    elif params.get("vulnerabilities", 1) > 1:
        key = f"{key}.several"
    return str(LABELS[key]) % _spelled(params)


def change_label(term: ChangeTerm) -> str:
    """The words for what a term of a score did between two scores."""
    if term.kind == change.CHANGED and term.name == "rating" and (step := _step_of_rating(term)):
        return step
    was = "" if term.kind == change.ADDED else label(term.name, term.was)
    now = "" if term.kind == change.REMOVED else label(term.name, term.now)
    return str(LABELS[f"change.{term.kind}"]) % {"was": was, "now": now}


def _step_of_rating(term: ChangeTerm) -> str:
    """A rating of which one level alone changed says that level; "" where more did."""
    changed = [name for name in term.now if term.was.get(name) != term.now[name]]
    keys = {("likelihood_level",): "change.likelihood", ("impact_level",): "change.impact"}
    key = keys.get(tuple(changed), "")
    return str(LABELS[key]) % (_spelled(term.now) | {"before": term.was[changed[0]]}) if key else ""


def cause_of_formula(number: int) -> str:
    """The key of what made scores stale when this formula version took effect."""
    return f"{FORMULA}{number}"


def formula_label(number: int) -> str:
    return _("Formula version %(number)s took effect") % {"number": number}


def causes(keys: str) -> str:
    """What made a score stale, in words: its causes in the order they came; an unknown one stays a key."""
    return " · ".join(_cause(key) for key in keys.split())


def _cause(key: str) -> str:
    number = key.removeprefix(FORMULA)
    return formula_label(int(number)) if number != key and number.isdecimal() else str(CAUSES.get(key, key))


def reason(key: str | None) -> str | None:
    """Why there is no number, in words; None where there is one."""
    return None if key is None else str(REASONS[key])


def band(key: str | None) -> str:
    """The word for a band, or what is said where there is none."""
    return str(BANDS[key]) if key else _("Not enough data")


def _spelled(params: Mapping[str, Any]) -> dict[str, Any]:
    """Params in the reader's language: areas and aspects by word, days as that language writes them."""
    from_keys = {"impact_area": AREAS, "aspect": ASPECTS}
    spelled = {name: str(from_keys[name][value]) if name in from_keys else value for name, value in params.items()}
    for name in _DAYS:
        if name in spelled:
            spelled[name] = shown.date_long(date.fromisoformat(spelled[name]))
    return spelled
