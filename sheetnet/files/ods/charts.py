"""Native charts: an object of its own each, whose series point at ranges of the sheets.

The numbers are not written a second time: programs take them from the ranges.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from sheetnet.expressions.formula import Ref
from sheetnet.files.ods.markup import ALIKE, COMMA, Attributes, document, element
from sheetnet.files.ods.number_formats import GENERAL, data_style
from sheetnet.files.ods.rules import place, range_of
from sheetnet.workbook.charts import Axis, Chart, Series
from sheetnet.workbook.styles import FONT, GREY, HAIR, INK

PREFIXES = "office style text table draw fo xlink number svg chart loext gnm"
STYLE = "chart"
TITLE, LEGEND, SMALL, LABEL = 11, 10, 9, 8
#: Neither a line around nor a fill.
PLAIN = {"draw:stroke": "none", "draw:fill": "none"}
#: Centimetres of a point of line width or marker size.
POINT = 2.54 / 72
AXIS_LINE = "878787"
#: Markers that OpenDocument calls otherwise.
SYMBOLS = {"triangle": "arrow-up", "dash": "horizontal-bar"}
#: Centimetres of a dash's stroke, of its dot (0: it has none), and of what is between.
DASHES = {"dash": (0.3, 0.0, 0.16), "dot": (0.0, 0.08, 0.08), "dash-dot": (0.3, 0.08, 0.12)}
POSITIONS = {"above": "top", "below": "bottom", "centre": "center"}


def object_part(chart: Chart) -> bytes:
    """The content of a chart's object."""
    writer = _Writer()
    body = writer.chart(chart)
    return document(
        "office:document-content",
        PREFIXES.split(),
        element("office:automatic-styles", {}, *writer.styles),
        element("office:body", {}, element("office:chart", {}, body)),
    )


def styles_part(chart: Chart) -> bytes | None:
    """The part with the dashes that the chart's lines name; none where they name none."""
    named = [name for name in DASHES if any(series.dash == name for series in chart.series)]
    if not named:
        return None
    dashes = [element("draw:stroke-dash", _dash(name)) for name in named]
    return document(
        "office:document-styles", PREFIXES.split(), element("office:styles", {}, *dashes)
    )


def _dash(name: str) -> dict[str, object]:
    stroke, dot, between = DASHES[name]
    attributes: dict[str, object] = {"draw:name": name, "draw:style": "rect"}
    for number, length in enumerate((each for each in (stroke, dot) if each), 1):
        attributes |= {f"draw:dots{number}": 1, f"draw:dots{number}-length": f"{length}cm"}
    return attributes | {"draw:distance": f"{between}cm"}


def style() -> str:
    """The frame's look: none of its own."""
    return element(
        "style:style",
        {"style:name": STYLE, "style:family": "graphic"},
        element("style:graphic-properties", PLAIN),
    )


def frame(chart: Chart, number: int) -> str:
    """The frame that shows the chart, for the cell that it hangs on."""
    # Without the list of ranges, LibreOffice does not redraw when their cells change.
    ranges = " ".join(dict.fromkeys(_ranges(chart)))
    return element(
        "draw:frame",
        {
            "draw:style-name": STYLE,
            "draw:name": f"Chart {number}",
            "svg:width": f"{chart.width}cm",
            "svg:height": f"{chart.height}cm",
            "svg:x": "0cm",
            "svg:y": "0cm",
        },
        element(
            "draw:object",
            {
                "draw:notify-on-update-of-ranges": ranges,
                "xlink:href": f"./Object {number}",
                "xlink:type": "simple",
                "xlink:show": "embed",
                "xlink:actuate": "onLoad",
            },
        ),
        element("svg:title", {}, escape(chart.title)) if chart.title else "",
        element("svg:desc", {}, escape(chart.alt_text)),
    )


def _ranges(chart: Chart) -> Iterator[str]:
    for series in chart.series:
        yield range_of(series.x)
        yield range_of(series.y)
        if isinstance(series.title, Ref):
            yield _cell(series.title)


def _cell(ref: Ref) -> str:
    return place(ref.sheet, ref.row, ref.column)


def _font(size: int, colour: str, *, bold: bool = False) -> str:
    weights = {"fo:font-weight": "bold"} if bold else {}
    return element(
        "style:text-properties",
        {"fo:color": f"#{colour}", "fo:font-family": FONT, "fo:font-size": f"{size}pt"} | weights,
    )


def _line(colour: str, points: float) -> dict[str, object]:
    return {
        "draw:stroke": "solid",
        "svg:stroke-width": f"{points * POINT:.3f}cm",
        "svg:stroke-color": f"#{colour}",
    }


