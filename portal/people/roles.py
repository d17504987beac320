"""What each role and each seat may do: the one table. A permission is "<app>.<verb>_<noun>"."""

READING = frozenset(
    {
        "assets.view_asset",
        "assets.view_discoveryrun",
        "risks.view_risk",
        "risks.view_score",
        "risks.view_control",
        "risks.view_indicator",
        "risks.view_treatment",
        "risks.view_exception",
        "risks.view_loss",
        "risks.view_incident",
        "risks.view_responseplan",
        "board.view_dashboard",
        "attention.view_review",
        "signing.view_signature",
        "compliance.view_framework",
        "together.view_decision",
        "change.view_initiative",
        "change.view_spend",
        "together.view_goal",
        "board.view_pack",
        "together.view_alignment",
    }
)
# Controls with their evidence, indicators with their readings, and plans; deciding on a plan is for the seats.
PROTECTING = frozenset({"risks.change_control", "risks.add_evidence", "risks.change_treatment", "compliance.map_control"})
PROTECTING |= {"risks.change_indicator", "risks.add_reading", "risks.change_loss"}
# How well a requirement is practised, and how well it should be.
PRACTISING = frozenset({"compliance.rate_practice"})
LOGGING = frozenset({"risks.log_risk", "risks.raise_concern"})
TRIAGING = frozenset({"risks.settle_concern", "risks.triage_concern"})  # concerns, and the names of who wished not to be named
DRAFTING = frozenset({"risks.draft_formula"})  # versions of the score's formula; CIO and CISO sign them
GATING = frozenset({"change.draft_edition"})  # what gates ask next; CIO and CISO sign it
EXCEPTING = frozenset({"risks.propose_exception"})
# What happened: log it, lead it, say what it cost; the plans for it, and acting by them.
NOTING = frozenset({"risks.log_incident"})
RESPONDING = NOTING | {"risks.plan_response", "risks.activate_plan"}
IMPORTING = frozenset({"workbench.import"})
SHARING = frozenset({"workbench.share_view"})  # a view of a list with a unit, a role or everybody
TAKING = frozenset({"together.add_goalreading"})  # what the measures of goals say
AIMING = TAKING | {"together.change_goal"}  # goals that both sign
SHARING |= {"workbench.keep_tags"}  # the words that things of any kind may bear
DECIDING = frozenset({"together.ask_decision", "together.meet_condition"})
CHANGING = frozenset({"change.change_initiative", "change.change_spend"})  # what is under way, and its way through the gates
# Catalogs of requirements, and what corresponds between them.
MAPPING = frozenset({"compliance.import_catalog", "compliance.open_profile", "compliance.change_statement"})
# Internal audits: planning them, writing what they found, and doing something about it. Whoever writes findings verifies, too.
AUDITING = frozenset({"compliance.plan_audit", "compliance.write_finding"})
MENDING = frozenset({"compliance.answer_finding"})
COUNTING = frozenset({"together.add_culturecount"})  # what is counted by department elsewhere; no role reads it row by row
ANSWERING = frozenset(
    {"together.view_culture", "attention.view_review", "attention.answer_review", "attention.view_inbox", "people.name_delegate"}
)

# The list of known exploited vulnerabilities and our rules for reading it, which hold for the whole organisation.
WATCHING = frozenset({"assets.keep_exploited"})

# Say something about what one may open, and lay a file beside it.
TALKING = frozenset({"talk.comment", "talk.attach"})

# Make one of two that tell of the same thing; each kind asks for its own permission beside.
MERGING = frozenset({"talk.merge"})

# What the board and others read: packs are prepared by the leaders and whoever prepares for them; both seats sign.
PACKING = frozenset({"board.prepare_pack"})

# What goes with any seat.
SEATED = frozenset({"people.view_proposal", "people.name_aide", "signing.sign"})

# The record's own keeping: retention, legal holds, redaction.
KEEPING = frozenset({"archive.view_keeping", "archive.place_hold", "archive.redact"})

LEADER = READING | LOGGING | ANSWERING | IMPORTING | KEEPING | TALKING | MERGING
LEADER |= COUNTING | SHARING | SEATED | EXCEPTING | DRAFTING | PROTECTING | MAPPING | PRACTISING | DECIDING | CHANGING | WATCHING
LEADER |= {"compliance.plan_audit", *MENDING}  # findings are for auditors to write
LEADER |= {"assets.release_scan"}  # what was scanned in a safety zone without a permit
LEADER |= {"risks.approve_treatment", "risks.propose_authority", "risks.set_appetite"}
PAIR = frozenset(
    {
        "together.say_alignment",
        "together.say_culture",
        "together.view_meeting",
        "together.note_outcome",
        "together.publish_achievement",
    }
)  # whether alignment is measured; their meeting
LEADER |= RESPONDING | AIMING | {"together.propose_charter", "together.state_wish"}
LEADER |= PACKING | GATING | {"board.answer_question"}
LEADER |= {"people.ask_factor"}  # of everybody, from a day on
LEADER |= {"risks.change_risk", "risks.rate_risk", "risks.close_risk", "assets.change_asset", "record.view_auditentry"}

