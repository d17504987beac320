"""What could happen and how bad. Announces `risk_changed` and `scores_recomputed`; listens to `assets_changed`."""
