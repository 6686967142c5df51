"""What is said about cells by their range: validations, conditional formats, names."""

from __future__ import annotations

from dataclasses import replace

from sheetnet.expressions.dialects import OPEN_FORMULA, address, quoted
from sheetnet.expressions.formula import Area, Expression, Number, Ref
from sheetnet.files.ods.markup import element, paragraphs
from sheetnet.files.ods.styles import Styles
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import ColourScale, NumberRule, Rule, Sheet, Validation

KINDS = {"decimal": "decimal-number", "whole": "whole-number"}


def place(sheet: str, row: int, column: int) -> str:
    """`'A sheet'.B6`, as attributes name a cell."""
    return f"{quoted(sheet)}.{address(row, column)}"


def fixed_place(sheet: str, row: int, column: int) -> str:
    cell = OPEN_FORMULA.write(Ref(sheet, row, column, fixed=True), "")
    return cell[1:-1]


def range_of(area: Area) -> str:
    """`Sheet.B6:Sheet.E106`, as attributes name a range."""
    first = place(area.sheet, area.top, area.left)
    return f"{first}:{place(area.sheet, area.bottom, area.right)}"


class Validations:
    """The validations of a workbook under the names by which its cells point at them."""

    def __init__(self, book: Book) -> None:
        self._names: dict[Validation, str] = {}
        for sheet in book.sheets:
            for validation in sheet.validations:
                self._names.setdefault(validation, f"val{len(self._names) + 1}")

    def name(self, validation: Validation) -> str:
        return self._names[validation]

    def text(self) -> str:
        found = "".join(_validation(name, v) for v, name in self._names.items())
        return element("table:content-validations", {}, found) if found else ""


def _validation(name: str, validation: Validation) -> str:
    area = validation.area
    attributes = {
        "table:name": name,
        "table:condition": f"of:{_condition(validation)}",
        "table:allow-empty-cell": False,
        "table:display-list": "unsorted" if validation.kind == "list" else None,
        "table:base-cell-address": place(area.sheet, area.top, area.left),
    }
    title = validation.title or None
    said: dict[str, object] = {"table:title": title, "table:display": True}
    help_message = element("table:help-message", said, paragraphs(validation.prompt))
    return element(
        "table:content-validation",
        attributes,
        help_message if validation.prompt else "",
        element(
            "table:error-message",
            said | {"table:message-type": "stop"},
            paragraphs(validation.error) if validation.error else "",
        ),
    )


def _condition(validation: Validation) -> str:
    if validation.source:
        source = replace(validation.source, fixed=True)
        return f"cell-content-is-in-list({OPEN_FORMULA.write(source, validation.area.sheet)})"
    if validation.kind == "list":
        choices = ";".join('"' + c.replace('"', '""') + '"' for c in validation.choices)
        return f"cell-content-is-in-list({choices})"
    bounds = ",".join(_bound(b, validation) for b in (validation.low, validation.high))
    kind = f"cell-content-is-{KINDS[validation.kind]}()"
    return f"{kind} and cell-content-is-between({bounds})"


def _bound(bound: float | Expression | None, validation: Validation) -> str:
    if isinstance(bound, Expression):
        return OPEN_FORMULA.write(bound, validation.area.sheet)
    return f"{bound:.15g}"


def conditional_formats(sheet: Sheet, styles: Styles) -> str:
    """The sheet's rules and colour scales, in LibreOffice's extension; by area, in order."""
    by_area: dict[Area, list[str]] = {}
    for rule in sheet.formats:
        text = _scale(rule) if isinstance(rule, ColourScale) else _rule(rule, styles)
        by_area.setdefault(rule.area, []).append(text)
    formats = (
        element(
            "calcext:conditional-format", {"calcext:target-range-address": range_of(area)}, *rules
        )
        for area, rules in by_area.items()
    )
    return element("calcext:conditional-formats", {}, *formats) if by_area else ""


def _rule(rule: Rule | NumberRule, styles: Styles) -> str:
    area = rule.area
    if isinstance(rule, NumberRule):
        style = styles.number_rule(rule.style)
    else:
        style = styles.rule(rule.style)
    return element(
        "calcext:condition",
        {
            "calcext:apply-style-name": style,
            "calcext:value": f"formula-is({OPEN_FORMULA.write(rule.condition, area.sheet)})",
            "calcext:base-cell-address": place(area.sheet, area.top, area.left),
        },
    )


def _scale(scale: ColourScale) -> str:
    kind = "formula" if scale.bound is None else "number"
    limit = replace(scale, area=replace(scale.area, fixed=True)).limit
    entries: tuple[tuple[Expression, str, str], ...] = (
        (-limit, kind, scale.low),
        (Number(0), "number", scale.middle),
        (limit, kind, scale.high),
    )
    if scale.spread:
        entries = (
            (Number(0), "minimum", scale.low),
            (Number(50), "percent", scale.middle),
            (Number(0), "maximum", scale.high),
        )
    elif scale.ends:
        low, high = scale.ends
        entries = (
            (Number(low), "number", scale.low),
            (Number((low + high) / 2), "number", scale.middle),
            (Number(high), "number", scale.high),
        )
    return element(
        "calcext:color-scale",
        {},
        *(
            element(
                "calcext:color-scale-entry",
                {
                    "calcext:value": OPEN_FORMULA.write(value, scale.area.sheet),
                    "calcext:type": kind,
                    "calcext:color": f"#{colour}",
                },
            )
            for value, kind, colour in entries
        ),
    )


def names(book: Book) -> str:
    """The workbook's defined names."""
    found = (
        element(
            "table:named-range",
            {
                "table:name": name,
                "table:base-cell-address": fixed_place(target.sheet, target.row, target.column),
                "table:cell-range-address": fixed_place(target.sheet, target.row, target.column),
            },
        )
        for name, target in book.names.items()
    )
    return element("table:named-expressions", {}, *found) if book.names else ""
