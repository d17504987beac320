"""The pages of formula versions as people read them: the list, and one beside the version it comes after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal import subjects
from portal.archive import changes
from portal.archive.changes import Entry
from portal.signing import panels
from portal.web import listing
from portal.web.listing import Order, Page
from risks import formula_in_force, formula_previews, formula_trial, formula_versions, formula_words, formulas
from risks.formula_previews import Counts
from risks.formula_trial import Trial
from risks.formula_words import Line
from risks.models import FormulaPreview, FormulaPreviewRow, FormulaVersion

LAST_FIRST = Order("number", "number", descending=True)
FARTHEST_FIRST = Order("move", "move", descending=True)
ALL = "all"
VIEWS: Mapping[str, Mapping[str, int]] = {ALL: {}, "above": {"crossing": 1}, "within": {"crossing": -1}}
BAND = "band"


@dataclass(frozen=True, slots=True)
class Book:
    in_force: int  # its number
    lacks_a_rule: bool  # that every version drafted now has
    open: FormulaVersion | None
    page: Page


@dataclass(frozen=True, slots=True)
class Shown:
    """One version: `lines` beside those of `before`, `page` of what it would change; None where nothing was computed."""

    version: FormulaVersion
    in_force: int
    before: FormulaVersion | None
    lines: Sequence[Line]
    trial: Trial
    panel: panels.Panel | None
    preview: FormulaPreview | None
    counts: Counts | None
    view: str
    page: Page | None
    entries: Sequence[Entry]

    @property
    def differing(self) -> list[Line]:
        return [line for line in self.lines if line.differs]

    @property
    def is_at_work(self) -> bool:
        return (
            self.preview is not None and self.preview.finished_at is None and self.preview.attempts < formula_previews.MOST_ATTEMPTS
        )


def book(user: Any, params: Any) -> Book:
    """Four queries, however many versions."""
    visible = subjects.of_kind(formula_in_force.KIND).visible_to(user)
    page = listing.page_of(visible, LAST_FIRST, params)
    in_force = formula_in_force.now()
    lacks = not all(getattr(in_force, rule) for rule in formulas.RULES)
    return Book(in_force.version, lacks, formula_versions.newest_open(), page)


def read(found: FormulaVersion, user: Any, params: Any) -> Shown:
    """Twelve queries at most; `found` was read `with_to_score`."""
    before = formula_versions.compared_with(found)
    preview = formula_previews.newest(found)
    counts = formula_previews.counts(preview, user) if preview else None
    view = params.get("view", ALL)
    view = view if view in (*VIEWS, BAND) else ALL
    panel = panels.read(found, user) if found.proposed_at is not None else None
    return Shown(
        version=found,
        in_force=formula_in_force.now().version,
        before=before,
        lines=list(formula_words.lines(found.parameters, before.parameters if before else None)),
        trial=formula_trial.of(formulas.from_json(found.parameters)),
        panel=panel,
        preview=preview,
        counts=counts,
        view=view,
        page=_page(preview, counts, view, user, params) if preview and counts else None,
        entries=changes.read(formula_in_force.KIND, found, user)[0],
    )


def _page(preview: FormulaPreview, counts: Counts, view: str, user: Any, params: Any) -> Page:
    """A filter leaves out what the reader may not open; the whole says how many those are."""
    rows = FormulaPreviewRow.objects.visible_to(user).filter(preview=preview, **VIEWS.get(view, {})).select_related("risk")
    totals = {ALL: counts.all, "above": counts.above, "within": counts.within, BAND: counts.band_up + counts.band_down}
    return listing.page_of(
        rows.changing_band() if view == BAND else rows,
        FARTHEST_FIRST,
        params,
        total=totals[view],
        hidden_count=counts.hidden if view == ALL else 0,
    )
