"""Cell, column, row, table and text styles, each written once under a short name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sheetnet.expressions.rich import Rich, Run
from sheetnet.files.layout import ROW_HEIGHT
from sheetnet.files.ods.markup import element
from sheetnet.files.ods.number_formats import GENERAL, data_style
from sheetnet.files.rows import single_rows
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Cell, Content, NumberRule, PrintSetup, Rule, Sheet
from sheetnet.workbook.styles import FONT, Style

#: Millimetres of a character of width, as LibreOffice converts an .xlsx whose default font
#: is Arial in 10 points.
CHARACTER = 1.958
#: The largest font that a row of the usual height has room for.
LARGEST_FONT = 11

SIDES = {"l": "left", "t": "top", "r": "right", "b": "bottom"}
LINES = {
    "hair": "0.06pt solid",
    "thin": "0.74pt solid",
    "medium": "1.76pt solid",
    "thick": "2.49pt solid",
    "dotted": "0.74pt dotted",
    "dashed": "0.74pt fine-dashed",
    "double": "1.76pt double-thin",
}
HORIZONTAL = {"left": "start", "center": "center", "right": "end", "justify": "justify"}
VERTICAL = {"top": "top", "center": "middle", "bottom": "bottom"}
#: How far and how large raised and lowered text stands, as LibreOffice reads an .xlsx.
POSITIONS = {1: "super 58%", -1: "sub 58%", 0: "0% 100%"}
#: Millimetres of a step of indent, as LibreOffice reads an .xlsx.
INDENT = 2.94
#: A font's slant and weight are said for each of three kinds of script.
ITALICS = ("fo:font-style", "style:font-style-asian", "style:font-style-complex")
WEIGHTS = ("fo:font-weight", "style:font-weight-asian", "style:font-weight-complex")
SIZES = ("fo:font-size", "style:font-size-asian", "style:font-size-complex")


def centimetres(millimetres: float) -> str:
    return f"{millimetres / 10:.3f}cm"


def text_properties(style: Style) -> dict[str, object]:
    """The font, also for the scripts of which programs keep a font of their own.

    Arrows and check marks count among those: without it they would be of another size.
    """
    return {
        "fo:color": style.ink and f"#{style.ink}",
        "style:font-name": style.font,
        **dict.fromkeys(SIZES, f"{style.size:g}pt"),
        **dict.fromkeys(ITALICS, "italic" if style.italic else "normal"),
        **dict.fromkeys(WEIGHTS, "bold" if style.bold else "normal"),
    }


def borders(style: Style) -> dict[str, object]:
    line = f"{LINES[style.border_width]} #{style.border_colour}"
    if set(style.borders) == set(SIDES):
        return {"fo:border": line}
    return {f"fo:border-{SIDES[side]}": line for side in "tblr" if side in style.borders}


class Styles:
    """The styles that a workbook's cells, columns and rows name, in the order of their use.

    They stand in the file before the cells, so the whole book is looked at first.
    """

    def __init__(self, book: Book) -> None:
        self._cells: dict[Style, str] = {}
        self._formats: dict[str, str] = {}
        self._columns: dict[float, str] = {}
        self._rows: dict[tuple[float, bool], str] = {}
        self._spans: dict[tuple[int, bool, bool, Style | None], str] = {}
        self._pages: dict[PrintSetup, str] = {}
        self._rules: dict[Style, str] = {}
        self._number_rules: dict[Style, str] = {}
        self._tables: dict[str, str] = {}
        self._sheets = book.sheets
        for sheet in book.sheets:
            self._look_at(sheet)

    def _look_at(self, sheet: Sheet) -> None:
        self._tables[sheet.name] = f"ta{len(self._tables) + 1}"
        self.page(sheet)
        for width in (sheet.default_width, *sheet.widths.values()):
            self.column(width)
        self.row(ROW_HEIGHT)
        for row, cells in single_rows(sheet):
            self.row(*height_of(sheet, row, cells))
        for position, cell in sheet.cells.items():
            self.cell(cell.style)
            for run in runs_of(cell.content) or (Run(""),):
                self.span(run, cell.style if position in sheet.links else None)
        for band in sheet.bands:
            self.row(band.height)
            for column, cell in enumerate(band.cells, band.left):
                self.cell(cell.style)
                if any(band.top <= r <= band.bottom and c == column for r, c in sheet.links):
                    self.span(Run(""), cell.style)
        for rule in sheet.formats:
            if isinstance(rule, Rule):
                self.rule(rule.style)
            elif isinstance(rule, NumberRule):
                self.number_rule(rule.style)

    def cell(self, style: Style) -> str:
        name = self._cells.setdefault(style, f"ce{len(self._cells) + 1}")
        if style.number_format != GENERAL:
            self._formats.setdefault(style.number_format, f"N{len(self._formats) + 1}")
        return name

    def column(self, width: float) -> str:
        return self._columns.setdefault(width, f"co{len(self._columns) + 1}")

    def row(self, height: float | None, automatic: bool = False) -> str:
        """A row's style; an `automatic` row grows with what stands in it."""
        key = (ROW_HEIGHT if height is None else height, automatic)
        return self._rows.setdefault(key, f"ro{len(self._rows) + 1}")

    def span(self, run: Run, style: Style | None = None) -> str | None:
        """What a piece of text needs besides its cell's look; all of that look in a link.

        LibreOffice paints a link in a colour of its own, but for what is said around it.
        """
        if run.level == 0 and not run.italic and not run.bold and style is None:
            return None
        key = (run.level, run.italic, run.bold, style)
        return self._spans.setdefault(key, f"T{len(self._spans) + 1}")

    def page(self, sheet: Sheet) -> str:
        """The name of the master page by which the sheet is printed."""
        key = replace(sheet.print_setup, title_rows=None)
        return self._pages.setdefault(key, f"Page{len(self._pages) + 1}")

    def rule(self, style: Style) -> str:
        """The name of the style that a conditional format puts over its cells."""
        return self._rules.setdefault(style, f"Rule{len(self._rules) + 1}")

    def number_rule(self, style: Style) -> str:
        """The name of the style that shows a number in another way; its data style's ends in N.

        It repeats the cell's font, in whose place LibreOffice would put the default one.
        """
        return self._number_rules.setdefault(style, f"Powers{len(self._number_rules) + 1}")

    def table(self, sheet: Sheet) -> str:
        return self._tables[sheet.name]

    def fonts(self) -> str:
        """The declarations of the fonts."""
        used = dict.fromkeys([FONT, *(style.font for style in self._cells)])
        faces = (
            element("style:font-face", {"style:name": name, "svg:font-family": _family(name)})
            for name in used
        )
        return element("office:font-face-decls", {}, *faces)

    def automatic(self) -> str:
        """The automatic styles of the content."""
        return "".join(
            [
                *(_column(name, width) for width, name in self._columns.items()),
                *(_row(name, *key) for key, name in self._rows.items()),
                *(self._table(sheet) for sheet in self._sheets),
                *(data_style(name, text) for text, name in self._formats.items()),
                *(self._cell(name, style) for style, name in self._cells.items()),
                *(_span(name, *key) for key, name in self._spans.items()),
            ]
        )

    def pages(self) -> Iterator[tuple[str, PrintSetup]]:
        for setup, name in self._pages.items():
            yield name, setup

    def rules(self) -> str:
        """The named styles of conditional formats: they say only what they change."""
        numbers = (
            data_style(f"{name}N", style.number_format)
            + _style(
                name,
                "table-cell",
                element("style:text-properties", text_properties(style)),
                **{"style:parent-style-name": "Default", "style:data-style-name": f"{name}N"},
            )
            for style, name in self._number_rules.items()
        )
        formats = (
            data_style(f"{name}N", style.number_format)
            for style, name in self._rules.items()
            if style.number_format != GENERAL
        )
        rules = (_rule(name, style) for style, name in self._rules.items())
        return "".join([*formats, *rules, *numbers])

    def _table(self, sheet: Sheet) -> str:
        colour = f"#{sheet.tab_colour}" if sheet.tab_colour else None
        properties = {"table:display": True, "table:tab-color": colour}
        return _style(
            self.table(sheet),
            "table",
            element("style:table-properties", properties),
            **{"style:master-page-name": self.page(sheet)},
        )

    def _cell(self, name: str, style: Style) -> str:
        properties: dict[str, object] = {
            "fo:background-color": style.paper and f"#{style.paper}",
            "style:cell-protect": None if style.locked else "none",
            "style:text-align-source": "fix" if style.horizontal else "value-type",
            "style:vertical-align": VERTICAL[style.vertical],
            "fo:wrap-option": "wrap" if style.wrap else "no-wrap",
        }
        paragraph = {
            "fo:text-align": style.horizontal and HORIZONTAL[style.horizontal],
            "fo:margin-left": centimetres(style.indent * INDENT) if style.indent else None,
        }
        return _style(
            name,
            "table-cell",
            element("style:table-cell-properties", properties | borders(style)),
            element("style:paragraph-properties", paragraph) if any(paragraph.values()) else "",
            element("style:text-properties", text_properties(style)),
            **{
                "style:parent-style-name": "Default",
                "style:data-style-name": self._formats.get(style.number_format),
            },
        )