class _Writer:
    """A chart's elements, and the styles that they name."""

    def __init__(self) -> None:
        self.styles: list[str] = []

    def _style(
        self,
        properties: Attributes | None = None,
        graphic: Attributes | None = None,
        font: str = "",
        number_format: str | None = None,
    ) -> str:
        name = f"ch{len(self.styles) + 1}"
        data = f"{name}N" if number_format else None
        self.styles.append(
            (data_style(data, number_format) if data and number_format else "")
            + element(
                "style:style",
                {"style:name": name, "style:family": "chart", "style:data-style-name": data},
                element("style:chart-properties", properties) if properties else "",
                element("style:graphic-properties", graphic) if graphic else "",
                font,
            )
        )
        return name

    def chart(self, chart: Chart) -> str:
        attributes = {
            "chart:class": "chart:scatter",
            "svg:width": f"{chart.width}cm",
            "svg:height": f"{chart.height}cm",
            "xlink:href": "..",
            "xlink:type": "simple",
            "chart:style-name": self._style(None, _line(HAIR, 0.75)),
        }
        return element(
            "chart:chart",
            attributes,
            self._title(chart.title, _font(TITLE, INK, bold=True)),
            self._legend(chart) if chart.legend else "",
            self._plot_area(chart),
        )

    def _title(self, text: str, font: str, angle: int = 0) -> str:
        if not text:
            return ""
        properties = {"chart:auto-position": True, "style:rotation-angle": angle}
        style = self._style(properties, None, font)
        return element(
            "chart:title", {"chart:style-name": style}, element("text:p", {}, escape(text))
        )

    def _legend(self, chart: Chart) -> str:
        place = "bottom" if chart.legend_below else "end"
        style = self._style({"chart:auto-position": True}, PLAIN, _font(LEGEND, INK))
        return element("chart:legend", {"chart:legend-position": place, "chart:style-name": style})

    def _plot_area(self, chart: Chart) -> str:
        whole = chart.x.hidden and chart.y.hidden
        place = {
            "svg:x": f"{chart.width * 0.01:.3f}cm",
            "svg:y": f"{chart.height * 0.02:.3f}cm",
            "svg:width": f"{chart.width * 0.98:.3f}cm",
            "svg:height": f"{chart.height * 0.96:.3f}cm",
        }
        properties: dict[str, object] = {
            "chart:include-hidden-cells": False,
            "chart:treat-empty-cells": "leave-gap",
            "chart:auto-position": not whole,
            "chart:auto-size": not whole,
            "chart:interpolation": "none",
            "chart:symbol-type": "automatic",
        }
        return element(
            "chart:plot-area",
            {"chart:style-name": self._style(properties)} | (place if whole else {}),
            self._axis("x", chart.x, chart.y),
            self._axis("y", chart.y, chart.x),
            *(self._series(series) for series in chart.series),
            element("chart:wall", {"chart:style-name": self._style(None, {"draw:fill": "none"})}),
        )

    def _axis(self, dimension: str, axis: Axis, other: Axis) -> str:
        properties: dict[str, object] = {
            "chart:visible": not axis.hidden,
            "chart:display-label": not axis.hidden,
            "chart:tick-marks-major-inner": False,
            "chart:tick-marks-major-outer": False,
            "chart:logarithmic": axis.logarithmic,
            "chart:minimum": axis.minimum,
            "chart:maximum": axis.maximum,
            "chart:reverse-direction": False,
            "chart:link-data-style-to-source": False,
            # Where it crosses the other one, which has no zero if it is logarithmic.
            "chart:axis-position": "start" if axis.at_edge or other.logarithmic else "0",
            "chart:axis-label-position": "outside-start",
        }
        style = self._style(
            properties,
            {"svg:stroke-width": "0.026cm", "svg:stroke-color": f"#{AXIS_LINE}"},
            _font(SMALL, GREY),
            axis.number_format or GENERAL,
        )
        grid = self._style({"chart:lines": True}, _line(HAIR, 0.75)) if axis.gridlines else None
        return element(
            "chart:axis",
            {
                "chart:dimension": dimension,
                "chart:name": f"primary-{dimension}",
                "chart:style-name": style,
            },
            self._title(axis.title, _font(SMALL, INK), 90 if dimension == "y" else 0),
            element("chart:grid", {"chart:style-name": grid, "chart:class": "major"})
            if grid
            else "",
        )

    def _series(self, series: Series) -> str:
        properties: dict[str, object] = {
            "chart:lines": series.line,
            "chart:symbol-type": "none",
            "gnm:interpolation-skip-invalid": False,
        }
        if series.marker:
            size = f"{series.marker_size * POINT:.3f}cm"
            properties |= {
                "chart:symbol-type": "named-symbol",
                "chart:symbol-name": SYMBOLS.get(series.marker, series.marker),
                "chart:symbol-width": size,
                "chart:symbol-height": size,
            }
        if series.label:
            properties |= {
                "chart:data-label-number": "none",
                "chart:data-label-series": True,
                "chart:label-position": POSITIONS[series.label],
            }
        fill = series.marker_colour or series.colour
        # Without a line, its colour is what programs paint markers with.
        graphic = _line(series.colour if series.line else fill, series.width)
        graphic["draw:stroke"] = "solid" if series.line else "none"
        if series.dash:
            graphic |= {"draw:stroke": "dash", "draw:stroke-dash": series.dash}
        graphic["draw:fill-color"] = f"#{fill}"
        font = _font(LABEL, INK) if series.label else ""
        title: dict[str, object] = {}
        if isinstance(series.title, Ref):
            title = {"chart:label-cell-address": _cell(series.title)}
        elif series.title:
            name = series.title.replace(COMMA, ALIKE)
            title = {"loext:label-string": f'"{name}"'}
        return element(
            "chart:series",
            {
                "chart:style-name": self._style(properties, graphic, font),
                "chart:values-cell-range-address": range_of(series.y),
                **title,
                "chart:class": "chart:scatter",
            },
            element("chart:domain", {"table:cell-range-address": range_of(series.x)}),
            element("chart:data-point", {"chart:repeated": series.y.shape[0] * series.y.shape[1]}),
        )
