"""The lists of decisions and goals: what can be shown, filtered and taken out. What seats sign is not changed in a table."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from governance.together import decision_book, goal_book
from portal.web import shown
from portal.workbench import listed
from portal.workbench.listed import Column, Filter

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

_OFFICES = (("CIO", "it", _("IT")), ("CISO", "security", _("Security")))
_OF_A_MEASURE = (
    ("name", "", _("measures"), False),
    ("last_value", "_last", _("last reading"), True),
    ("target_value", "_target", _("target"), True),
    ("counted_in", "_counted_in", _("counted in"), False),
    ("start_value", "_start", _("start"), True),
    ("last_on", "_read_on", _("read on"), False),
)


def _measures() -> list[Column]:
    """What each office measures, column by column."""
    return [
        Column(
            f"{key}{ending}",
            format_lazy("{office}: {what}", office=office, what=what),
            goal_book.of_office(seat, name),
            stands=ending in ("", "_last", "_target"),
            is_number=is_number,
            say=shown.measured if is_number else None,
        )
        for seat, key, office in _OFFICES
        for name, ending, what, is_number in _OF_A_MEASURE
    ]


listed.register(
    listed.Listed(
        kind="goal",
        permission="together.view_goal",
        page="together:goals",
        find=goal_book.found,
        sort="due_on",
        columns=(
            listed.text("number", _("No."), sort="id"),
            listed.text("title", _("Goal")),
            listed.text("theme", _("Theme"), "theme.name", groups=True),
            Column("standing", _("Standing"), goal_book.standing),
            *_measures(),
            listed.text("from_on", _("From"), stands=False),
            listed.text("due_on", _("By")),
            listed.text("about", _("About"), sort="", stands=False),
            listed.person("proposed_by", _("Proposed by"), stands=False),
            listed.text("proposed_at", _("Proposed"), stands=False),
            listed.text("shared_at", _("Shared"), stands=False),
            listed.text("archived_at", _("Ended"), stands=False),
            listed.text("ended_because", _("Why it ended"), sort="", stands=False),
        ),
        filters=(
            Filter("view", _("View"), goal_book.views, otherwise="open"),
            Filter("theme", _("Theme"), goal_book.themes),
        ),
    )
)
