"""This app's resources of the API."""

from assets.api import (
    assets,
    dependencies,
    discovery_coverage,
    discovery_pushes,
    discovery_runs,
    exploited,
    overrides,
    owners_wanted,
    proposals,
    source_orders,
    suppliers,
    zones,
)

__all__ = [
    "assets",
    "dependencies",
    "discovery_coverage",
    "discovery_pushes",
    "discovery_runs",
    "exploited",
    "overrides",
    "owners_wanted",
    "proposals",
    "source_orders",
    "suppliers",
    "zones",
]
