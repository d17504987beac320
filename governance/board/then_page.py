"""The position of then as a page shows it: figures in words, bands, and the map; and what two days differ in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.board.figures import Figure
from governance.board.positions_kept import AsOf
from portal.web import charts
from risks import heatmap, scales, wording

WORDS: Mapping[str, str | Promise] = {
    "open": gettext_lazy("Open risks"),
    "above_tolerance": gettext_lazy("Above tolerance"),
    "safety": gettext_lazy("Can hurt people"),
    "different": gettext_lazy("The offices differ on"),
    "unowned": gettext_lazy("Without owner"),
    "review_overdue": gettext_lazy("Reviews late"),
    "assets": gettext_lazy("Assets"),
}


@dataclass(frozen=True, slots=True)
class Page:
    figures: Sequence[tuple[str, Figure]]
    heat: charts.HeatMap


@dataclass(frozen=True, slots=True)
class Line:
    """One figure on both days."""

    label: str
    before: Figure
    after: Figure

    @property
    def both(self) -> tuple[Figure, Figure]:
        return self.before, self.after

    @property
    def difference(self) -> int:
        return self.after.value - self.before.value


def of(then: AsOf) -> Page:
    known = {one.key for one in then.figures}
    cells = []
    for likelihood in scales.LEVELS:
        for impact in scales.LEVELS:
            figure = then.of(f"cell.{likelihood}.{impact}")
            band = heatmap.band_of(likelihood, impact)
            cells.append(charts.Cell(likelihood, impact, figure.value, band, figure.url if figure else ""))
    return Page([(label, then.of(key)) for key, label in _words().items() if key in known], heatmap.draw(cells, ()))


def compared(before: AsOf, after: AsOf) -> list[Line]:
    """The same figures of two days, side by side."""
    known = {one.key for one in before.figures}
    return [Line(label, before.of(key), after.of(key)) for key, label in _words().items() if key in known]


def _words() -> dict[str, str]:
    bands = {f"band.{band.key}": _("Band %s") % wording.band(band.key) for band in reversed(scales.BANDS)}
    return {**{key: str(word) for key, word in WORDS.items()}, **bands}
