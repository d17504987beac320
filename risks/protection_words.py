"""How the fields of controls and treatments are called, and what their verbs did."""

from django.utils.translation import gettext_lazy as _

CONTROL_FIELDS = {
    "name": _("Name"),
    "description": _("What it does"),
    "office": _("Office"),
    "owner": _("Owner"),
    "unit": _("Where"),
    "design_effectiveness": _("Effective by design"),
    "operating_effectiveness": _("Effective in operation"),
    "yearly_cost": _("Cost a year"),
    "state": _("State"),
    "retiring_reason": _("Why it was retired"),
}
CONTROL_VERBS = {
    "control.registered": _("Registered"),
    "control.changed": _("Changed"),
    "control.retired": _("Retired"),
    "evidence.added": _("Evidence added"),
    "evidence.taken_back": _("Evidence taken back"),
}
TREATMENT_FIELDS = {
    "title": _("What is done"),
    "reason": _("Why this way"),
    "kind": _("Way"),
    "owner": _("Owner"),
    "due_on": _("Due"),
    "likelihood_level": _("Likelihood after it"),
    "financial_level": _("Financial impact after it"),
    "operational_level": _("Operational impact after it"),
    "safety_level": _("Safety impact after it"),
    "legal_level": _("Legal impact after it"),
    "reputation_level": _("Reputation impact after it"),
    "state": _("State"),
    "proposed_by": _("Proposed by"),
    "proposed_at": _("Proposed"),
    "decided_by": _("Decided by"),
    "decided_at": _("Decided"),
    "deciding_reason": _("Why it was decided so"),
    "done_by": _("Done by"),
    "done_at": _("Done"),
}
TREATMENT_VERBS = {
    "treatment.proposed": _("Proposed"),
    "treatment.changed": _("Changed, and proposed anew"),
    "treatment.approved": _("Approved"),
    "treatment.refused": _("Refused"),
    "treatment.reopened": _("Waits again: the risk is accepted no more"),
    "treatment.withdrawn": _("Withdrawn"),
    "treatment.step_done": _("Step done"),
    "treatment.done": _("Done"),
    "treatment.handed_over": _("Handed over"),
}
