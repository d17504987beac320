"""Risks, the levels that count, and their scores."""

from risks.models.activation import Activation, ActivationMark, ClockWarning
from risks.models.appetite import Appetite
from risks.models.authority import AuthorityTable, Covers
from risks.models.breach import Breach
from risks.models.concern import Concern, ConcernSender
from risks.models.control import Control, ControlRisk
from risks.models.evidence import Evidence
from risks.models.exception import RiskException
from risks.models.exercise import Exercise, Finding, Inject
from risks.models.formula_version import FormulaPreview, FormulaPreviewRow, FormulaVersion
from risks.models.incident import Incident, IncidentLoss, IncidentRisk
from risks.models.indicator import Indicator, IndicatorRisk, Reading
from risks.models.levels import Levels
from risks.models.loss_scenario import CellChange, LossMove, LossResult, LossScenario, PortfolioLoss
from risks.models.rating import BlindRating, Confidence, Office, Rating, RatingRound
from risks.models.response_plan import (
    Phase,
    PlanAction,
    PlanClock,
    PlanContact,
    PlanVersion,
    PrivateReach,
    ResponsePlan,
)
from risks.models.risk import Risk, RiskAsset
from risks.models.scale_meaning import ScaleMeaning
from risks.models.score import Score, ScoreState, StaleScore
from risks.models.treatment import Treatment, TreatmentStep

__all__ = [
    "Activation",
    "ActivationMark",
    "Appetite",
    "AuthorityTable",
    "BlindRating",
    "Breach",
    "CellChange",
    "ClockWarning",
    "Concern",
    "ConcernSender",
    "Confidence",
    "Control",
    "ControlRisk",
    "Covers",
    "Evidence",
    "Exercise",
    "Finding",
    "FormulaPreview",
    "FormulaPreviewRow",
    "FormulaVersion",
    "Incident",
    "IncidentLoss",
    "IncidentRisk",
    "Indicator",
    "IndicatorRisk",
    "Inject",
    "Levels",
    "LossMove",
    "LossResult",
    "LossScenario",
    "Office",
    "Phase",
    "PlanAction",
    "PlanClock",
    "PlanContact",
    "PlanVersion",
    "PortfolioLoss",
    "PrivateReach",
    "Rating",
    "RatingRound",
    "Reading",
    "ResponsePlan",
    "Risk",
    "RiskAsset",
    "RiskException",
    "ScaleMeaning",
    "Score",
    "ScoreState",
    "StaleScore",
    "Treatment",
    "TreatmentStep",
]
