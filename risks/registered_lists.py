"""The lists of risks, controls, treatments, exceptions and indicators: what can be shown, filtered, taken out and changed."""

from django.db.models import Case, IntegerField, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.web import shown
from portal.workbench import editing, importable, listed, offered, searchable
from portal.workbench.listed import Choice, Column, Filter
from risks import (
    control_book,
    controls,
    exception_book,
    exceptions,
    import_fields,
    indicator_book,
    indicators,
    listing,
    owning,
    register,
    scales,
    sheet_kinds,
    treatment_book,
    treatments,
    wanted,
    wording,
)
from risks.filters import ACCEPTANCES, NO_BAND
from risks.models import Control, Office, Risk, RiskException, Treatment

NOBODY = _("Nobody yet")
ANYBODY = (("me", _("Mine")), ("none", _("Nobody")))


def _owners(user):
    return [*ANYBODY, *owning.owners().values_list("pk", "name")]


def _said(choice_of):
    return lambda user: choice_of.choices


def _flag(name, label):
    return Filter(name, label, lambda user: [("1", _("yes"))], asked=False)


def _bands(user):
    return [*reversed([(key, word) for key, word in wording.BANDS.items()]), (NO_BAND, _("Not enough data"))]


def _band(stage, label, **options):
    """The band of one stage; the worst is the highest."""
    path = f"score_state.{stage}_band"
    rank = Case(
        *(When(**{path.replace(".", "__"): band.key, "then": Value(place)}) for place, band in enumerate(scales.BANDS, 1)),
        default=Value(0),
        output_field=IntegerField(),
    )

    def read(risk):
        key = listed.at(risk, path)
        return Choice(key, wording.band(key)) if key else None

    return Column(f"{stage}_band", label, read, rank, True, **options)


def _levels():
    """Every level by stage and part, under the names by which an import reads them."""
    for word in import_fields.STAGE_WORDS:
        for part in ("likelihood", *scales.IMPACT_AREAS):
            yield Column(
                f"level_{word}_{part}",
                import_fields.label(word, part),
                _reads_level(word.upper(), f"{part}_level"),
                "",
                stands=False,
                is_number=True,
                beside=("levels",),
            )


def _reads_level(stage, name):
    return lambda risk: next((getattr(row, name) for row in risk.levels.all() if row.stage == stage), None)


def _states(user):
    return [("open", _("open")), ("closed", _("closed")), ("all", _("open and closed"))]


def _acceptance(user):
    words = {"expired": _("expired"), "in_force": _("in force")}
    return [(one, words[one]) for one in ACCEPTANCES]


