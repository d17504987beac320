"""The lists of incidents and response plans: what can be shown, filtered, taken out and changed."""

from django.utils.translation import gettext_lazy as _

from portal.web import shown
from portal.workbench import editing, listed
from portal.workbench.listed import Column, Filter
from risks import owning
from risks.response import incident_book, incidents, plan_book, plans

NOBODY = _("Nobody yet")

listed.register(
    listed.Listed(
        kind="incident",
        permission="risks.view_incident",
        page="risks:incidents",
        find=incident_book.found,
        write_permission="risks.log_incident",
        change=incidents.change,
        editable=(
            editing.words("title", _("Incident"), incidents.LONGEST_TITLE),
            editing.place("unit", _("Where")),
            editing.person("lead", _("Lead"), owning.owners, blank=NOBODY),
        ),
        hidden=incident_book.hidden_count,
        sort="-number",
        columns=(
            listed.text("number", _("No."), sort="id"),
            listed.text("title", _("Incident")),
            Column("stage", _("Stage"), incident_book.stage_word),
            listed.unit("unit", _("Where")),
            listed.person("lead", _("Lead")),
            listed.text("noticed_at", _("Noticed")),
            listed.number("total_loss", _("Loss"), sort="", say=shown.money_exact),
            listed.text("is_confidential", _("Confidential"), groups=True, stands=False),
            listed.text("description", _("What happened"), sort="", stands=False),
            listed.text("occurred_at", _("Happened"), stands=False),
            listed.text("contained_at", _("Contained"), stands=False),
            listed.text("closed_at", _("Closed"), stands=False),
            listed.text("summary", _("What became of it"), sort="", stands=False),
        ),
        filters=(Filter("view", _("View"), incident_book.views, otherwise="open"),),
    )
)
listed.register(
    listed.Listed(
        kind="response-plan",
        permission="risks.view_responseplan",
        page="risks:plans",
        find=plan_book.found,
        hidden=plan_book.hidden_count,
        write_permission="risks.plan_response",
        change=plans.change,
        editable=(
            editing.words("name", _("Scenario"), 200),
            editing.place("unit", _("Where")),
            editing.person("owner", _("Keeper"), owning.owners),
            editing.whole("review_every_days", _("Review every [days]"), 1, 366),
        ),
        columns=(
            listed.text("number", _("No."), sort="id"),
            listed.text("name", _("Scenario")),
            listed.unit("unit", _("Where")),
            listed.person("owner", _("Keeper")),
            listed.text("is_in_force", _("In force"), sort=""),
            listed.text("is_live", _("At work now"), sort=""),
            listed.text("review_due_on", _("Next review"), sort=""),
            listed.text("exercised_at", _("Last tried"), sort=""),
            listed.text("exercise_on", _("Next exercise"), sort="", stands=False),
            listed.number("review_every_days", _("Review every [days]"), groups=True, stands=False),
            listed.text("opened_at", _("Opened"), stands=False),
        ),
        filters=(Filter("view", _("View"), plan_book.views, otherwise="current"),),
    )
)
