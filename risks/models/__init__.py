"""Risks, the levels that count, and their scores."""

from risks.models.appetite import Appetite
from risks.models.authority import AuthorityTable, Covers
from risks.models.breach import Breach
from risks.models.control import Control, ControlRisk
from risks.models.evidence import Evidence
from risks.models.exception import RiskException
from risks.models.formula_version import FormulaPreview, FormulaPreviewRow, FormulaVersion
from risks.models.indicator import Indicator, IndicatorRisk, Reading
from risks.models.levels import Levels
from risks.models.loss_scenario import CellChange, LossResult, LossScenario, PortfolioLoss
from risks.models.rating import BlindRating, Confidence, Office, Rating, RatingRound
from risks.models.risk import Risk, RiskAsset
from risks.models.scale_meaning import ScaleMeaning
from risks.models.score import Score, ScoreState, StaleScore
from risks.models.treatment import Treatment, TreatmentStep

__all__ = [
    "Appetite",
    "AuthorityTable",
    "BlindRating",
    "Breach",
    "CellChange",
    "Confidence",
    "Control",
    "ControlRisk",
    "Covers",
    "Evidence",
    "FormulaPreview",
    "FormulaPreviewRow",
    "FormulaVersion",
    "Indicator",
    "IndicatorRisk",
    "Levels",
    "LossResult",
    "LossScenario",
    "Office",
    "PortfolioLoss",
    "Rating",
    "RatingRound",
    "Reading",
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
