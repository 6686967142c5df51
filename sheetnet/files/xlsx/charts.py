"""Native charts by openpyxl."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import Reference, ScatterChart
from openpyxl.chart import Series as OpenpyxlSeries
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.series import SeriesLabel
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

from sheetnet.expressions.dialects import EXCEL, quoted
from sheetnet.expressions.formula import Area, Ref
from sheetnet.workbook.model import Axis, Chart, Series
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
        result.series.append(_series(series))
    result.graphical_properties = GraphicalProperties(ln=LineProperties(solidFill=HAIR))
    if chart.x.hidden and chart.y.hidden:
        result.layout = Layout(ManualLayout(x=0.01, y=0.02, w=0.98, h=0.96))
    return result


def _reference(area: Area) -> Reference:
    text = EXCEL.write(area, area.sheet)
    return Reference(range_string=f"{quoted(area.sheet)}!{text}")


def _series(series: Series) -> Any:
    result = OpenpyxlSeries(_reference(series.y), _reference(series.x))
    if isinstance(series.title, Ref):
        cell = EXCEL.write(series.title, "")
        result.tx = SeriesLabel(strRef=StrRef(cell))
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
    return result


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
    small = _font(900, GREY)
    target.txPr = _text(small)
