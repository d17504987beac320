"""Estimates of losses in the registry, and the loss of a risk on its page."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.archive import changes
from risks import loss_card, loss_scenarios

FIELDS = {
    "stage": _("Stage"),
    "often": _("How the number of events is estimated"),
    "low_per_year": _("Events a year, low"),
    "mode_per_year": _("Events a year, likeliest"),
    "high_per_year": _("Events a year, high"),
    "vulnerability_share": _("Share of attempts that succeeds"),
    "secondary_share": _("Chance of a secondary loss"),
    "losses": _("Losses of an event"),
    "source": _("Source of the number of events"),
    "estimated_by": _("Estimated by"),
    "estimated_on": _("Estimated"),
}
VERBS = {
    "loss.estimated": _("Estimated"),
    "loss.changed": _("Estimated anew"),
    "loss.dropped": _("Taken back"),
}


def _material(scenario):
    fields = ("risk_id", "stage", *loss_scenarios.FIELDS)
    return {field: getattr(scenario, field) for field in fields}


subjects.register(
    subjects.Subject(
        kind="loss-scenario",
        model="risks.LossScenario",
        word=_("estimate of a loss"),
        plural=_("estimates of losses"),
        resource="loss-scenarios",
        url=lambda scenario: reverse("risks:loss", args=[scenario.risk_id, scenario.stage]),
        label=str,
        material=_material,
        related=("risk__unit",),
    )
)
changes.words("loss-scenario", fields=FIELDS, verbs=VERBS)
subjects.add_panel("risk", "loss", "risks/losses/_panel.html", loss_card.panel, order=8)
