"""The position of then as a page shows it: figures in words, bands, and the map."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from governance.board.positions_kept import AsOf
from portal.web import charts
from risks import heatmap, scales, wording


@dataclass(frozen=True, slots=True)
class Page:
    figures: Sequence[tuple[str, int]]
    heat: charts.HeatMap


def of(then: AsOf) -> Page:
    words = {
        "open": _("Open risks"),
        "above_tolerance": _("Above tolerance"),
        "safety": _("Can hurt people"),
        "different": _("The offices differ on"),
        "unowned": _("Without owner"),
        "review_overdue": _("Reviews late"),
        "assets": _("Assets"),
        **{f"band.{band.key}": wording.band(band.key) for band in reversed(scales.BANDS)},
    }
    known = {one.key for one in then.figures}
    cells = [
        charts.Cell(likelihood, impact, then.of(f"cell.{likelihood}.{impact}").value, heatmap.band_of(likelihood, impact))
        for likelihood in scales.LEVELS
        for impact in scales.LEVELS
    ]
    return Page([(label, then.of(key).value) for key, label in words.items() if key in known], heatmap.draw(cells, ()))
