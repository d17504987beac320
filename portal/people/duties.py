"""What each role and seat may do, in words, and how far it sees: from the one table in `roles`."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.people import appointments, roles
from portal.people.models import Appointment, RoleAssignment

# Each as people say it; a test asks for the word of every permission that somebody holds.
WORDS = {
    "archive.dispose": gettext_lazy("dispose of what its period is over for"),
    "archive.place_hold": gettext_lazy("place legal holds"),
    "archive.redact": gettext_lazy("redact words"),
    "archive.view_keeping": gettext_lazy("read what is kept how long"),
    "archive.view_personal": gettext_lazy("read what is held on a person"),
    "assets.change_asset": gettext_lazy("change assets"),
    "assets.keep_exploited": gettext_lazy("bring the list of exploited vulnerabilities in, and settle what it may mean"),
    "assets.release_scan": gettext_lazy("release or discard scans in quarantine"),
    "assets.settle_discovery": gettext_lazy("accept or ignore what discovery proposes"),
    "assets.take_in_discovery": gettext_lazy("take in discovery files"),
    "assets.view_asset": gettext_lazy("read assets"),
    "assets.view_discoveryrun": gettext_lazy("read discovery runs"),
    "attention.answer_review": gettext_lazy("answer reviews"),
    "attention.view_inbox": gettext_lazy("have an inbox"),
    "attention.view_review": gettext_lazy("read reviews"),
    "board.answer_question": gettext_lazy("answer questions of the board for their office"),
    "board.ask_question": gettext_lazy("ask questions on a board pack"),
    "board.prepare_pack": gettext_lazy("prepare board packs"),
    "board.view_dashboard": gettext_lazy("open Today"),
    "board.view_pack": gettext_lazy("read board packs"),
    "change.change_initiative": gettext_lazy("change initiatives and plan changes"),
    "change.change_spend": gettext_lazy("keep the ledger of what is paid"),
    "change.confirm_saving": gettext_lazy("confirm savings for finance"),
    "change.draft_edition": gettext_lazy("draft what gates ask from now on"),
    "change.view_initiative": gettext_lazy("read initiatives and the change calendar"),
    "change.view_spend": gettext_lazy("read the ledger of what is paid"),
    "compliance.answer_finding": gettext_lazy("agree on corrective actions and say that they are done"),
    "compliance.change_statement": gettext_lazy("write the statement of applicability"),
    "compliance.import_catalog": gettext_lazy("bring frameworks in"),
    "compliance.map_control": gettext_lazy("say which control answers what"),
    "compliance.open_profile": gettext_lazy("open profiles and set their targets"),
    "compliance.plan_audit": gettext_lazy("plan and conclude internal audits"),
    "compliance.rate_practice": gettext_lazy("rate practices for their office"),
    "compliance.view_framework": gettext_lazy("read frameworks, profiles and coverage"),
    "compliance.write_finding": gettext_lazy("write what an internal audit found, and verify corrective actions"),
    "people.ask_factor": gettext_lazy("ask everybody for a second factor"),
    "people.assign_role": gettext_lazy("give and end roles"),
    "people.change_organisation": gettext_lazy("change the settings of the organisation"),
    "people.change_unit": gettext_lazy("found, rename, move and entrust units"),
    "people.change_user": gettext_lazy("invite people and tend their accounts"),
    "people.hand_over": gettext_lazy("hand over what a leaver holds"),
    "people.issue_token": gettext_lazy("issue tokens"),
    "people.manage_delegations": gettext_lazy("name and end delegates of others"),
    "people.name_aide": gettext_lazy("name who prepares for and advises the seat"),
    "people.name_delegate": gettext_lazy("name a delegate"),
    "people.settle_appointment": gettext_lazy("propose and confirm changes of seats"),
    "people.use_admin": gettext_lazy("use the administration"),
    "people.view_access": gettext_lazy("ask why somebody sees something"),
    "people.view_proposal": gettext_lazy("read changes of seats"),
    "people.view_user": gettext_lazy("read e-mail addresses"),
    "record.view_auditentry": gettext_lazy("read the record"),
    "risks.activate_plan": gettext_lazy("activate response plans"),
    "risks.add_evidence": gettext_lazy("add evidence"),
    "risks.add_reading": gettext_lazy("add readings of indicators"),
    "risks.approve_treatment": gettext_lazy("approve treatments of others"),
    "risks.arbitrate": gettext_lazy("decide where the offices differ"),
    "risks.change_control": gettext_lazy("change controls"),
    "risks.change_indicator": gettext_lazy("change indicators"),
    "risks.change_loss": gettext_lazy("estimate losses in money"),
    "risks.change_risk": gettext_lazy("change risks"),
    "risks.change_treatment": gettext_lazy("plan treatments"),
    "risks.close_risk": gettext_lazy("close risks"),
    "risks.draft_formula": gettext_lazy("draft versions of the formula"),
    "risks.log_incident": gettext_lazy("log incidents"),
    "risks.log_risk": gettext_lazy("log risks"),
    "risks.plan_response": gettext_lazy("write response plans and hold exercises"),
    "risks.propose_authority": gettext_lazy("propose who may accept what"),
    "risks.propose_exception": gettext_lazy("propose, extend and close exceptions"),
    "risks.raise_concern": gettext_lazy("raise concerns"),
    "risks.rate_risk": gettext_lazy("rate risks for an office"),
    "risks.retry_score": gettext_lazy("have scores tried again that could not be computed"),
    "risks.set_appetite": gettext_lazy("say what is carried and still accepted"),
    "risks.settle_concern": gettext_lazy("settle concerns"),
    "risks.triage_concern": gettext_lazy("read who raised a concern without a name"),
    "risks.view_control": gettext_lazy("read controls"),
    "risks.view_exception": gettext_lazy("read exceptions and who may accept what"),
    "risks.view_incident": gettext_lazy("read incidents"),
    "risks.view_indicator": gettext_lazy("read indicators"),
    "risks.view_loss": gettext_lazy("read losses in money"),
    "risks.view_recompute": gettext_lazy("watch scores being computed"),
    "risks.view_responseplan": gettext_lazy("read response plans"),
    "risks.view_risk": gettext_lazy("read risks"),
    "risks.view_score": gettext_lazy("read scores"),
    "risks.view_treatment": gettext_lazy("read treatments"),
    "sign_on.keep_directory": gettext_lazy("keep people and groups as the directory does"),
    "signing.sign": gettext_lazy("sign or refuse for their office, with a fresh second factor"),
    "signing.view_signature": gettext_lazy("read who signed what"),
    "talk.attach": gettext_lazy("lay files beside things"),
    "talk.comment": gettext_lazy("comment"),
    "talk.merge": gettext_lazy("merge duplicates"),
    "together.add_culturecount": gettext_lazy("bring in counts of a department"),
    "together.add_goalreading": gettext_lazy("add readings of goals"),
    "together.arbitrate": gettext_lazy("settle where the two leaders differ"),
    "together.ask_decision": gettext_lazy("ask for decisions"),
    "together.change_goal": gettext_lazy("change goals and themes"),
    "together.mark_privileged": gettext_lazy("mark decisions as privileged"),
    "together.meet_condition": gettext_lazy("say that a condition is met"),
    "together.note_outcome": gettext_lazy("note what came of a decision"),
    "together.propose_charter": gettext_lazy("propose a charter"),
    "together.publish_achievement": gettext_lazy("publish achievements"),
    "together.say_alignment": gettext_lazy("agree that alignment is published"),
    "together.say_culture": gettext_lazy("agree that culture is measured"),
    "together.state_wish": gettext_lazy("say what their office wants to lead"),
    "together.view_alignment": gettext_lazy("read alignment"),
    "together.view_culture": gettext_lazy("read culture by department"),
    "together.view_decision": gettext_lazy("read decisions"),
    "together.view_goal": gettext_lazy("read goals and achievements"),
    "together.view_meeting": gettext_lazy("read meetings of the two leaders"),
    "workbench.define_field": gettext_lazy("define fields of their own"),
    "workbench.import": gettext_lazy("bring sheets in"),
    "workbench.keep_tags": gettext_lazy("rename and merge tags"),
    "workbench.share_view": gettext_lazy("share views of lists"),
}


@dataclass(frozen=True)
class Duty:
    """One role or seat: what it may do and what it reads, how far it sees, and by how many it is held."""

    name: str
    label: str
    is_seat: bool
    does: Sequence[str]
    reads: Sequence[str]
    sees: Sequence[str]
    holders: int


def table() -> list[Duty]:
    """All of them, seats first. Three queries."""
    held = dict(RoleAssignment.objects.filter(ended_at=None).values_list("role").annotate(Count("user", distinct=True)))
    filled = appointments.filled()
    labels = {**dict(Appointment.Seat.choices), **dict(RoleAssignment.Role.choices)}
    seats = set(Appointment.Seat.values)
    return [
        Duty(
            name=name,
            label=str(labels[name]),
            is_seat=name in seats,
            does=sorted(word(one) for one in roles.PERMISSIONS[name] if not _is_reading(one)),
            reads=sorted(word(one) for one in roles.PERMISSIONS[name] if _is_reading(one)),
            sees=_sees(name),
            holders=int(name in filled) if name in seats else held.get(name, 0),
        )
        for name in labels
        if name in roles.PERMISSIONS
    ]


def word(permission: str) -> str:
    """A permission as people say it."""
    return str(WORDS[permission])


def _is_reading(permission: str) -> bool:
    return permission.partition(".")[2].startswith("view_")


def _sees(name: str) -> list[str]:
    found = []
    if name in roles.EVERYWHERE:
        found.append(_("The whole organisation."))
    elif name in roles.SEES_UNITS:
        found.append(_("The units it is given for, and everything below them."))
    else:
        found.append(_("What they logged, own or are named on."))
    if name in roles.OPENS_CONFIDENTIAL:
        found.append(_("What is confidential as well."))
    if name in roles.NEVER_SEATED:
        found.append(_("Whoever holds it never fills a seat."))
    return found
