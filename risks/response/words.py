"""How the fields and acts of response are called in histories."""

from django.utils.translation import gettext_lazy as _

INCIDENT_FIELDS = {
    "title": _("What happened"),
    "description": _("Description"),
    "unit": _("Where"),
    "lead": _("Lead"),
    "is_confidential": _("Confidential"),
    "occurred_at": _("Began"),
    "noticed_at": _("Noticed"),
    "contained_at": _("Contained"),
    "closed_at": _("Closed"),
    "summary": _("Summary"),
    "reported_by": _("Reported by"),
    "known_at": _("Logged"),
}
INCIDENT_VERBS = {
    "incident.logged": _("Logged"),
    "incident.changed": _("Changed"),
    "incident.contained": _("Contained"),
    "incident.closed": _("Closed"),
    "incident.loss_noted": _("Noted what it cost"),
    "incident.likelihood_proposed": _("Proposed a likelihood"),
    "incident.materialised": _("Marked a risk as materialised"),
    "incident.handed_over": _("Handed over"),
    "risk.materialised": _("Came true in an incident"),
    "risk.likelihood_proposed": _("An incident proposed a likelihood"),
}
PLAN_FIELDS = {
    "name": _("Scenario"),
    "unit": _("Where"),
    "owner": _("Kept by"),
    "review_every_days": _("Days between reviews"),
    "opened_by": _("Opened by"),
    "opened_at": _("Opened"),
    "archived_at": _("Retired"),
}
VERSION_FIELDS = {
    "state": _("Standing"),
    "ordinal": _("Version"),
    "drafted_by": _("Written by"),
    "in_force_at": _("In force since"),
}
PLAN_VERBS = {
    "response_plan.opened": _("Opened"),
    "response_plan.changed": _("Changed"),
    "response_plan.drafted": _("Drafted a new version"),
    "response_plan.written": _("Wrote the draft"),
    "response_plan.proposed": _("Asked both leaders to sign"),
    "response_plan.taken_back": _("Made it a draft again"),
    "response_plan.in_force": _("In force"),
    "response_plan.retired": _("Retired"),
    "response_plan.handed_over": _("Handed over"),
    "response_plan.named_instead": _("Named somebody else, as one left"),
    "response.activated": _("Activated"),
    "response.called_instead": _("Called somebody else, as one left"),
    "response.ticked": _("Ticked"),
    "response.notified": _("Told outside"),
    "response.found_material": _("Found it material or major"),
    "response.noted": _("Noted"),
    "response.ended": _("Ended"),
    "response.contacts_shown": _("Looked at private numbers"),
    "response.clock_warned": _("Told of a clock"),
}
EXERCISE_FIELDS = {
    "title": _("What is tried"),
    "scene": _("Scene"),
    "planned_on": _("Planned for"),
    "lead": _("Lead"),
    "state": _("State"),
    "started_at": _("Started"),
    "ended_at": _("Ended"),
    "summary": _("Summary"),
    "next_due_on": _("Again by"),
    "planned_by": _("Planned by"),
}
EXERCISE_VERBS = {
    "exercise.planned": _("Planned"),
    "exercise.changed": _("Changed"),
    "exercise.started": _("Started"),
    "exercise.fed": _("Fed a note in"),
    "exercise.found": _("Noted a finding"),
    "exercise.gap_treated": _("Made a treatment of a gap"),
    "exercise.ended": _("Ended"),
    "exercise.called_off": _("Called off"),
    "exercise.handed_over": _("Handed over"),
}
