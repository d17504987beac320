"""Risks, the levels that count, and their scores."""

from risks.models.appetite import Appetite
from risks.models.levels import Levels
from risks.models.rating import BlindRating, Confidence, Office, Rating, RatingRound
from risks.models.risk import Risk, RiskAsset
from risks.models.scale_meaning import ScaleMeaning
from risks.models.score import Score, ScoreState, StaleScore

__all__ = [
    "Appetite",
    "BlindRating",
    "Confidence",
    "Levels",
    "Office",
    "Rating",
    "RatingRound",
    "Risk",
    "RiskAsset",
    "ScaleMeaning",
    "Score",
    "ScoreState",
    "StaleScore",
]
