"""Native charts by openpyxl."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from typing import Any

from openpyxl.chart import ScatterChart
from openpyxl.chart.data_source import AxDataSource, NumDataSource, NumRef, StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.series import Series as OpenpyxlSeries
from openpyxl.chart.series import SeriesLabel, attribute_mapping
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import (
    CharacterProperties,
    Font,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
)

from sheetnet.expressions.dialects import EXCEL
from sheetnet.expressions.formula import Area, Ref
from sheetnet.workbook.charts import Axis, Chart, Series
from sheetnet.workbook.styles import FONT, GREY, HAIR, INK

EMU_PER_POINT = 12_700
DASHES = {"": None, "dash": "dash", "dot": "sysDot", "dash-dot": "dashDot"}


def chart_of(chart: Chart) -> ScatterChart:
    """The chart as openpyxl draws it."""
    result = ScatterChart()
    result.style = None
    result.scatterStyle = "lineMarker"
    result.width, result.height = chart.width, chart.height
    if chart.title:
        result.title = _title(chart.title, 1100, bold=True)
    if chart.legend:
        result.legend.position = "b" if chart.legend_below else "r"
        result.legend.txPr = _text(_font(1000, INK))
    else:
        result.legend = None
    # openpyxl puts both axes on the left.
    result.x_axis.axPos = "b"
    _axis(result.x_axis, chart.x)
    _axis(result.y_axis, chart.y)
    for series in chart.series:
        result.series.append(_Series(series))
    result.graphical_properties = GraphicalProperties(ln=LineProperties(solidFill=HAIR))
    if chart.x.hidden and chart.y.hidden:
        result.layout = Layout(ManualLayout(x=0.01, y=0.02, w=0.98, h=0.96))
    return result


class _Series(OpenpyxlSeries):  # type: ignore[misc]
    """A series as openpyxl writes it, drawn up once for all that look alike."""

    def __init__(self, series: Series) -> None:
        self._drawn = series

    def to_tree(self, tagname: str | None = None, idx: int | None = None) -> Any:
        series = self._drawn
        element = deepcopy(_template(replace(series, y=ANYWHERE, x=ANYWHERE, title=_kind(series))))
        element.find("idx").set("val", str(idx))
        element.find("order").set("val", str(idx))
        if series.title:
            text = series.title if isinstance(series.title, str) else EXCEL.write(series.title, "")
            element.find(".//f" if isinstance(series.title, Ref) else "tx/v").text = text
        element.find("xVal/numRef/f").text = _reference(series.x)
        element.find("yVal/numRef/f").text = _reference(series.y)
        return element


#: Where the series stands by which the looks of others are drawn up.
ANYWHERE = Area("Sheet", 1, 1, 2, 1)


def _kind(series: Series) -> str | Ref:
    """A title of the same kind as the series'."""
    return Ref("Sheet", 1, 1) if isinstance(series.title, Ref) else "title" if series.title else ""


def _reference(area: Area) -> str:
    if (area.top, area.left) == (area.bottom, area.right):
        return EXCEL.write(Ref(area.sheet, area.top, area.left, fixed=True), "")
    return EXCEL.write(replace(area, fixed=True), "")


@lru_cache(1024)
def _template(series: Series) -> Any:
    """The element of a series with this look."""
    x, y = (NumRef(f=_reference(area)) for area in (series.x, series.y))
    result = OpenpyxlSeries(xVal=AxDataSource(numRef=x), yVal=NumDataSource(numRef=y))
    if isinstance(series.title, Ref):
        result.tx = SeriesLabel(strRef=StrRef(EXCEL.write(series.title, "")))
    elif series.title:
        result.tx = SeriesLabel(v=series.title)
    if series.label:
        result.dLbls = _labels(series.label)
    line = result.graphicalProperties.line
    if series.line:
        line.solidFill, line.width = series.colour, int(series.width * EMU_PER_POINT)
        line.prstDash = DASHES[series.dash]
    else:
        line.noFill = True
    result.smooth = False
    result.marker.symbol = series.marker or "none"
    if series.marker:
        colour = series.marker_colour or series.colour
        result.marker.size = series.marker_size
        result.marker.graphicalProperties = GraphicalProperties(solidFill=colour)
        result.marker.graphicalProperties.line.solidFill = series.colour
    result.__elements__ = attribute_mapping["scatter"]
    return result.to_tree("ser")


def _font(size: int, colour: str, *, bold: bool | None = None) -> CharacterProperties:
    """The sheets' own font: that of the theme is another, and wider in some programs."""
    return CharacterProperties(sz=size, b=bold, solidFill=colour, latin=Font(typeface=FONT))


def _text(look: CharacterProperties) -> RichText:
    """The look of texts that the chart makes itself."""
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=look)])


def _title(text: str, size: int, *, bold: bool) -> Title:
    look = _font(size, INK, bold=bold)
    paragraph = Paragraph(
        pPr=ParagraphProperties(defRPr=look), r=[RegularTextRun(rPr=look, t=text)]
    )
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)


def _labels(side: str) -> DataLabelList:
    """The series' title beside its points."""
    look = _font(800, INK)
    return DataLabelList(
        showSerName=True,
        showVal=False,
        showCatName=False,
        showLegendKey=False,
        showPercent=False,
        showBubbleSize=False,
        dLblPos={"above": "t", "below": "b", "centre": "ctr"}[side],
        txPr=_text(look),
    )


def _axis(target: Any, axis: Axis) -> None:
    # New Excel hides an axis for which this is not written.
    target.delete = axis.hidden
    if axis.title:
        target.title = _title(axis.title, 900, bold=False)
    target.scaling.min, target.scaling.max = axis.minimum, axis.maximum
    target.majorGridlines = target.majorGridlines if axis.gridlines else None
    if axis.gridlines:
        target.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=HAIR))
    if axis.logarithmic:
        target.scaling.logBase = 10
    target.number_format = axis.number_format or "General"
    target.numFmt.sourceLinked = False
    target.tickLblPos = "low"
    if axis.at_edge:
        target.crosses = "min"
    small = _font(900, GREY)
    target.txPr = _text(small)
