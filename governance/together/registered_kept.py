"""What is kept of every decision when a day begins."""

from django.utils.translation import gettext_lazy as _

from governance.together.models import Decision
from portal.archive import looking_back
from portal.archive.looking_back import Fact

looking_back.register(
    looking_back.Kept(
        kind="decision",
        permission="together.view_decision",
        list_name="together:decisions",
        page="together:decision",
        facts=(
            Fact("number", "number"),
            Fact("state", "state", _("State"), words=dict(Decision.State.choices), brief=True),
            Fact("outcome", "outcome", _("How it came about"), words=dict(Decision.Outcome.choices), brief=True),
            Fact("option", "proposed_option", _("Option asked for"), brief=True),
            Fact("unit", "unit_id", _("Where"), "unit", brief=True),
            Fact("asked_by", "asked_by_id", _("Asked by"), "person"),
            Fact("opened_at", "opened_at", _("Put to the seats"), "day"),
            Fact("decide_by", "decide_by", _("Wanted by"), "day"),
            Fact("differs_since", "differs_since", _("The offices differed since"), "day", brief=True),
            Fact("escalated_at", "escalated_at", _("The arbiter was asked"), "day"),
            Fact("decided_at", "decided_at", _("Decided"), "day", brief=True),
            Fact("stale_since", "stale_since", _("Stale since"), "day", brief=True),
            Fact("confirmed_at", "confirmed_at", _("Signed anew"), "day"),
            Fact("archived_at", "archived_at"),
        ),
        stands=lambda facts: facts["archived_at"] is None and facts["state"] in (Decision.State.OPEN, Decision.State.DECIDED),
        texts=(("question", _("Question")), ("context", _("Context")), ("arbiter_reason", _("What decided it for the arbiter"))),
    )
)
