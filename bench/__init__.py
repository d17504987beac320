"""Measured comparisons: each prints both absolute values beside the ratio. Run one by `python -m bench.NAME`."""
