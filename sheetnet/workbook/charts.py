"""Charts: native ones of a spreadsheet, over cells."""

from __future__ import annotations

from dataclasses import dataclass

from sheetnet.expressions.formula import Area, Ref


@dataclass(frozen=True)
class Series:
    """A chart's series: points at `x` and `y`.

    A `title` that is a cell changes with it; `label` ("above", "below" or "centre") writes the
    title at each point. `symbol` is what a title that is a number says the value of, for the proof;
    `dash` makes the line "dash", "dot" or "dash-dot"; `end` is the cell that says how far from 0
    the curve is drawn, if it is cut off.
    """

    y: Area
    x: Area
    title: str | Ref = ""
    label: str | None = None
    colour: str = "1D4ED8"
    width: float = 2.0
    line: bool = True
    marker: str | None = None
    marker_size: int = 7
    marker_colour: str | None = None
    symbol: str = ""
    dash: str = ""
    end: Ref | None = None


@dataclass(frozen=True)
class Axis:
    """An axis of a chart: where the other's 0 is, or if `at_edge` always beside the plot."""

    title: str = ""
    minimum: float | None = None
    maximum: float | None = None
    hidden: bool = False
    gridlines: bool = False
    logarithmic: bool = False
    number_format: str | None = None
    at_edge: bool = False


#: Up to so many series have a legend under the plot.
FEW_SERIES = 8


@dataclass(frozen=True)
class Chart:
    """A native scatter chart, anchored at a cell's upper left corner; sizes in cm."""

    row: int
    column: int
    width: float
    height: float
    series: tuple[Series, ...]
    alt_text: str
    x: Axis = Axis()
    y: Axis = Axis()
    title: str = ""
    legend: bool = False

    @property
    def legend_below(self) -> bool:
        """Whether the legend stands under the plot, of which it would take a third beside it.

        A long one would take most of the height instead.
        """
        return len(self.series) <= FEW_SERIES
