"""Figures: finished values and words in, one drawing out. matplotlib is loaded when something is drawn."""

from analysis.figures.caterpillar import RangeLabels, RangeRow, caterpillar
from analysis.figures.diverging import BarRow, FigureLabels, diverging_bars
from analysis.figures.drawing import Drawing
from analysis.figures.dumbbell import WaveLabels, WaveRow, dumbbell
from analysis.figures.funnel import FunnelLabels, FunnelLimits, FunnelPoint, funnel
from analysis.figures.heat_map import Absent, HeatLabels, HeatRow, heat_maps
from analysis.figures.turnout import TurnoutHour, TurnoutLabels, turnout_by_hour

__all__ = [
    "Absent",
    "BarRow",
    "Drawing",
    "FigureLabels",
    "FunnelLabels",
    "FunnelLimits",
    "FunnelPoint",
    "HeatLabels",
    "HeatRow",
    "RangeLabels",
    "RangeRow",
    "TurnoutHour",
    "TurnoutLabels",
    "WaveLabels",
    "WaveRow",
    "caterpillar",
    "diverging_bars",
    "dumbbell",
    "funnel",
    "heat_maps",
    "turnout_by_hour",
]
