"""What could happen and how bad: owns risks, their levels and scores.

Imports portal and assets; announces `risk_changed` and `scores_recomputed`.
"""
