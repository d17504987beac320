"""Assets, what leans on what, what discovery saw, and what is known to be exploited."""

from assets.models.asset import Asset, Identifier
from assets.models.component import Component, ComponentList
from assets.models.dependency import Dependency
from assets.models.discovery_push import DiscoveryPart, DiscoveryPush
from assets.models.discovery_run import DiscoveryRun, Observation, ObservedIdentifier, Proposal
from assets.models.exploited import ExploitedList, ExploitedMatch, ExploitedRule, ExploitedVulnerability
from assets.models.override import CriticalityOverride
from assets.models.owners_wanted import OwnersWanted
from assets.models.permit import ScanPermit
from assets.models.source_order import SourceOrder
from assets.models.supplier import Supplier
from assets.models.zone import Conduit, Zone

__all__ = [
    "Asset",
    "Component",
    "ComponentList",
    "Conduit",
    "CriticalityOverride",
    "Dependency",
    "DiscoveryPart",
    "DiscoveryPush",
    "DiscoveryRun",
    "ExploitedList",
    "ExploitedMatch",
    "ExploitedRule",
    "ExploitedVulnerability",
    "Identifier",
    "Observation",
    "ObservedIdentifier",
    "OwnersWanted",
    "Proposal",
    "ScanPermit",
    "SourceOrder",
    "Supplier",
    "Zone",
]
