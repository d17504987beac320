"""The geometry of the portal's charts: numbers in, positions for SVG attributes out; no database, no templates.

Each chart is a file of its own; pages call them from here. (calculation)
"""

from portal.web.charts.heat_map import Cell, HeatMap, Mover, heat_map
from portal.web.charts.sparkline import Sparkline, sparkline
from portal.web.charts.waterfall import Step, Waterfall, waterfall

__all__ = ["Cell", "HeatMap", "Mover", "Sparkline", "Step", "Waterfall", "heat_map", "sparkline", "waterfall"]