PERMISSIONS: dict[str, frozenset[str]] = {
    # seats
    "CIO": LEADER | PAIR,
    "CISO": LEADER | PAIR | {"risks.settle_concern"},  # so that none lies where no analyst is; without the names
    "CSO": LEADER,
    "ARBITER": SEATED
    | READING
    | ANSWERING
    | TALKING
    | {"record.view_auditentry", "people.settle_appointment", "risks.arbitrate", "together.arbitrate", "change.confirm_saving"},
    # roles
    "PREPARER": READING
    | LOGGING
    | DECIDING
    | AIMING
    | DRAFTING
    | GATING
    | TALKING
    | PACKING
    | {"attention.view_inbox", "together.view_meeting", "together.view_culture"},
    "COUNSEL": READING
    | TALKING
    | {"together.mark_privileged", "attention.view_inbox", "archive.view_keeping", "archive.place_hold"},
    "BOARD": frozenset(
        {"board.view_dashboard", "risks.view_risk", "risks.view_score", "attention.view_inbox"}
        | {"risks.view_exception", "risks.view_loss", "signing.view_signature", "compliance.view_framework"}
        | {"together.view_goal", "together.view_alignment", "board.view_pack", "board.ask_question"}
    ),
    "ANALYST": READING
    | COUNTING
    | WATCHING
    | TRIAGING
    | TALKING
    | TAKING
    | MERGING
    | DRAFTING
    | MENDING
    | AUDITING
    | PROTECTING
    | EXCEPTING
    | RESPONDING
    | LOGGING
    | DECIDING
    | CHANGING
    | ANSWERING
    | IMPORTING
    | SHARING
    | MAPPING
    | PRACTISING
    | {
        "risks.change_risk",
        "risks.rate_risk",
        "risks.close_risk",
        "assets.change_asset",
        "risks.view_recompute",
        "risks.retry_score",
        "assets.settle_discovery",
        "assets.take_in_discovery",
    },
    "OWNER": READING
    | TALKING
    | TAKING
    | MENDING
    | PROTECTING
    | PRACTISING
    | EXCEPTING
    | DECIDING
    | CHANGING
    | RESPONDING
    | LOGGING
    | ANSWERING
    | {"risks.change_risk", "risks.rate_risk", "signing.sign"},
    "HEAD": READING
    | TALKING
    | TAKING
    | MERGING
    | MENDING
    | PROTECTING
    | PRACTISING
    | EXCEPTING
    | DECIDING
    | CHANGING
    | RESPONDING
    | LOGGING
    | ANSWERING
    | IMPORTING
    | SHARING
    | {"risks.change_risk", "risks.rate_risk", "assets.change_asset", "signing.sign", "change.confirm_saving"},
    "ENGINEER": READING
    | TALKING
    | MERGING
    | MENDING
    | PROTECTING
    | PRACTISING
    | EXCEPTING
    | DECIDING
    | CHANGING
    | RESPONDING
    | LOGGING
    | ANSWERING
    | {"assets.change_asset", "assets.take_in_discovery", "assets.settle_discovery", "risks.change_risk", "risks.rate_risk"},
    "COLLEAGUE": frozenset(
        {"board.view_dashboard", "risks.raise_concern", "risks.view_risk", "risks.view_score", "attention.view_inbox", *TALKING}
        | {"board.view_pack"}
    ),
    "AUDITOR": READING
    | {
        "compliance.write_finding",  # the one thing an auditor writes
        "record.view_auditentry",
        "archive.view_keeping",
        "attention.view_inbox",
        "risks.view_recompute",
        "people.view_proposal",
        "people.view_access",
        "together.view_culture",
    },
    "ADMIN": frozenset(
        {
            "people.use_admin",
            "people.ask_factor",
            "people.change_organisation",
            "people.view_user",
            "people.change_user",
            "people.issue_token",
            "people.view_proposal",
            "people.settle_appointment",
            "people.manage_delegations",
            "people.name_delegate",
            "people.view_access",
            "people.hand_over",
            "people.assign_role",
            "people.change_unit",
            "archive.dispose",
            "webhooks.change_webhook",
            "workbench.define_field",
            "workbench.keep_tags",
            "archive.view_personal",
            *KEEPING,
            *TALKING,
            "risks.view_recompute",
            "risks.retry_score",
            "record.view_auditentry",
            "board.view_dashboard",
            "attention.view_inbox",
        }
    ),
    "INTEGRATION": READING
    | COUNTING
    | WATCHING
    | TALKING
    | TAKING
    | MERGING
    | PROTECTING
    | NOTING
    | LOGGING
    | IMPORTING
    | MAPPING
    | PRACTISING
    | CHANGING
    | {"risks.change_risk", "assets.change_asset", "assets.take_in_discovery", "assets.settle_discovery", "sign_on.keep_directory"},
}

# They see the whole organisation, whatever unit the role names; confidential risks only where the table of access says so.
EVERYWHERE = frozenset({"CIO", "CISO", "CSO", "ARBITER", "PREPARER", "COUNSEL", "BOARD", "AUDITOR"})
# Only leaders open a confidential risk without being named on it.
OPENS_CONFIDENTIAL = frozenset({"CIO", "CISO", "CSO"})
# They see the register of their units; the others see what they logged, own or are named on.
SEES_UNITS = frozenset({"ANALYST", "OWNER", "HEAD", "ENGINEER", "INTEGRATION"})
# Whoever holds one of these never sits in a seat.
NEVER_SEATED = frozenset({"AUDITOR", "ADMIN", "PREPARER", "INTEGRATION"})
# They act for the organisation or over its accounts: nothing opens to them without a second factor.
NEED_FACTOR = frozenset({"CIO", "CISO", "CSO", "ARBITER", "ADMIN"})