listed.register(
    listed.Listed(
        kind="risk",
        permission="risks.view_risk",
        page="risks:register",
        find=listing.found,
        hidden=listing.hidden_count,
        sort="-current_score",
        write_permission="risks.change_risk",
        change=register.change,
        open_to=lambda risk, actor: register.check_open(risk),
        editable=(
            editing.words("title", _("What could happen"), wanted.LONGEST_TITLE),
            editing.choice("category", _("Kind"), Risk.Category.choices),
            editing.place("unit", _("Where")),
            editing.person("it_owner", _("IT owner"), owning.owners, blank=NOBODY),
            editing.person("security_owner", _("Security owner"), owning.owners, blank=NOBODY),
            editing.choice("accountable", _("Accountable"), Risk.Accountable.choices, blank=_("The one who is named")),
            editing.whole("review_every_days", _("Review every [days]"), 1, 366),
        ),
        columns=(
            listed.text("number", _("No."), sort="id"),
            listed.text("title", _("What could happen")),
            _band("current", _("Band")),
            listed.number("current_score", _("Score"), "score_state.current_value"),
            listed.text("cause", _("Cause"), sort="", stands=False),
            listed.text("consequence", _("Consequence"), sort="", stands=False),
            listed.text("grounds", _("Grounds"), sort="", stands=False),
            listed.choice("category", _("Kind")),
            listed.unit("unit", _("Where")),
            listed.person("it_owner", _("IT owner")),
            listed.person("security_owner", _("Security owner")),
            listed.choice("accountable", _("Accountable")),
            listed.number("current_likelihood", _("Likelihood"), "score_state.likelihood_level", groups=True, stands=False),
            listed.number("current_impact", _("Impact"), "score_state.impact_level", groups=True, stands=False),
            _band("inherent", _("Band, inherent"), stands=False),
            _band("residual", _("Band, after plan"), stands=False),
            listed.number("residual_score", _("Score, after plan"), "score_state.residual_value", stands=False),
            *_levels(),
            listed.text("is_above_tolerance", _("Above tolerance"), "score_state.is_above_tolerance", sort="", stands=False),
            listed.text("is_confidential", _("Confidential"), groups=True, stands=False),
            listed.choice("state", _("State"), stands=False),
            listed.text("closing_reason", _("Why it was closed"), stands=False),
            listed.text("review_due_on", _("Next review")),
            listed.number("review_every_days", _("Review every [days]"), groups=True, stands=False),
            listed.text("reviewed_on", _("Last reviewed"), stands=False),
            listed.text("logged_at", _("Logged"), stands=False),
            listed.text("source", _("Source"), groups=True, stands=False),
            listed.text("external_id", _("Id in this sheet"), stands=False),
        ),
        filters=(
            Filter("q", _("Find")),
            Filter("state", _("State"), _states, otherwise="open"),
            Filter("band", _("Band"), _bands),
            Filter("unit", _("Where"), offered.units),
            Filter("category", _("Kind"), _said(Risk.Category)),
            Filter("owner", _("Owner"), _owners),
            Filter("acceptance", _("Acceptance"), _acceptance),
            Filter("review", _("Review"), lambda user: [("overdue", _("late")), ("due_soon", _("due soon"))]),
            _flag("above_tolerance", _("Above tolerance")),
            _flag("safety", _("Safety lane")),
            _flag("differ", _("Where we differ")),
            _flag("came_true", _("Came true")),
            *(
                Filter(name, label, asked=False)
                for name, label in (
                    ("stage", _("Stage")),
                    ("likelihood", _("Likelihood")),
                    ("impact", _("Impact")),
                    ("units", _("Units")),
                    ("moved_since", _("Moved since")),
                    ("logged_since", _("Logged since")),
                    ("asset", _("Asset")),
                )
            ),
        ),
    )
)
listed.register(
    listed.Listed(
        kind="control",
        permission="risks.view_control",
        page="risks:controls",
        find=control_book.found,
        write_permission="risks.change_control",
        change=controls.change,
        open_to=lambda control, actor: controls.check_open(control),
        editable=(
            editing.words("name", _("Control"), 200),
            editing.choice("state", _("State"), [(state.value, state.label) for state in controls.BEFORE_RETIREMENT]),
            editing.choice("office", _("Office"), Office.choices),
            editing.place("unit", _("Unit")),
            editing.person("owner", _("Owner"), owning.owners, blank=NOBODY),
            editing.money("yearly_cost", _("Cost a year")),
        ),
        columns=(
            listed.text("number", _("No."), sort="id"),
            listed.text("name", _("Control")),
            listed.choice("state", _("State")),
            listed.choice("office", _("Office")),
            listed.unit("unit", _("Unit")),
            listed.person("owner", _("Owner")),
            listed.number("design_effectiveness", _("Design [share]")),
            listed.number("operating_effectiveness", _("Operation as judged [share]")),
            listed.number("yearly_cost", _("Cost a year"), say=shown.money_exact),
            listed.text("evidence_until", _("Evidence until"), sort=""),
            listed.text("description", _("How it works"), sort="", stands=False),
            listed.text("registered_at", _("Registered"), stands=False),
            listed.text("external_id", _("Id in this sheet"), stands=False),
        ),
        filters=(
            Filter("q", _("Words")),
            Filter("state", _("State"), _said(Control.State)),
            Filter("office", _("Office"), _said(Office)),
            Filter("proven", _("Evidence"), lambda user: [("yes", _("holds today")), ("no", _("does not hold"))]),
        ),
    )
)
listed.register(
    listed.Listed(
        kind="treatment",
        permission="risks.view_treatment",
        page="risks:treatments",
        find=treatment_book.found,
        hidden=treatment_book.hidden_count,
        write_permission="risks.change_treatment",
        change=treatments.change,
        editable=(
            editing.words("title", _("Treatment"), 200),
            editing.person("owner", _("Owner"), owning.owners),
            editing.day("due_on", _("Due")),
        ),
        sort="due_on",
        columns=(
            listed.text("number", _("No."), sort="id"),
            listed.text("title", _("Treatment")),
            listed.text("risk", _("Risk"), "risk.number", sort="risk_id"),
            listed.text("risk_title", _("What could happen"), "risk.title", stands=False),
            listed.unit("unit", _("Where"), "risk.unit"),
            listed.choice("kind", _("Kind")),
            listed.choice("state", _("State")),
            listed.person("owner", _("Owner")),
            listed.text("due_on", _("Due")),
            listed.number("cost", _("Cost"), sort="", say=shown.money_exact),
            listed.number("step_count", _("Steps"), sort="", stands=False),
            listed.number("done_count", _("Steps done"), sort="", stands=False),
            listed.text("reason", _("Why this way"), sort="", stands=False),
            *(
                listed.number(f"{part}_level", sheet_kinds.leads_to(part), sort="", stands=False)
                for part in ("likelihood", *scales.IMPACT_AREAS)
            ),
            listed.person("proposed_by", _("Proposed by"), stands=False),
            listed.text("proposed_at", _("Proposed"), stands=False),
            listed.person("decided_by", _("Decided by"), stands=False),
            listed.text("decided_at", _("Decided"), stands=False),
        ),
        filters=(
            Filter("state", _("State"), _said(Treatment.State)),
            Filter("kind", _("Kind"), _said(Treatment.Kind)),
            Filter("owner", _("Owner"), lambda user: [("me", _("Mine"))]),
            Filter("late", _("Late"), lambda user: [("1", _("late only"))]),
        ),
    )
)
listed.register(
    listed.Listed(
        kind="exception",
        permission="risks.view_exception",
        page="risks:exceptions",
        find=exception_book.found,
        hidden=exception_book.hidden_count,
        write_permission="risks.propose_exception",
        change=exceptions.change,
        editable=(
            editing.words("title", _("What is permitted"), 200),
            editing.person("owner", _("Owner"), owning.owners),
            editing.day("ends_on", _("Through")),
        ),
        sort="ends_on",
        columns=(
            listed.text("number", _("No."), sort="id"),
            listed.text("title", _("What is permitted")),
            listed.choice("kind", _("Kind")),
            Column("standing", _("Standing"), exception_book.standing_word, "standing", True),
            listed.text("risk", _("Risk"), "risk.number", sort="risk_id"),
            listed.unit("unit", _("Where"), "risk.unit"),
            listed.person("owner", _("Owner")),
            listed.text("starts_on", _("From")),
            listed.text("ends_on", _("Through")),
            listed.number("price", _("Price"), stands=False, say=shown.money_exact),
            listed.choice("reason_kind", _("Kind of reason"), stands=False),
            listed.text("reason", _("Reason"), sort="", stands=False),
            listed.text("compensating_control", _("Compensating control"), sort="", stands=False),
            listed.person("proposed_by", _("Proposed by"), stands=False),
            listed.text("signed_at", _("Signed"), stands=False),
        ),
        filters=(
            Filter("view", _("View"), exception_book.views, otherwise="open"),
            Filter("kind", _("Kind"), _said(RiskException.Kind)),
            Filter("unit", _("Where"), offered.units, asked=False),
        ),
    )
)
listed.register(
    listed.Listed(
        kind="indicator",
        permission="risks.view_indicator",
        page="risks:indicators",
        find=indicator_book.found,
        write_permission="risks.change_indicator",
        change=indicators.change,
        open_to=lambda indicator, actor: indicators.check_open(indicator),
        editable=(
            editing.words("name", _("Indicator"), 200),
            editing.place("unit", _("Unit")),
            editing.person("owner", _("Owner"), owning.owners),
            editing.whole("every_days", _("Read every [days]"), 1, 366),
        ),
        columns=(
            listed.text("number", _("No."), sort="id"),
            listed.text("name", _("Indicator")),
            listed.choice("standing", _("Standing")),
            listed.number("last_value", _("Last reading"), say=shown.measured),
            listed.text("unit_of_measure", _("Measured in"), groups=True),
            listed.text("last_observed_at", _("Read")),
            listed.choice("direction", _("Breaches"), stands=False),
            listed.number("warning_at", _("Warning at"), say=shown.measured),
            listed.number("breach_at", _("Breach at"), say=shown.measured),
            listed.unit("unit", _("Unit")),
            listed.person("owner", _("Owner")),
            listed.number("every_days", _("Read every [days]"), groups=True, stands=False),
            listed.text("description", _("How it is measured"), sort="", stands=False),
            listed.text("registered_at", _("Registered"), stands=False),
            listed.text("external_id", _("Id in this sheet"), stands=False),
        ),
        filters=(
            Filter("q", _("Find")),
            Filter("view", _("View"), indicator_book.views, otherwise="all"),
        ),
    )
)

for sheet, permission, identified_by in (
    (sheet_kinds.CONTROLS, "risks.change_control", ("name", "unit")),
    (sheet_kinds.INDICATORS, "risks.change_indicator", ("name", "unit")),
    (sheet_kinds.TREATMENTS, "risks.change_treatment", ("risk", "title")),
):
    importable.register(sheet.importable(permission, identified_by))

searchable.lead_besides("user", lambda pk: f"{reverse('risks:register')}?owner={pk}")  # what this person answers for
