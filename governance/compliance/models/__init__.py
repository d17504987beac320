from governance.compliance.models.framework import Framework, Requirement
from governance.compliance.models.internal_audit import AuditFinding, CorrectiveAction, InternalAudit
from governance.compliance.models.management_review import ManagementReview
from governance.compliance.models.mapping import ControlMapping, Coverage, CoverageMark, Crosswalk, CrosswalkPair, Relationship
from governance.compliance.models.practice_round import BlindPracticeRating, CountedLevel, PracticeRound
from governance.compliance.models.profile import Owner, Practice, PracticeRating, Profile
from governance.compliance.models.shortfall import ShortfallPlan
from governance.compliance.models.statement import PlannedTreatment, Statement, StatementLine

__all__ = [
    "AuditFinding",
    "BlindPracticeRating",
    "ControlMapping",
    "CorrectiveAction",
    "CountedLevel",
    "Coverage",
    "CoverageMark",
    "Crosswalk",
    "CrosswalkPair",
    "Framework",
    "InternalAudit",
    "ManagementReview",
    "Owner",
    "PlannedTreatment",
    "Practice",
    "PracticeRating",
    "PracticeRound",
    "Profile",
    "Relationship",
    "Requirement",
    "ShortfallPlan",
    "Statement",
    "StatementLine",
]
