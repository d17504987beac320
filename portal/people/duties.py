"""What each role and seat may do, in words, and how far it sees: from the one table in `roles`."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.people import appointments, roles
from portal.people.models import Appointment, RoleAssignment

# What the name of a permission does not say by itself.
WORDS = {
    "archive.dispose": gettext_lazy("dispose of what its period is over for"),
    "archive.place_hold": gettext_lazy("place legal holds"),
    "archive.redact": gettext_lazy("redact words"),
    "archive.view_keeping": gettext_lazy("read what is kept how long"),
    "archive.view_personal": gettext_lazy("read what is held on a person"),
    "assets.change_asset": gettext_lazy("change assets"),
    "compliance.answer_finding": gettext_lazy("agree on corrective actions and say that they are done"),
    "compliance.plan_audit": gettext_lazy("plan and conclude internal audits"),
    "compliance.write_finding": gettext_lazy("write what an internal audit found, and verify corrective actions"),
    "people.ask_factor": gettext_lazy("ask everybody for a second factor"),
    "people.change_organisation": gettext_lazy("change the settings of the organisation"),
    "people.change_user": gettext_lazy("invite people and tend their accounts"),
    "risks.change_risk": gettext_lazy("change risks"),
    "risks.set_appetite": gettext_lazy("say what is carried and still accepted"),
    "risks.close_risk": gettext_lazy("close risks"),
    "workbench.import": gettext_lazy("bring sheets in"),
    "workbench.share_view": gettext_lazy("share views of lists"),
    "assets.settle_discovery": gettext_lazy("accept or ignore what discovery proposes"),
    "assets.take_in_discovery": gettext_lazy("take in discovery files"),
    "assets.view_discoveryrun": gettext_lazy("read discovery runs"),
    "attention.answer_review": gettext_lazy("answer reviews"),
    "attention.view_inbox": gettext_lazy("have an inbox"),
    "attention.view_review": gettext_lazy("read reviews"),
    "board.view_dashboard": gettext_lazy("open Today"),
    "people.assign_role": gettext_lazy("give and end roles"),
    "people.change_unit": gettext_lazy("found, rename, move and entrust units"),
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
    "risks.arbitrate": gettext_lazy("decide where the offices differ"),
    "risks.log_risk": gettext_lazy("log risks"),
    "risks.raise_concern": gettext_lazy("raise concerns"),
    "risks.settle_concern": gettext_lazy("settle concerns"),
    "risks.triage_concern": gettext_lazy("read who raised a concern without a name"),
    "risks.rate_risk": gettext_lazy("rate risks for an office"),
    "risks.propose_authority": gettext_lazy("propose who may accept what"),
    "risks.propose_exception": gettext_lazy("propose, extend and close exceptions"),
    "risks.change_loss": gettext_lazy("estimate losses in money"),
    "risks.view_loss": gettext_lazy("read losses in money"),
    "risks.view_exception": gettext_lazy("read exceptions and who may accept what"),
    "signing.sign": gettext_lazy("sign or refuse for their office, with a fresh second factor"),
    "signing.view_signature": gettext_lazy("read who signed what"),
    "risks.view_recompute": gettext_lazy("watch scores being computed"),
    "risks.retry_score": gettext_lazy("have scores tried again that could not be computed"),
    "risks.view_risk": gettext_lazy("read risks"),
    "risks.view_score": gettext_lazy("read scores"),
    "assets.view_asset": gettext_lazy("read assets"),
}
_VERBS = {"view": gettext_lazy("read %s"), "change": gettext_lazy("change %s"), "close": gettext_lazy("close %s")}


@dataclass(frozen=True)
class Duty:
    """One role or seat: what it may do, how far it sees, and by how many it is held."""

    name: str
    label: str
    is_seat: bool
    may: Sequence[str]
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
            may=sorted(word(permission) for permission in roles.PERMISSIONS[name]),
            sees=_sees(name),
            holders=int(name in filled) if name in seats else held.get(name, 0),
        )
        for name in labels
        if name in roles.PERMISSIONS
    ]


def word(permission: str) -> str:
    """A permission as people say it; one that nobody worded speaks by its own name."""
    if permission in WORDS:
        return str(WORDS[permission])
    verb, _space, noun = permission.partition(".")[2].partition("_")
    noun = noun.replace("_", " ")
    return str(_VERBS[verb]) % noun if verb in _VERBS else f"{verb} {noun}".strip()


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
