"""The list of decisions: what can be shown, filtered and taken out. What seats sign is not changed in a table."""

from django.utils.translation import gettext_lazy as _

from governance.together import decision_book
from portal.workbench import listed
from portal.workbench.listed import Filter

listed.register(
    listed.Listed(
        kind="decision",
        permission="together.view_decision",
        page="together:decisions",
        find=decision_book.found,
        sort="-number",
        columns=(
            listed.text("number", _("No."), sort="id"),
            listed.text("title", _("Decision")),
            listed.choice("state", _("State")),
            listed.choice("outcome", _("How")),
            listed.unit("unit", _("Where")),
            listed.person("asked_by", _("Asked by")),
            listed.text("decide_by", _("Decide by")),
            listed.text("touches_safety", _("Touches safety"), groups=True),
            listed.text("question", _("Question"), sort="", stands=False),
            listed.text("context", _("Context"), sort="", stands=False),
            listed.text("proposed_option", _("Option asked for"), groups=True, stands=False),
            listed.text("is_confidential", _("Confidential"), groups=True, stands=False),
            listed.text("asked_at", _("Asked"), stands=False),
            listed.text("opened_at", _("Put"), stands=False),
            listed.text("decided_at", _("Decided"), stands=False),
        ),
        filters=(Filter("view", _("View"), decision_book.views, otherwise="open"),),
    )
)