def height_of(sheet: Sheet, row: int, cells: list[tuple[int, Cell]]) -> tuple[float, bool]:
    """The height in points of a row of single cells, and whether it may have to grow."""
    if row in sheet.heights:
        return sheet.heights[row], False
    size = max((cell.style.size for _, cell in cells), default=0)
    height = ROW_HEIGHT if size <= LARGEST_FONT else max(ROW_HEIGHT, size * 1.2 + 2)
    growing = {(row, column) for column, cell in cells if _grows(cell)}
    if growing:
        growing -= {(area.top, area.left) for area in sheet.merges}
    return height, bool(growing)


def _grows(cell: Cell) -> bool:
    """Whether a text may take more than a line. One in joined cells makes no row higher."""
    return any(cell.style.wrap or "\n" in run.text for run in runs_of(cell.content))


def runs_of(content: Content) -> tuple[Run, ...]:
    """A text's pieces; none for what is no text."""
    if isinstance(content, Rich):
        return content.runs
    return (Run(content),) if isinstance(content, str) else ()


def _style(name: str, family: str, *children: str, **attributes: object) -> str:
    return element(
        "style:style", {"style:name": name, "style:family": family, **attributes}, *children
    )


def _family(font: str) -> str:
    return f"'{font}'" if " " in font else font


