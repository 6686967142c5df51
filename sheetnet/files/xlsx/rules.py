"""Conditional formats, written here: a workbook has hundreds, too many for openpyxl's objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from xml.sax.saxutils import escape, quoteattr

from sheetnet.expressions.dialects import EXCEL, address, between
from sheetnet.expressions.formula import Area
from sheetnet.workbook.model import ColourScale, NumberRule, Rule, Sheet


def conditional_formats(sheet: Sheet, look: Callable[[Rule | NumberRule], int]) -> str:
    """The sheet's rules and colour scales by area, the first that holds first.

    `look` gives the number by which a rule names what it changes of a cell.
    """
    by_area: dict[Area, list[str]] = {}
    for priority, rule in enumerate(sheet.formats, 1):
        if isinstance(rule, ColourScale):
            text = f'<cfRule type="colorScale" priority="{priority}">{_scale(rule)}</cfRule>'
        else:
            condition = escape(EXCEL.write(rule.condition, sheet.name))
            text = (
                f'<cfRule type="expression" priority="{priority}" dxfId="{look(rule)}">'
                f"<formula>{condition}</formula></cfRule>"
            )
        by_area.setdefault(rule.area, []).append(text)
    return "".join(
        f'<conditionalFormatting sqref="{range_of(area)}">{"".join(rules)}</conditionalFormatting>'
        for area, rules in by_area.items()
    )


def range_of(area: Area) -> str:
    """`B6:E106`; of a single cell `B6`, as programs write it."""
    return between(address(area.top, area.left), address(area.bottom, area.right))


def _scale(scale: ColourScale) -> str:
    fixed = replace(scale, area=replace(scale.area, fixed=True))
    if scale.spread:
        points = [("min", ""), ("percent", "50"), ("max", "")]
    elif scale.ends:
        least, most = scale.ends
        points = [("num", f"{value:.15g}") for value in (least, (least + most) / 2, most)]
    else:
        kind = "formula" if scale.bound is None else "num"
        low, high = (EXCEL.write(end, scale.area.sheet) for end in (-fixed.limit, fixed.limit))
        points = [(kind, low), ("num", "0"), (kind, high)]
    ends = "".join(_point(kind, value) for kind, value in points)
    colours = "".join(f'<color rgb="FF{rgb}"/>' for rgb in (scale.low, scale.middle, scale.high))
    return f"<colorScale>{ends}{colours}</colorScale>"


def _point(kind: str, value: str) -> str:
    said = f" val={quoteattr(value)}" if value else ""
    return f'<cfvo type="{kind}"{said}/>'
