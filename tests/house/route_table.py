"""The table of routes, roles and objects. A new page is one line in PAGES; a new resource of the API one line in RESOURCES."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

OWN, OTHER, CONFIDENTIAL = "own unit", "other unit", "confidential"
PLACES = (OWN, OTHER, CONFIDENTIAL)


@dataclass(frozen=True)
class Line:
    """One route: which kind of object its address names, by which argument, and what else stands in the address."""

    kind: str = ""
    key: str = "pk"
    more: Mapping[str, Any] = field(default_factory=dict)  # values, or functions of the object
    writes: str = ""  # the permission to write, where it is not that of the whole resource

    def arguments(self, thing: Any) -> dict[str, Any]:
        named = {self.key: thing.pk} if self.kind else {}
        return named | {name: value(thing) if callable(value) else value for name, value in self.more.items()}


def of(kind: str, key: str = "pk", *, writes: str = "", **more: Any | Callable[[Any], Any]) -> Line:
    return Line(kind, key, more, writes)


PAGES = {
    "board:today": Line(),
    "theme": Line(),
    "pages": Line(),
    "people:account": Line(),
    "people:people": Line(),
    "people:invite": Line(),
    "people:invite-list": Line(),
    "people:person": of("user"),
    "people:invitation-again": of("user"),
    "people:invitation-revocation": of("user"),
    "people:closing": of("user"),
    "people:reopening": of("user"),
    "people:factor-reset": of("user"),
    "people:factor-invitation": of("user"),
    "people:sessions-end": of("user"),
    "people:session-end": of("user", session_pk=lambda user: user.browser_sessions.get().pk),
    "people:password": Line(),
    "people:my-sessions-end": Line(),
    "people:factors": Line(),
    "people:factor-app": Line(),
    "people:factor-passkey": Line(),
    "people:recovery-codes": Line(),
    "people:my-session-end": of("browser-session"),
    "people:factor-removal": of("factor"),
    "setup:settings": Line(),
    "setup:codes": Line(),
    "setup:demo": Line(),
    "setup:organisation": Line(),
    "setup:units": Line(),
    "setup:leaders": Line(),
    "setup:levels": Line(),
    "setup:appetite": Line(),
    "setup:people": Line(),
    "setup:finish": Line(),
    "assets:inventory": Line(),
    "assets:registration": Line(),
    "assets:asset": of("asset"),
    "assets:change": of("asset"),
    "assets:archiving": of("asset"),
    "assets:dependencies": of("asset"),
    "assets:dependency-removal": of("dependency"),
    "assets:discovery": Line(),
    "assets:run": of("discovery-run"),
    "assets:acceptance": of("discovery-run"),
    "assets:dismissal": of("discovery-run"),
    "risks:register": Line(),
    "risks:heatmap": Line(),
    "risks:log": Line(),
    "risks:log-duplicates": Line(),
    "risks:log-assets": Line(),
    "risks:concerns": Line(),
    "risks:recompute": Line(),
    "risks:risk": of("risk"),
    "risks:controls": Line(),
    "risks:control-new": Line(),
    "risks:control": of("control"),
    "risks:control-change": of("control"),
    "risks:control-retirement": of("control"),
    "risks:control-bearing": of("control"),
    "risks:control-bearing-removal": of("control", risk_pk=lambda control: control.risk_links.first().risk_id),
    "risks:control-evidence": of("control"),
    "risks:evidence-withdrawal": of("evidence"),
    "risks:treatments": Line(),
    "risks:treatment-new": of("risk"),
    "risks:treatment": of("treatment"),
    "risks:treatment-change": of("treatment"),
    "risks:treatment-approval": of("treatment"),
    "risks:treatment-refusal": of("treatment"),
    "risks:treatment-withdrawal": of("treatment"),
    "risks:treatment-completion": of("treatment"),
    "risks:treatment-evidence": of("treatment"),
    "risks:treatment-step-completion": of("treatment-step"),
    "risks:differences": Line(),
    "risks:rating": of("risk"),
    "risks:rating-giving": of("risk"),
    "risks:rating-asking": of("risk"),
    "risks:rating-agreement": of("risk"),
    "risks:rating-move": of("risk"),
    "risks:rating-taking": of("risk"),
    "risks:rating-keeping": of("risk"),
    "risks:rating-talk": of("risk"),
    "risks:rating-arbitration": of("risk"),
    "api:rating-rounds-arbitration": of("rating-round", writes="risks.arbitrate"),
    "risks:risk-changes": of("risk"),
    "risks:score": of("risk"),
    "risks:score-change": of("risk"),
    "risks:recalculation": of("risk", score_pk=lambda risk: risk.scores.first().pk),
    "risks:risk-words": of("risk"),
    "risks:risk-owners": of("risk"),
    "risks:risk-readers": of("risk"),
    "risks:risk-levels": of("risk", stage="CURRENT"),
    "risks:risk-closing": of("risk"),
    "risks:risk-assets": of("risk"),
    "risks:risk-asset-removal": of("risk", asset_pk=lambda risk: risk.asset_links.get().asset_id),
    "offices:seats": Line(),
    "offices:aide-naming": Line(),
    "offices:aide-dismissal": of("aide"),
    "offices:proposal-new": Line(),
    "offices:proposal": of("appointment-proposal"),
    "offices:proposal-confirmation": of("appointment-proposal"),
    "offices:proposal-refusal": of("appointment-proposal"),
    "offices:proposal-withdrawal": of("appointment-proposal"),
    "offices:leaving": Line(),
    "offices:hand-over": of("leaver"),
    "offices:departure": of("departure"),
    "offices:why": Line(),
    "offices:roles": Line(),
    "offices:roles-given": Line(),
    "offices:role-giving": Line(),
    "offices:role-ending": of("aide"),
    "offices:units": Line(),
    "offices:unit-new": Line(),
    "offices:unit": of("unit"),
    "offices:delegations": Line(),
    "offices:delegation-new": Line(),
    "offices:delegation-ending": of("delegation"),
    "archive:history": Line("risk", more={"kind": "risk"}),
    "archive:heads": Line(),
    "archive:retention": Line(),
    "archive:disposal": Line(),
    "archive:holds": Line(),
    "archive:placing": Line(),
    "archive:lifting": of("hold"),
    "archive:redactions": Line(),
    "archive:decision": of("redaction"),
    "archive:proposal": Line("risk", more={"kind": "risk"}),
    "archive:own": Line(),
    "archive:personal": of("personal"),
    "archive:personal-download": of("personal"),
    "archive:file": of("file", "key"),
    "attention:reviews": Line(),
    "attention:review": of("review"),
    "attention:review-answer": of("review"),
    "attention:inbox": Line(),
    "attention:inbox-reading": Line(),
    "attention:reminder": of("reminder"),
    "attention:reminder-reading": of("reminder"),
    "workbench:imports": Line(),
    **dict.fromkeys(
        (
            "workbench:import",
            "workbench:import-mapping",
            "workbench:import-application",
            "workbench:import-undoing",
            "workbench:import-problems",
            "workbench:import-rows",
            "workbench:import-rejects",
        ),
        of("import"),
    ),
    "api:reviews-answer": of("review", writes="attention.answer_review"),
    "api:users-list": Line(writes="people.change_user"),
    **{
        f"api:users-{act}": of("user", writes="people.change_user")
        for act in ("invitation", "closing", "reopening", "sign-out", "factor-reset")
    },
    "api:risks-list": Line(writes="risks.log_risk"),
    "api:risks-closing": of("risk", writes="risks.close_risk"),
    "api:risks-rating": of("risk", writes="risks.rate_risk"),
    "api:risks-levels": of("risk", stage="CURRENT"),
    "api:treatments-approval": of("treatment", writes="risks.approve_treatment"),
    "api:treatments-refusal": of("treatment", writes="risks.approve_treatment"),
    "api:api-docs": Line(),
    "api:api-docs-resource": Line(more={"noun": "assets"}),
    "api:api-schema": Line(),
}

# By the noun of the resource: what its detail addresses name.
RESOURCES = {
    "appetites": of("appetite"),
    "appointment-proposals": of("appointment-proposal"),
    "appointments": of("appointment"),
    "assets": of("asset"),
    "audit-entries": of("audit-entry"),
    "controls": of("control"),
    "dashboard": Line(),
    "delegations": of("delegation"),
    "departures": of("departure"),
    "dependencies": of("dependency"),
    "discovery-runs": of("discovery-run"),
    "evidence": of("evidence"),
    "imports": of("import"),
    "import-rows": of("import-row", run=lambda row: row.sheet_import_id),
    "import-problems": of("import-problem", run=lambda problem: problem.sheet_import_id),
    "disposals": of("disposal"),
    "heads": of("head"),
    "history": Line(),
    "legal-holds": of("hold"),
    "personal-data": of("personal"),
    "redactions": of("redaction"),
    "retention": Line(),
    "inbox": of("reminder"),
    "organisation": Line(),
    "discovery-run-proposals": of("discovery-proposal", run=lambda proposal: proposal.run_id),
    "reviews": of("review"),
    "rating-rounds": of("rating-round"),
    "ratings": of("rating"),
    "risks": of("risk"),
    "scale-meanings": of("scale-meaning"),
    "role-assignments": of("aide"),
    "scores": of("score"),
    "treatments": of("treatment"),
    "treatment-steps": of("treatment-step"),
    "units": of("unit"),
    "users": of("user"),
}

SEATS = dict.fromkeys(("CIO", "CISO", "CSO"), PLACES)
OVERSEERS = dict.fromkeys(("ARBITER", "PREPARER", "COUNSEL", "AUDITOR"), (OWN, OTHER))
OF_THE_UNIT = dict.fromkeys(("ANALYST", "OWNER", "HEAD", "ENGINEER", "INTEGRATION"), (OWN,))
BOARD = {"BOARD": (OWN, OTHER)}
ALL = (
    "CIO",
    "CISO",
    "CSO",
    "ARBITER",
    "PREPARER",
    "COUNSEL",
    "BOARD",
    "ANALYST",
    "OWNER",
    "HEAD",
    "ENGINEER",
    "COLLEAGUE",
    "AUDITOR",
    "ADMIN",
)

# They hold for the whole organisation, so whoever reads risks reads them.
READS_RISKS = dict.fromkeys((*(role for role in ALL if role != "ADMIN"), "INTEGRATION"), PLACES)

KEEPERS = dict.fromkeys(("CIO", "CISO", "CSO", "COUNSEL", "AUDITOR", "ADMIN"), PLACES)

# Written by hand, not derived: who may open which of the three objects of a kind. Who is not named opens none.
SEEN: dict[str, Mapping[str, tuple[str, ...]]] = {
    "appetite": READS_RISKS,
    "scale-meaning": READS_RISKS,
    "hold": KEEPERS,
    "redaction": KEEPERS,
    "disposal": KEEPERS,
    "head": dict.fromkeys(("CIO", "CISO", "CSO", "ARBITER", "AUDITOR", "ADMIN"), PLACES),
    "personal": {"ADMIN": PLACES},  # and everybody their own
    "file": SEATS | OVERSEERS | BOARD | OF_THE_UNIT,  # those of whoever may open the risk it hangs on
    "asset": SEATS | OVERSEERS | OF_THE_UNIT,
    "dependency": SEATS | OVERSEERS | OF_THE_UNIT,
    "discovery-run": SEATS | OVERSEERS | OF_THE_UNIT,
    "discovery-proposal": SEATS | OVERSEERS | OF_THE_UNIT,
    "control": SEATS | OVERSEERS | OF_THE_UNIT,
    "evidence": SEATS | OVERSEERS | OF_THE_UNIT,
    "treatment": SEATS | OVERSEERS | OF_THE_UNIT,
    "treatment-step": SEATS | OVERSEERS | OF_THE_UNIT,
    "risk": SEATS | OVERSEERS | BOARD | OF_THE_UNIT,
    "rating-round": SEATS | OVERSEERS | BOARD | OF_THE_UNIT,
    "rating": SEATS | OVERSEERS | BOARD | OF_THE_UNIT,
    "score": SEATS | OVERSEERS | BOARD | OF_THE_UNIT,
    "review": SEATS | OVERSEERS | OF_THE_UNIT,
    "audit-entry": SEATS | dict.fromkeys(("ARBITER", "AUDITOR"), (OWN, OTHER)),
    "browser-session": {},  # each is somebody else's
    "factor": {},
    "reminder": {},  # each was sent to somebody else
    "import": {},  # each was brought by somebody else
    "import-row": {},
    "import-problem": {},
    "unit": dict.fromkeys((*ALL, "INTEGRATION"), PLACES),
    "user": dict.fromkeys((*ALL, "INTEGRATION"), PLACES),
    "appointment": dict.fromkeys((*ALL, "INTEGRATION"), PLACES),
    "appointment-proposal": SEATS | dict.fromkeys(("ARBITER", "ADMIN", "AUDITOR"), PLACES),
    "delegation": dict.fromkeys((*ALL, "INTEGRATION"), PLACES),
    "leaver": {"ADMIN": PLACES},
    "departure": dict.fromkeys(("ADMIN", "AUDITOR"), PLACES),
    "aide": dict.fromkeys((*ALL, "INTEGRATION"), PLACES),
}
