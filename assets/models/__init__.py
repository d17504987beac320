"""Assets, what leans on what, and what discovery saw."""

from assets.models.asset import Asset, Identifier
from assets.models.dependency import Dependency
from assets.models.discovery_run import DiscoveryRun, Observation, ObservedIdentifier, Proposal

__all__ = ["Asset", "Dependency", "DiscoveryRun", "Identifier", "Observation", "ObservedIdentifier", "Proposal"]
