"""Incidents in the registry, and what attention, history and leaving ask of them."""

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.archive import changes
from portal.attention import news
from portal.people import holdings
from portal.record import redacting
from portal.workbench import searchable
from risks.models import Incident
from risks.response import incidents, succession
from risks.response.words import INCIDENT_FIELDS, INCIDENT_VERBS

subjects.register(
    subjects.Subject(
        kind="incident",
        model="risks.Incident",
        word=_("incident"),
        plural=_("incidents"),
        resource="incidents",
        page="risks:incident",
        url=lambda incident: reverse("risks:incident", args=[incident.pk]),
        label=str,
        related=("unit",),
    )
)
changes.words("incident", fields=INCIDENT_FIELDS, verbs=INCIDENT_VERBS)
news.word_with(
    incidents.MATERIALISED,
    "risk",
    lambda reminder: _t("This risk came true in an incident. Read what happened, and rate it anew."),
)
news.word_with(
    incidents.LIKELIHOOD_PROPOSED,
    "risk",
    lambda reminder: (
        _t("After an incident likelihood %(level)s is proposed for this risk. Rate it.") % {"level": reminder.params["level"]}
    ),
)
holdings.register(
    holdings.Group(
        key="incidents",
        label=_("Incidents they lead"),
        rows=lambda person: Incident.objects.open().filter(lead=person),
        way=holdings.Way.SUCCESSOR,
        pass_on=lambda row, *, person, successor, actor: incidents.hand_over(
            row, succession.taker(row, successor, actor=actor), actor=actor
        ),
        kind="incident",
        word=_("What is noted stays noted. What the successor may not open passes to a leader."),
        order=41,
    )
)
for name, label, model, field in (
    ("risk_links.proposal_reason", _("Reasons of proposed likelihoods"), "risks.IncidentRisk", "proposal_reason"),
    ("losses.reason", _("Where amounts came from"), "risks.IncidentLoss", "reason"),
):
    redacting.add(redacting.Beside("incident", name, label, model, field, rows=lambda _kind, pk: {"incident": pk}))

searchable.register(
    searchable.Searchable("incident", label=["title"], words=["description", "summary", "external_id"], number="number")
)
