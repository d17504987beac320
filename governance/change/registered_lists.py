"""The list of initiatives: what can be shown, filtered, taken out, and changed in many rows; the stage is not among it."""

from django.utils.translation import gettext_lazy as _

from governance.change import initiative_book, initiatives, wanted
from governance.change.forms.initiatives import SET_BY_HAND
from governance.change.models import Initiative, Stage
from portal.web import shown
from portal.workbench import editing, listed, offered
from portal.workbench.listed import Filter
from risks import owning

listed.register(
    listed.Listed(
        kind="initiative",
        permission="change.view_initiative",
        page="change:initiatives",
        find=initiative_book.found,
        write_permission="change.change_initiative",
        change=initiatives.change,
        editable=(
            editing.words("title", _("Initiative"), wanted.LONGEST_TITLE),
            editing.person("owner", _("Owner"), owning.owners),
            editing.choice("status", _("Standing"), SET_BY_HAND),
            editing.day("live_on", _("Live on"), required=False),
            editing.money("budget", _("Budget")),
        ),
        sort="-number",
        columns=(
            listed.text("number", _("No."), sort="id"),
            listed.text("title", _("Initiative")),
            listed.choice("kind", _("Kind")),
            listed.choice("stage", _("Stage")),
            listed.choice("status", _("Standing")),
            listed.unit("unit", _("Where")),
            listed.person("owner", _("Owner")),
            listed.text("live_on", _("Live on")),
            listed.number("budget", _("Budget"), say=shown.money_exact),
            listed.number("spent", _("Spent"), say=shown.money_exact, stands=False),
            listed.text("spent_on", _("Counted up to"), stands=False),
            listed.number("benefit_per_year", _("Worth in a year"), say=shown.money_exact, stands=False),
            listed.person("sponsor", _("Sponsor"), stands=False),
            listed.person("security_lead", _("Speaks for security"), stands=False),
            listed.text("stage_since", _("In this stage since"), stands=False),
            listed.text("starts_on", _("Starts"), stands=False),
            listed.text("is_purchase", _("Something is bought"), groups=True, stands=False),
            listed.text("touches_safety", _("People could be hurt"), groups=True, stands=False),
            listed.text("purpose", _("What it is for"), sort="", stands=False),
            listed.text("proposed_at", _("Proposed"), stands=False),
            listed.number("undeclared_count", _("Seen and not declared"), stands=False),
            listed.number("late_gates", _("Gates past security's promise"), stands=False),
        ),
        filters=(
            Filter("view", _("View"), initiative_book.views, otherwise="under_way"),
            Filter("kind", _("Kind"), lambda user: Initiative.Kind.choices),
            Filter("stage", _("Stage"), lambda user: Stage.choices, asked=False),
            Filter("lacks", _("Lacking"), initiative_book.lackings, asked=False),
            Filter("unit", _("Where"), offered.units, asked=False),
        ),
    )
)