def _column(name: str, characters: float) -> str:
    width = centimetres(characters * CHARACTER)
    properties = {"fo:break-before": "auto", "style:column-width": width}
    return _style(name, "table-column", element("style:table-column-properties", properties))


def _row(name: str, points: float, automatic: bool) -> str:
    properties = {
        "style:row-height": f"{points:g}pt",
        "fo:break-before": "auto",
        "style:use-optimal-row-height": automatic,
    }
    return _style(name, "table-row", element("style:table-row-properties", properties))


def _span(name: str, level: int, italic: bool, bold: bool, style: Style | None) -> str:
    properties: dict[str, object] = {}
    if style:
        properties |= text_properties(style) | {"style:text-underline-style": "none"}
    if italic:
        properties |= dict.fromkeys(ITALICS, "italic")
    if bold:
        properties |= dict.fromkeys(WEIGHTS, "bold")
    properties["style:text-position"] = POSITIONS[level]
    return _style(name, "text", element("style:text-properties", properties))


def _rule(name: str, style: Style) -> str:
    cell = {"fo:background-color": style.fill and f"#{style.fill}"} | borders(style)
    weights = dict.fromkeys(WEIGHTS, "bold") if style.bold else {}
    return _style(
        name,
        "table-cell",
        element("style:table-cell-properties", cell) if any(cell.values()) else "",
        element("style:text-properties", {"fo:color": f"#{style.colour}"} | weights),
        **{
            "style:parent-style-name": "Default",
            "style:data-style-name": f"{name}N" if style.number_format != GENERAL else None,
        },
    )
